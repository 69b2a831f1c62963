"""No telemetry and no probing: what libraries below us would report or try is switched off here, in one place."""

import os
import socket

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


def refuse_probes() -> None:
    """Keep urllib3, which LangChain imports, from opening a socket as it is imported, to see whether IPv6 works.

    For programs of our own: whatever uses urllib3 afterwards speaks IPv4 only. Downloads use httpx and do not care.
    """
    socket.has_ipv6 = False


def import_without_probe() -> None:
    """Import urllib3 without its probe and leave the process as it was: for notebooks, which have other uses for it."""
    had = socket.has_ipv6
    socket.has_ipv6 = False
    try:
        from urllib3.util import connection

        connection.HAS_IPV6 = had
    except ImportError:  # nobody will probe then
        pass
    finally:
        socket.has_ipv6 = had
