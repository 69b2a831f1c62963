"""The language-model engine: llama.cpp driven through its batch interface, and everything around model files.

`local.LlamaCppModel` and `remote.RemoteModel` satisfy `coach.ports.LanguageModel`. Importing this package is cheap;
llama.cpp itself is loaded when a model is.
"""
