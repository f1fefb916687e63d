"""The server that the application works with: the bundled one on this computer, or another."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import TYPE_CHECKING, Literal, TypeAlias

from disco_desktop.app.hosting import HostedServer
from disco_desktop.app.observable import Observable
from disco_desktop.engine.client.address import ServerAddress
from disco_desktop.engine.errors import DiscoError, ServerError
from disco_desktop.logs import logger

if TYPE_CHECKING:
    from pathlib import Path

    from disco_desktop.app.settings import ServerChoice

# The bundled server's usual port, so that a training finds it again after a restart.
USUAL_PORT = 8_765

ServerState: TypeAlias = Literal["off", "starting", "ready", "failed"]

_log = logger(__name__)


class ServerInUse(Observable):
    """Starts and watches the bundled server, or holds the address of another one.

    Attributes:
        state: whether there is a server to work with.
        address: where it is, once it is ready.
        error: why there is none.
        is_here: whether it is the bundled one on this computer.
    """

    def __init__(self, data_dir: Path) -> None:
        super().__init__()
        self.state: ServerState = "off"
        self.address: ServerAddress | None = None
        self.error: DiscoError | None = None
        self.is_here = True
        self._data_dir = data_dir
        self._running: asyncio.Task[None] | None = None

    async def use(self, choice: ServerChoice | None) -> None:
        """Work with a server from now on: another one, or none to host it here."""
        await self.close()
        self.is_here = choice is None
        if choice is None:
            self._go("starting")
            self._running = asyncio.create_task(self._host())
            return
        try:
            self.address = ServerAddress(choice.url, choice.fingerprint)
        except DiscoError as error:
            self._fail(error)
        else:
            self._go("ready")

    async def try_again(self) -> None:
        """Start the bundled server once more after it failed."""
        if self.is_here and self.state == "failed":
            await self.use(None)

    async def _host(self) -> None:
        try:
            port = await asyncio.to_thread(_usual_port_if_free)
            # Another profile may take the port between the look and the start.
            if not port or not await self._keep_hosting(port):
                await self._keep_hosting(0)
        except DiscoError as error:
            self._fail(error)
        except Exception as error:
            _log.exception("the bundled server failed")
            self._fail(DiscoError("hosted_server_failed", detail=repr(error)))

    async def _keep_hosting(self, port: int) -> bool:
        """Host until it fails for good; tell whether the server started at all.

        Raises:
            ServerError: it died too often; or it did not start, where any port would have done.
        """
        server = HostedServer(data_dir=self._data_dir, port=port)
        try:
            await server.__aenter__()
        except ServerError:
            if port:
                return False
            raise
        try:
            self.address = server.address
            self._go("ready")
            await server.failure()
        finally:
            await server.__aexit__()
        return True

    def _fail(self, error: DiscoError) -> None:
        _log.debug("no server: %s", error)
        self.address, self.error = None, error
        self._go("failed")

    def _go(self, state: ServerState) -> None:
        self.state = state
        if state != "failed":
            self.error = None
        self.changed()

    async def close(self) -> None:
        """Stop the bundled server, if it runs."""
        if self._running is not None:
            self._running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._running
            self._running = None
        self.address = None
        self.state = "off"


def _usual_port_if_free() -> int:
    """Return the usual port, or zero where another program, perhaps another profile, has it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", USUAL_PORT))
        except OSError:
            return 0
        return USUAL_PORT
