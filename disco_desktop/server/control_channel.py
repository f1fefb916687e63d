"""The control connection of one participant: the handshake, then typed messages, bounded."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

import msgspec
from aiohttp import WebSocketError, WSCloseCode, WSMsgType, web

from disco_desktop.engine.client.identity import verify
from disco_desktop.engine.client.statements import (
    fresh_nonce,
    participant_statement,
    server_statement,
)
from disco_desktop.engine.client.versions import is_spoken, subprotocols
from disco_desktop.engine.errors import ServerError
from disco_desktop.engine.messages import (
    OLDEST_PROTOCOL,
    PROTOCOL_VERSION,
    Challenge,
    Hello,
    Proof,
    decode_from_participant,
    encode_message,
)
from disco_desktop.engine.task.task import SCHEMA_VERSION
from disco_desktop.server.rate import TokenBucket

if TYPE_CHECKING:
    from aiohttp import WSMessage

    from disco_desktop.engine.client.identity import Identity
    from disco_desktop.engine.messages import FromParticipant, Message
    from disco_desktop.server.config import Limits
    from disco_desktop.server.connection_guard import ConnectionGuard


class ChannelClosedError(Exception):
    """There is nobody at the other end any more, or nobody that keeps to the protocol."""


class ControlChannel:
    """Sends and receives control messages; whatever is not one ends the connection.

    Attributes:
        socket: the WebSocket underneath.
    """

    def __init__(
        self,
        request: web.BaseRequest,
        socket: web.WebSocketResponse,
        limits: Limits,
        guard: ConnectionGuard,
    ) -> None:
        self.socket = socket
        self._request = request
        self._limits = limits
        self._guard = guard
        self._bucket = TokenBucket(limits.messages_per_second, limits.message_burst)
        self._overrun: asyncio.Task[ChannelClosedError] | None = None

    @classmethod
    async def open(cls, request: web.Request, limits: Limits, guard: ConnectionGuard) -> Self:
        """Answer a request for a WebSocket."""
        socket = web.WebSocketResponse(
            heartbeat=limits.heartbeat_seconds,
            # aiohttp refuses a message of this size already, and we one that is larger than ours.
            max_msg_size=limits.control_message_bytes + 1,
            compress=False,
            protocols=subprotocols(),
            timeout=limits.farewell_seconds,
            autoping=False,  # since its answers to a flood of pings would hold up everybody else
        )
        await socket.prepare(request)
        channel = cls(request, socket, limits, guard)
        guard.bound_input(request, channel._overran)
        return channel

    def _overran(self) -> None:
        """End the connection of somebody who sends without an end: fragments, for instance."""
        if self._overrun is None:
            self._guard.ignore_input(self._request)
            self._overrun = asyncio.create_task(
                self._ended_for(WSCloseCode.MESSAGE_TOO_BIG, "sends without an end")
            )

    async def receive(self) -> FromParticipant:
        """Return the next message.

        Raises:
            ChannelClosedError: the connection is closed, by them or for what they sent.
        """
        while True:
            frame = await self.socket.receive()
            if not self._bucket.take():
                self._guard.ignore_input(self._request)
                raise await self._ended_for(WSCloseCode.POLICY_VIOLATION, "too many messages")
            match frame.type:
                case WSMsgType.BINARY:
                    return await self._decode(frame.data)
                case WSMsgType.TEXT:
                    raise await self._ended_for(WSCloseCode.UNSUPPORTED_DATA, "text, not messages")
                case WSMsgType.PING:
                    await self._answer(frame)
                case WSMsgType.PONG:
                    continue
                case WSMsgType.ERROR:
                    self.tell(_failure(frame.data))
                    raise ChannelClosedError(f"failed: {frame.data!r}")
                case _:
                    raise ChannelClosedError(f"closed: {self.socket.close_code}")

    async def _decode(self, content: bytes) -> FromParticipant:
        try:
            return decode_from_participant(content)
        except msgspec.MsgspecError as error:
            reason = "not a message of the protocol"
            raise await self._ended_for(WSCloseCode.INVALID_TEXT, reason) from error

    async def _answer(self, ping: WSMessage) -> None:
        try:
            async with asyncio.timeout(self._limits.heartbeat_seconds):
                await self.socket.pong(ping.data)
        except (ConnectionError, TimeoutError, RuntimeError) as error:
            raise ChannelClosedError("cannot be answered") from error

    async def _ended_for(self, code: int, reason: str) -> ChannelClosedError:
        """End the connection of somebody who does not keep to the protocol."""
        self.tell(reason)
        await self.close(code)
        return ChannelClosedError(reason)

    async def out_of_place(self, message: Message) -> ChannelClosedError:
        """End the connection for a message that the protocol does not foresee here."""
        kind = type(message).__name__.lower()
        return await self._ended_for(WSCloseCode.PROTOCOL_ERROR, f"a {kind} out of place")

    def tell(self, reason: str) -> None:
        """Log why a connection was ended."""
        self._guard.incidents.tell(reason, "closed a control connection: %s", reason)

    async def send(self, message: Message) -> None:
        """Send a message, to somebody who reads it in time.

        Raises:
            ChannelClosedError: they do not.
        """
        try:
            async with asyncio.timeout(self._limits.heartbeat_seconds):
                await self.socket.send_bytes(encode_message(message))
        except (ConnectionError, TimeoutError, RuntimeError) as error:
            raise ChannelClosedError("cannot be sent") from error

    async def close(self, code: int = WSCloseCode.OK) -> None:
        """End the connection."""
        await self.socket.close(code=code)


def _failure(error: object) -> str:
    """Say why aiohttp ended a connection, in words of ours."""
    if not isinstance(error, WebSocketError):
        return "lost, or no answer"
    if error.code == WSCloseCode.MESSAGE_TOO_BIG:
        return "a message that is too large"
    return "not the frames of a WebSocket"


_OPEN_ROLES = ("participant", "observer")


async def shake_hands(channel: ControlChannel, identity: Identity, task_digest: str) -> Hello:
    """Return what the participant said of itself, once its key is proved.

    Raises:
        ServerError: it cannot take part, and is to be told why.
        ChannelClosedError: it does not keep to the protocol.
    """
    hello = await channel.receive()
    if not isinstance(hello, Hello):
        raise await channel.out_of_place(hello)
    _check(hello, task_digest)
    nonce = fresh_nonce()
    statement = server_statement(hello, server_key=identity.public_key, server_nonce=nonce)
    challenge = Challenge(
        public_key=identity.public_key, nonce=nonce, signature=identity.sign(statement)
    )
    await channel.send(challenge)
    proof = await channel.receive()
    if not isinstance(proof, Proof):
        raise await channel.out_of_place(proof)
    if not verify(hello.public_key, participant_statement(hello, challenge), proof.signature):
        raise ServerError("key_not_proved")
    return hello


def _check(hello: Hello, task_digest: str) -> None:
    if not is_spoken(hello.protocol):
        raise ServerError("protocol_differs", theirs=hello.protocol, ours=_nearest(hello.protocol))
    if hello.task_schema != SCHEMA_VERSION:
        raise ServerError("task_schema_differs", theirs=hello.task_schema, ours=SCHEMA_VERSION)
    if hello.task_digest != task_digest:
        raise ServerError("task_differs")
    if hello.role not in _OPEN_ROLES:
        raise ServerError("role_not_granted", role=hello.role)


def _nearest(protocol: int) -> int:
    """Return that of our versions of the protocol which comes nearest to somebody's."""
    return PROTOCOL_VERSION if protocol > PROTOCOL_VERSION else OLDEST_PROTOCOL
