"""The same interface in a browser: a small server that starts the program once for every page that is opened.

textual-serve does the work. Added here: only pages from this very address may talk to it (any web site could otherwise
open a connection to a port of this machine), and the page may load nothing from elsewhere (its template asks for a font
from the internet).
"""

import asyncio
import logging
import shlex
import sys
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from textual_serve.server import Server

POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self' ws: wss:; frame-ancestors 'none'"
)


class CoachServer(Server):
    """Serves the coach at one address."""

    def __init__(self, host: str, port: int, public_url: str = "") -> None:
        """public_url: what browsers open; without one, the host, which then has to be an address they can open."""
        shown = f"[{host}]" if ":" in host else host
        command = f"{shlex.quote(sys.executable)} -m tui.cli"
        standard = f"http://{shown}" if port == 80 else f"http://{shown}:{port}"  # as browsers name it
        super().__init__(command, host, port, title="Interview coach", public_url=public_url or standard)
        self._pages: set[asyncio.Task[object]] = set()

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """One page: a program of its own until the page is closed."""
        page = asyncio.current_task()
        assert page is not None
        self._pages.add(page)
        try:
            return await super().handle_websocket(request)
        finally:
            self._pages.discard(page)

    async def on_shutdown(self, app: web.Application) -> None:
        """End the open pages: the server would wait a minute for them."""
        for page in self._pages:
            page.cancel()

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()
        app.middlewares.append(self._guard)
        return app

    @property
    def _guard(self) -> Middleware:
        own = urlsplit(self.public_url).netloc

        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            origin = request.headers.get("Origin")
            if request.host != own or (origin is not None and urlsplit(origin).netloc != own):
                raise web.HTTPForbidden(text=f"Open {self.public_url} instead.")
            response = await handler(request)
            if not response.prepared:
                response.headers["Content-Security-Policy"] = POLICY
            return response

        return guard

    def initialize_logging(self) -> None:
        """Only what went wrong: a line for every request helps nobody here."""
        logging.basicConfig(level="WARNING", format="%(message)s")

    async def on_startup(self, app: web.Application) -> None:
        """Say where it is."""
        sys.stderr.write(f"Open {self.public_url} in a browser. Ctrl+C ends it.\n")
