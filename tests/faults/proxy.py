"""A proxy that knows what passes through it, and spoils it where a test says."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

# What passes. Of requests and the model it is the body that counts, of short answers all of it, and
# of a control connection everything from the moment on at which a fault is asked for.
Kind: TypeAlias = Literal[
    "announcement",
    "announced",
    "update",
    "acknowledgement",
    "digests",
    "model",
    "control up",
    "control down",
]
Action: TypeAlias = Literal["cut", "flip", "mute"]

_ANSWERS: dict[str, Kind] = {"POST": "announced", "PUT": "acknowledgement"}
_BODIES: dict[str, Kind] = {"POST": "announcement", "PUT": "update"}


@dataclass
class Fault:
    """Something that goes wrong once, at a byte of the next thing of a kind that passes.

    Attributes:
        action: `cut` the connection before that byte, `flip` a bit of it, or `mute` the connection:
            nothing passes any more, and nobody is told.
        happened: set when it did.
    """

    kind: Kind
    offset: int
    action: Action
    happened: asyncio.Event = field(default_factory=asyncio.Event)
    passed: int = 0  # bytes of a control connection since it was asked for


class Proxy:
    """Carries connections to a server.

    Attributes:
        port: where it listens.
        requests: the first lines of the requests that passed.
    """

    def __init__(self, server_port: int) -> None:
        self.port = 0
        self.requests: list[str] = []
        self._server_port = server_port
        self._fault: Fault | None = None
        self._connections: set[asyncio.Task[None]] = set()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[Proxy]:
        """Listen for as long as this is entered."""
        listener = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = listener.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            listener.close()
            for connection in self._connections:
                connection.cancel()
            await asyncio.gather(*self._connections, return_exceptions=True)

    def spoil(self, kind: Kind, offset: int, action: Action = "cut") -> Fault:
        """Ask for a fault."""
        self._fault = Fault(kind, offset, action)
        return self._fault

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = asyncio.create_task(_Connection(self).carry(reader, writer))
        self._connections.add(connection)
        connection.add_done_callback(self._connections.discard)

    async def to_server(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Open a connection to the server."""
        return await asyncio.open_connection("127.0.0.1", self._server_port)

    def due(self, kind: Kind, start: int, size: int) -> Fault | None:
        """Return the fault that is to happen among these bytes, if there is one."""
        fault = self._fault
        if fault is None or fault.kind != kind:
            return None
        if kind.startswith("control"):
            start = fault.passed
            fault.passed += size
        if not start <= fault.offset < start + size:
            return None
        fault.offset -= start
        self._fault = None
        return fault


class _Connection:
    """One connection through a proxy."""

    def __init__(self, proxy: Proxy) -> None:
        self.request = ""
        self.proxy = proxy
        self._is_mute = False
        self._ends: list[asyncio.StreamWriter] = []

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass everything on until either side ends it."""
        self._ends.append(writer)
        try:
            from_server, to_server = await self.proxy.to_server()
            self._ends.append(to_server)
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pass_on(reader, to_server, _Requests(self)))
                group.create_task(self._pass_on(from_server, writer, _Answers(self)))
        finally:
            for end in self._ends:
                end.transport.abort()

    async def _pass_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, follower: _Follower
    ) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(1 << 16):
                for kind, start, part in follower.parts(data):
                    fault = self.proxy.due(kind, start, len(part)) if kind else None
                    sent = self._spoiled(part, fault) if fault else part
                    if not self._is_mute:
                        writer.write(sent)
                        await writer.drain()
                    if fault and fault.action == "cut":
                        for end in self._ends:
                            end.transport.abort()
        if not self._is_mute:
            writer.close()

    def _spoiled(self, part: bytes, fault: Fault) -> bytes:
        fault.happened.set()
        before, rest = part[: fault.offset], part[fault.offset :]
        if fault.action == "flip":
            return before + bytes([rest[0] ^ 0x01]) + rest[1:]
        self._is_mute = fault.action == "mute"
        return before


class _Follower:
    """Follows one direction of a connection: heads, bodies, and then perhaps frames."""

    def __init__(self, connection: _Connection) -> None:
        self.connection = connection
        self._head = b""
        self._left = 0  # bytes of the body that are still to come
        self._kind: Kind | None = None
        self._start = 0
        self._is_upgraded = False

    def parts(self, data: bytes) -> Iterator[tuple[Kind | None, int, bytes]]:
        """Divide what came: yields kinds, where in the thing of that kind it begins, and bytes."""
        while data:
            if self._is_upgraded:
                yield self.frames, 0, data
                return
            if not self._left:
                head, end, data = (self._head + data).partition(b"\r\n\r\n")
                self._head = b"" if end else head
                if not end:
                    return
                yield self._begin(head + end)
            if self._left and data:
                part, data = data[: self._left], data[self._left :]
                yield self._kind, self._start, part
                self._start += len(part)
                self._left -= len(part)

    def _begin(self, head: bytes) -> tuple[Kind | None, int, bytes]:
        lines = head.decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines[1:])
        }
        self._left = int(headers.get("content-length", "0"))
        self._is_upgraded = "upgrade" in headers
        self._kind, is_head_part_of_it = self.began(lines[0])
        self._start = len(head) if is_head_part_of_it else 0
        return (self._kind if is_head_part_of_it else None), 0, head

    frames: Kind = "control up"

    def began(self, line: str) -> tuple[Kind | None, bool]:
        """Return what follows a first line, and whether the head belongs to it."""
        raise NotImplementedError


class _Requests(_Follower):
    def began(self, line: str) -> tuple[Kind | None, bool]:
        self.connection.request = line
        self.connection.proxy.requests.append(line)
        return _BODIES.get(line.split()[0]), False


class _Answers(_Follower):
    frames: Kind = "control down"

    def began(self, line: str) -> tuple[Kind | None, bool]:
        method, path, _ = self.connection.request.split()
        if method in _ANSWERS:
            return _ANSWERS[method], True
        if path.startswith("/models/"):
            return ("digests" if path.endswith("/pieces") else "model"), False
        return None, False
