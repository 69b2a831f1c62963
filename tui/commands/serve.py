"""`coach serve`: the interface in a browser."""

import ipaddress
from typing import Annotated
from urllib.parse import urlsplit

import typer

from coach.errors import CoachError, install
from tui.text import printable


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command()(serve)


def serve(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8000,
    host: Annotated[str, typer.Option(help="Address to listen on; the default is this machine only.")] = "127.0.0.1",
    url: Annotated[str, typer.Option(help="Address that browsers open: behind a proxy, or with --host 0.0.0.0.")] = "",
) -> None:
    """Open the coach in a browser, on this machine only unless told otherwise.  Example: coach serve --port 8080"""
    if url and not urlsplit(url).netloc:
        raise typer.BadParameter(f"{url!r} is no address like https://coach.example.org", param_hint="--url")
    if not url and is_wildcard(host):
        raise typer.BadParameter(f"browsers cannot open {host}: give the address that they do open", param_hint="--url")
    try:
        from tui.serving import CoachServer
    except ModuleNotFoundError as error:
        raise CoachError("The web server is not installed.", install("serve")) from error
    if not is_loopback(host):
        typer.echo(printable(f"Everybody who reaches {host}:{port} can read and use your coach."), err=True)
    try:
        CoachServer(host, port, url).serve()
    except OSError as error:
        raise CoachError(f"Cannot listen on {host}:{port}: {error.strerror}.", "Choose another --port.") from error


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_wildcard(host: str) -> bool:
    """Whether the address stands for all of this machine's, so that it is none which a browser could open."""
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return not host
