"""No telemetry: what the libraries below us would report is switched off here, for the whole process, in one place."""

import os

SILENCED = {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "LANGSMITH_TRACING": "false",
    "LANGSMITH_TRACING_V2": "false",
    "LANGCHAIN_TRACING_V2": "false",
}
"""Variables that Hugging Face's hub, LangChain and LangSmith read when they are imported or used.

A person who traces another program of theirs has these set in the shell; answers given here must not be sent along.
"""


def switch_telemetry_off() -> None:
    """Set every variable of `SILENCED`, whatever it is now. To be called before the libraries are imported."""
    os.environ.update(SILENCED)
