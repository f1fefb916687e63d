"""The way through the server: its WebSocket carries, frame by frame, what it cannot read."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp

from disco_desktop.engine.client.peers.carrier import Carrier
from disco_desktop.engine.client.peers.sealing import LARGEST_SEALED
from disco_desktop.engine.client.peers.transport import LinkLostError

if TYPE_CHECKING:
    from collections.abc import Callable

    from disco_desktop.engine.client.address import ServerAddress
    from disco_desktop.engine.client.peers.limits import LinkLimits
    from disco_desktop.engine.client.peers.membership import Membership


class Relay:
    """Calls the server's relay.

    Args:
        address: where the server is.
        token: returns the token of the control connection as it stands; each connection has
            another one. None while there is no connection.
    """

    def __init__(self, address: ServerAddress, token: Callable[[], str | None]) -> None:
        self.address = address
        self._token = token
        self._farewells: set[asyncio.Task[None]] = set()

    async def call(
        self,
        session: aiohttp.ClientSession,
        membership: Membership,
        peer: str,
        limits: LinkLimits,
    ) -> RelayCarrier:
        """Ask the server for a peer; what is sent waits there until that one asks for us.

        Raises:
            LinkLostError: the server cannot be reached, or does not relay.
        """
        token = self._token()
        if token is None:
            raise LinkLostError("there is no connection to the server")
        path = f"/decentralized/{membership.task}/sessions/{membership.session}/relay/{peer}"
        try:
            socket = await session.ws_connect(
                self.address.endpoint(path),
                headers={"Authorization": f"Bearer {token}"},
                max_msg_size=LARGEST_SEALED + 1,  # aiohttp refuses what is as large as this
                compress=0,
                timeout=aiohttp.ClientWSTimeout(ws_close=limits.closing),
            )
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise LinkLostError(_reason(error)) from error
        return RelayCarrier(socket, limits, self._farewells)

    async def close(self) -> None:
        """Wait until all that was ended has said farewell."""
        await asyncio.gather(*self._farewells)


class RelayCarrier(Carrier):
    """Frames over a WebSocket of the server."""

    def __init__(
        self,
        socket: aiohttp.ClientWebSocketResponse,
        limits: LinkLimits,
        farewells: set[asyncio.Task[None]],
    ) -> None:
        self._socket = socket
        self._limits = limits
        self._farewells = farewells
        self._loop = asyncio.get_running_loop()
        self._ending: asyncio.Task[None] | None = None
        self._heard = self._loop.time()

    @property
    def heard(self) -> float:
        """When the other side last said anything."""
        return self._heard

    async def send(self, *parts: bytes | bytearray | memoryview) -> None:
        """Send the parts as one frame."""
        frame = b"".join(parts)  # which copies nothing where it is one part of bytes
        try:
            async with asyncio.timeout(self._limits.stall):
                await self._socket.send_bytes(frame)
        except TimeoutError as error:
            self.abort()
            raise LinkLostError("the peer, or the relay, reads nothing") from error
        except (aiohttp.ClientError, OSError, RuntimeError) as error:
            raise LinkLostError(_reason(error)) from error

    async def receive(self, largest: int) -> memoryview:
        """Return the next frame."""
        try:
            message = await self._socket.receive()
        except (aiohttp.ClientError, OSError, RuntimeError) as error:
            raise LinkLostError(_reason(error)) from error
        self._heard = self._loop.time()
        if message.type is not aiohttp.WSMsgType.BINARY:
            raise LinkLostError(f"the relay ended: {message.type.name} {message.data!r:.100}")
        if len(message.data) > largest:
            raise LinkLostError(f"a frame of {len(message.data)} bytes, {largest} are the most")
        return memoryview(message.data)

    async def close(self) -> None:
        """Send what is left, and end."""
        self.abort()
        if self._ending is not None:
            await asyncio.shield(self._ending)

    def abort(self) -> None:
        """End; the WebSocket's own farewell is bounded."""
        if self._ending is None:
            self._ending = self._loop.create_task(self._end())
            self._farewells.add(self._ending)
            self._ending.add_done_callback(self._farewells.discard)

    async def _end(self) -> None:
        try:
            async with asyncio.timeout(self._limits.closing):
                await self._socket.close()
        except OSError:
            pass  # TimeoutError among them: what is left goes with the session


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
