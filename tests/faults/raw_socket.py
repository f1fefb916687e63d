"""A socket that says just what a test makes it say, and reads what comes to the last byte.

Plain sockets, since a stream of asyncio drops what arrived before a reset.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import socket
import struct
from typing import TYPE_CHECKING, Self

from disco_desktop.engine.client.identity import Identity
from disco_desktop.engine.client.statements import fresh_nonce, participant_statement
from disco_desktop.engine.messages import (
    PROTOCOL_VERSION,
    Challenge,
    Hello,
    Leave,
    Proof,
    Welcome,
    decode_from_server,
    encode_message,
)
from disco_desktop.engine.task.task import SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from contextlib import AbstractAsyncContextManager

    from disco_desktop.engine.messages import FromServer, Role
    from disco_desktop.engine.task.task import Task
    from tests.faults.child_server import ChildServer

PATIENCE = 30.0  # seconds in which the server must have answered, or ended the connection

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA


class RawSocket:
    """A connection to a server."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._received = bytearray()
        self.is_ended = False

    @classmethod
    async def open(cls, port: int, *, receive_buffer: int = 0) -> Self:
        plain = socket.socket()
        if receive_buffer:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        plain.setblocking(False)
        raw = cls(plain)
        with raw.closed_on_failure():
            await asyncio.get_running_loop().sock_connect(plain, ("127.0.0.1", port))
        return raw

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    @contextlib.contextmanager
    def closed_on_failure(self) -> Iterator[None]:
        """Close the socket where what is inside fails."""
        try:
            yield
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End the connection without a word."""
        self._socket.close()

    async def send(self, content: bytes) -> bool:
        """Send, and tell whether the other side still takes it."""
        try:
            async with asyncio.timeout(PATIENCE):
                await asyncio.get_running_loop().sock_sendall(self._socket, content)
        except ConnectionError:
            return False
        return True

    @contextlib.asynccontextmanager
    async def sending(self, content: bytes, *, again: bool = False) -> AsyncIterator[None]:
        """Send something meanwhile, as far as the other side takes it."""

        async def send() -> None:
            with contextlib.suppress(TimeoutError):
                while await self.send(content) and again:
                    pass

        sending = asyncio.create_task(send())
        try:
            yield
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    def sending_without_end(self, content: bytes) -> AbstractAsyncContextManager[None]:
        """Send something again and again meanwhile."""
        return self.sending(content, again=True)

    async def _more(self) -> bool:
        """Receive something; tell whether there was anything."""
        data = b""
        with contextlib.suppress(ConnectionError):
            async with asyncio.timeout(PATIENCE):
                data = await asyncio.get_running_loop().sock_recv(self._socket, 1 << 16)
        self._received += data
        self.is_ended = not data
        return bool(data)

    async def read(self, size: int) -> bytes:
        """Read so many bytes, or fewer where the connection ends before."""
        while len(self._received) < size and await self._more():
            pass
        taken = bytes(self._received[:size])
        del self._received[:size]
        return taken

    async def read_until(self, mark: bytes) -> bytes:
        """Read up to a mark, or to the connection's end."""
        while mark not in self._received and await self._more():
            pass
        head, found, _ = bytes(self._received).partition(mark)
        return await self.read(len(head + found))

    async def ended(self) -> bytes:
        """Wait until the other side ends the connection; return what it said before."""
        while await self._more():
            pass
        return await self.read(len(self._received))

    async def status(self) -> int | None:
        """The status of an answer, whose head this reads."""
        words = (await self.read_until(b"\r\n\r\n")).split()
        return int(words[1]) if words else None


def frame(
    opcode: int, payload: bytes = b"", *, is_final: bool = True, reserved: int = 0, length: int = -1
) -> bytes:
    """A masked frame of RFC 6455; it may announce another length than it has."""
    size = len(payload) if length < 0 else length
    first = (is_final << 7) | (reserved << 4) | opcode
    if size < 126:
        head = struct.pack("!BB", first, 0x80 | size)
    elif size < 1 << 16:
        head = struct.pack("!BBH", first, 0x80 | 126, size)
    else:
        head = struct.pack("!BBQ", first, 0x80 | 127, size)
    return head + bytes(4) + payload  # a mask of zeros changes nothing


class RawControl(RawSocket):
    """A control connection, frame by frame."""

    @classmethod
    async def upgraded(cls, server: ChildServer, task: str = "hurried") -> Self:
        """Connect and ask for a WebSocket, no more."""
        raw = await cls.open(server.port)
        key = base64.b64encode(os.urandom(16)).decode()
        with raw.closed_on_failure():
            await raw.send(
                f"GET /federated/{task} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
                "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                f"Sec-WebSocket-Key: {key}\r\n\r\n".encode()
            )
            assert await raw.status() == 101
        return raw

    @classmethod
    async def joined(
        cls,
        server: ChildServer,
        task: str = "hurried",
        *,
        identity: Identity | None = None,
        role: Role = "participant",
    ) -> tuple[Self, Welcome]:
        """Connect and take part, as the protocol says."""
        raw = await cls.upgraded(server, task)
        with raw.closed_on_failure():
            known = identity or Identity.generate()
            return raw, await raw._shake_hands(server.tasks[task], known, role)

    async def _shake_hands(self, task: Task, identity: Identity, role: Role) -> Welcome:
        hello = Hello(
            protocol=PROTOCOL_VERSION,
            task_schema=SCHEMA_VERSION,
            task_digest=task.digest,
            role=role,
            public_key=identity.public_key,
            nonce=fresh_nonce(),
        )
        await self.send(frame(BINARY, encode_message(hello)))
        challenge = await self.message()
        assert isinstance(challenge, Challenge)
        signature = identity.sign(participant_statement(hello, challenge))
        await self.send(frame(BINARY, encode_message(Proof(signature=signature))))
        welcome = await self.message()
        assert isinstance(welcome, Welcome)
        return welcome

    async def next_frame(self) -> tuple[int, bytes] | None:
        """The next frame's opcode and payload; nothing when the connection ended."""
        head = await self.read(2)
        if len(head) < 2:
            return None
        size = head[1] & 0x7F
        if size == 126:
            size = int.from_bytes(await self.read(2))
        elif size == 127:
            size = int.from_bytes(await self.read(8))
        return head[0] & 0x0F, await self.read(size)

    async def message(self) -> FromServer:
        """The next message."""
        found = await self.next_frame()
        assert found is not None, "the connection ended"
        opcode, payload = found
        assert opcode == BINARY, found
        return decode_from_server(payload)

    @contextlib.asynccontextmanager
    async def answering(self) -> AsyncIterator[None]:
        """Answer pings meanwhile, as somebody does who is there."""

        async def answer() -> None:
            while (found := await self.next_frame()) is not None:
                if found[0] == PING:
                    await self.send(frame(PONG, found[1]))

        task = asyncio.create_task(answer())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def leave(self) -> None:
        """Say goodbye, as somebody does who is not to be waited for."""
        await self.send(frame(BINARY, encode_message(Leave())))
        assert await self.close_code() == 1000

    async def close_code(self) -> int | None:
        """Wait until the server closes the connection, and agree; return the code that it gives."""
        while (found := await self.next_frame()) is not None:
            opcode, payload = found
            if opcode == CLOSE:
                await self.send(frame(CLOSE, payload))
                return int.from_bytes(payload[:2])
        return None
