"""The direct way: frames over TLS, each behind its length in 4 bytes, little endian."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
from typing import TYPE_CHECKING

from disco_desktop.engine.client.address import CountingSocket
from disco_desktop.engine.client.certificate import is_pinned, pinning_context
from disco_desktop.engine.client.peers.transport import LARGEST_CARRIED, Carrier, LinkLostError

if TYPE_CHECKING:
    import ssl

    from disco_desktop.engine.client.ledger import Ledger
    from disco_desktop.engine.client.peers.transport import LinkLimits
    from disco_desktop.engine.messages import Place

LENGTH_BYTES = 4
IPV6 = 6
_READ_BYTES = 1 << 18  # held at most twice, of what nobody has read yet
_SMALL_FRAME = 1 << 14  # joined with its length, since that is less work than two records


class StreamCarrier(Carrier):
    """Frames over one TLS connection."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, limits: LinkLimits
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._limits = limits
        self._loop = asyncio.get_running_loop()
        self._heard = self._loop.time()

    @property
    def tls(self) -> ssl.SSLObject:
        """The state of the connection's encryption."""
        state: ssl.SSLObject = self._writer.get_extra_info("ssl_object")
        return state

    @property
    def heard(self) -> float:
        """When the other side last said anything."""
        return self._heard

    async def send(self, *parts: bytes | bytearray | memoryview) -> None:
        """Send the parts as one frame."""
        size = sum(len(part) for part in parts)
        if size > LARGEST_CARRIED:
            raise ValueError(f"a frame of {size} bytes")
        if self._writer.is_closing():
            raise LinkLostError("the connection is closed")
        length = size.to_bytes(LENGTH_BYTES, "little")
        if size <= _SMALL_FRAME:
            self._writer.write(b"".join((length, *parts)))
        else:
            self._writer.write(b"".join((length, *parts[:-1])))
            # As a view, since TLS takes it in slices and would copy the rest at each of them.
            self._writer.write(memoryview(parts[-1]))
        await self._drain()

    async def _drain(self) -> None:
        """Wait until there is room again; whoever reads slowly is not lost, who stands still is."""
        transport = self._writer.transport
        waiting = transport.get_write_buffer_size()
        while True:
            try:
                async with asyncio.timeout(self._limits.stall):
                    await self._writer.drain()
            except TimeoutError as error:
                left = transport.get_write_buffer_size()
                if left >= waiting:
                    self.abort()
                    raise LinkLostError("the peer reads nothing") from error
                waiting = left
            except OSError as error:
                raise LinkLostError(_reason(error)) from error
            else:
                return

    async def receive(self, largest: int) -> memoryview:
        """Return the next frame."""
        try:
            length = await self._reader.readexactly(LENGTH_BYTES)
            size = int.from_bytes(length, "little")
            if size > largest:
                raise LinkLostError(f"a frame of {size} bytes, where {largest} are the most")
            return await self._read(size)
        except (OSError, asyncio.IncompleteReadError) as error:
            raise LinkLostError(_reason(error)) from error

    async def _read(self, size: int) -> memoryview:
        frame = bytearray(size)
        filled = 0
        while filled < size:
            content = await self._reader.read(size - filled)
            if not content:
                raise LinkLostError("the connection ended within a frame")
            frame[filled : filled + len(content)] = content
            filled += len(content)
            self._heard = self._loop.time()
        self._heard = self._loop.time()
        return memoryview(frame)

    async def close(self) -> None:
        """Send what is left, and end."""
        self._writer.close()
        try:
            async with asyncio.timeout(self._limits.closing):
                await self._writer.wait_closed()
        except OSError:
            pass  # TimeoutError among them: it is over either way
        finally:
            self.abort()

    def abort(self) -> None:
        """End at once."""
        self._writer.transport.abort()


async def secure(
    connection: socket.socket, context: ssl.SSLContext, limits: LinkLimits, *, is_listener: bool
) -> StreamCarrier:
    """Shake hands over a connection that stands.

    Raises:
        OSError: the other side speaks no TLS 1.3, says nothing, or is gone.
    """
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=_READ_BYTES)
    protocol = asyncio.StreamReaderProtocol(reader)
    try:
        if is_listener:
            transport, _ = await loop.connect_accepted_socket(
                lambda: protocol,
                connection,
                ssl=context,
                ssl_handshake_timeout=limits.handshake,
                ssl_shutdown_timeout=limits.closing,
            )
        else:
            transport, _ = await loop.create_connection(
                lambda: protocol,
                sock=connection,
                ssl=context,
                server_hostname="",  # the certificate is known by its fingerprint
                ssl_handshake_timeout=limits.handshake,
                ssl_shutdown_timeout=limits.closing,
            )
    except BaseException:
        # The socket is asyncio's to close by now; it does so when it sees this end, even where it
        # had not begun to shake hands.
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        raise
    return StreamCarrier(reader, asyncio.StreamWriter(transport, protocol, reader, loop), limits)


async def dial(place: Place, fingerprint: str, ledger: Ledger, limits: LinkLimits) -> StreamCarrier:
    """Connect to where a peer listens, and make sure that it shows the pinned certificate.

    Raises:
        LinkLostError: nobody listens there, or somebody else does; nothing was sent but the
            handshake of TLS.
    """
    connection = _socket_for(place)
    connection.ledger = ledger
    connection.setblocking(False)
    try:
        await _reach(connection, place)
        carrier = await secure(connection, pinning_context(), limits, is_listener=False)
    except OSError as error:  # of TLS as well
        raise LinkLostError(_reason(error)) from error
    if not is_pinned(carrier.tls, fingerprint):
        carrier.abort()
        raise LinkLostError("another certificate than the card names")
    return carrier


async def _reach(connection: socket.socket, place: Place) -> None:
    try:
        await asyncio.get_running_loop().sock_connect(connection, (place.host, place.port))
    except BaseException:
        connection.close()
        raise


def _socket_for(place: Place) -> CountingSocket:
    """Return a socket of the right family; a name would be looked up for whoever wrote the card."""
    try:
        version = ipaddress.ip_address(place.host).version
        return CountingSocket(
            socket.AF_INET6 if version == IPV6 else socket.AF_INET, socket.SOCK_STREAM
        )
    except (ValueError, OSError) as error:
        raise LinkLostError(f"{place.host!r} is no address that can be called") from error


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
