"""Finding questions and passages: chunking, sentence encoder, vector index, lexical search and their fusion.

Nothing here knows the database: texts, vectors and lexical rows come through `PassageStore` (see `store.py`).
"""
