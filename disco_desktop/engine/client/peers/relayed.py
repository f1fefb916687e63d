"""The way through the server: frames sealed from end to end, which it carries and cannot read."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiohttp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from disco_desktop.engine.client.peers.transport import LARGEST_CARRIED, Carrier, LinkLostError

if TYPE_CHECKING:
    from collections.abc import Callable

    from disco_desktop.engine.client.address import ServerAddress
    from disco_desktop.engine.client.peers.membership import Membership
    from disco_desktop.engine.client.peers.transport import LinkLimits

KEY_BYTES = 32
SEAL_BYTES = 16  # what sealing adds to a frame
LARGEST_SEALED = LARGEST_CARRIED + SEAL_BYTES
_NONCE_BYTES = 12
_MOST_FRAMES = 1 << 32  # under one key; at 1 MiB each that is 4 EiB


@dataclass(frozen=True)
class SealingKeys:
    """One key a direction."""

    ours: bytes
    theirs: bytes


class SealedCarrier(Carrier):
    """Seals what goes through another carrier, and opens what comes.

    A frame that was changed, repeated, left out or moved does not open, since its counter is not
    the one that is due; then the carrier ends.
    """

    def __init__(self, carrier: Carrier, keys: SealingKeys) -> None:
        self._carrier = carrier
        self._sealing = AESGCM(keys.ours)
        self._opening = AESGCM(keys.theirs)
        self._sealed = 0
        self._opened = 0

    @property
    def heard(self) -> float:
        """When the other side last said anything."""
        return self._carrier.heard

    async def send(self, *parts: bytes | bytearray | memoryview) -> None:
        """Send the parts as one sealed frame; only one call at a time."""
        frame = b"".join(parts)
        if len(frame) > LARGEST_CARRIED:
            raise ValueError(f"a frame of {len(frame)} bytes")
        nonce = _nonce(self._sealed)
        self._sealed += 1
        await self._carrier.send(self._sealing.encrypt(nonce, frame, None))

    async def receive(self, largest: int) -> memoryview:
        """Return the next frame, opened."""
        sealed = await self._carrier.receive(largest + SEAL_BYTES)
        nonce = _nonce(self._opened)
        self._opened += 1
        try:
            return memoryview(self._opening.decrypt(nonce, sealed, None))
        except InvalidTag as error:
            self._carrier.abort()
            raise LinkLostError("a frame that was changed, repeated or moved") from error

    async def close(self) -> None:
        """Send what is left, and end."""
        await self._carrier.close()

    def abort(self) -> None:
        """End at once."""
        self._carrier.abort()


def _nonce(count: int) -> bytes:
    if count >= _MOST_FRAMES:
        raise LinkLostError("the link has carried all that its key is good for")
    return count.to_bytes(_NONCE_BYTES, "little")


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
