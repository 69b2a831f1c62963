"""Runs llama-cpp-python's own OpenAI-compatible server on the bundled model: `python completions_server.py PORT`."""

import sys

import coach  # noqa: F401  # sets how long waiting threads spin, before OpenMP is loaded
from coach.llm import native
from coach.llm.bundled import model_path
from coach.llm.weights import may_use_amx


def main(port: int) -> None:
    llama_cpp = native.library()
    defaults = llama_cpp.llama_cpp.llama_model_default_params

    def without_extra_buffers():  # where AMX is announced but cannot run, the server would crash
        parameters = defaults()
        parameters.use_extra_bufts = False
        return parameters

    if may_use_amx(llama_cpp):
        llama_cpp.llama_cpp.llama_model_default_params = without_extra_buffers
    import uvicorn
    from llama_cpp.server.app import create_app
    from llama_cpp.server.settings import ModelSettings, ServerSettings

    model = ModelSettings(
        model=str(model_path()),
        model_alias="small",
        n_ctx=512,
        logits_all=True,
        n_threads=1,
        n_threads_batch=1,
        verbose=False,
    )
    server = ServerSettings(host="127.0.0.1", port=port, api_key="right", interrupt_requests=False)
    uvicorn.run(create_app(server_settings=server, model_settings=[model]), port=port, log_level="warning")


if __name__ == "__main__":
    main(int(sys.argv[1]))
