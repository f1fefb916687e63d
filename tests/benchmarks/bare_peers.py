"""Peers that move bytes and do nothing else: over plain sockets, hashed as they arrive."""

from __future__ import annotations

import asyncio
import hashlib

from tests.benchmarks.bare_transfer import CHUNK
from tests.benchmarks.peer_participants import Peer

_NUMBER_BYTES = 2


class BarePeer(Peer):
    """Sends each of the others so many bytes, and takes as many from each.

    Of two peers the one with the higher number calls; the connection carries both directions.
    """

    def __init__(self, number: int, bytes_a_peer: int) -> None:
        self.bytes_sent = 0
        self._number = number
        self._content = memoryview(bytes(bytes_a_peer))
        self._ways: dict[int, tuple[asyncio.StreamReader, asyncio.StreamWriter]] = {}
        self._server: asyncio.Server | None = None
        self._came = asyncio.Event()

    async def begin(self) -> int:
        """Listen; return the port."""
        self._server = await asyncio.start_server(self._called, "127.0.0.1", 0, limit=CHUNK)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def _called(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = int.from_bytes(await reader.readexactly(_NUMBER_BYTES), "little")
        self._ways[number] = reader, writer
        self._came.set()

    async def meet(self, ports: list[int]) -> None:
        """Call those with lower numbers, and wait for the others."""
        for number, port in enumerate(ports[: self._number]):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=CHUNK)
            writer.write(self._number.to_bytes(_NUMBER_BYTES, "little"))
            self._ways[number] = reader, writer
        while len(self._ways) < len(ports) - 1:
            self._came.clear()
            await self._came.wait()

    async def exchange(self) -> str:
        """Move the bytes of a round in all directions at once; return a digest of what came."""
        taking = [self._take(reader) for reader, _ in self._ways.values()]
        giving = [self._give(writer) for _, writer in self._ways.values()]
        digests = (await asyncio.gather(*taking, *giving))[: len(taking)]
        if len(set(digests)) != 1:
            raise RuntimeError("the bytes arrived damaged")
        return str(digests[0])

    async def _give(self, writer: asyncio.StreamWriter) -> None:
        for start in range(0, len(self._content), CHUNK):
            writer.write(self._content[start : start + CHUNK])
            await writer.drain()
        self.bytes_sent += len(self._content)

    async def _take(self, reader: asyncio.StreamReader) -> str:
        digest, left = hashlib.sha256(), len(self._content)
        while left:
            chunk = await reader.read(min(left, CHUNK))
            if not chunk:
                raise RuntimeError("a peer ended within a round")
            digest.update(chunk)
            left -= len(chunk)
        return digest.hexdigest()

    async def end(self) -> None:
        """Hang up."""
        for _, writer in self._ways.values():
            writer.close()
        if self._server is not None:
            self._server.close()
