"""The control connection of one participant: typed messages in binary frames, bounded."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec
from aiohttp import WSCloseCode, WSMsgType, web

from disco_desktop.engine.messages import decode_from_participant, encode_message
from disco_desktop.server.rate import TokenBucket

if TYPE_CHECKING:
    from disco_desktop.engine.messages import FromParticipant, Message
    from disco_desktop.server.limits import Limits


class ChannelClosedError(Exception):
    """There is nobody at the other end any more, or nobody that keeps to the protocol."""


class ControlChannel:
    """Sends and receives control messages; whatever is not one ends the connection."""

    def __init__(self, socket: web.WebSocketResponse, limits: Limits) -> None:
        self._socket = socket
        self._limits = limits
        self._bucket = TokenBucket(limits.messages_per_second, limits.message_burst)

    async def receive(self) -> FromParticipant:
        """Return the next message.

        Raises:
            ChannelClosedError: the connection is closed, by them or for what they sent.
        """
        frame = await self._socket.receive()
        if frame.type is WSMsgType.TEXT:
            await self.close(WSCloseCode.UNSUPPORTED_DATA)
        elif frame.type is WSMsgType.BINARY:
            if not self._bucket.take():
                await self.close(WSCloseCode.POLICY_VIOLATION)
                raise ChannelClosedError("too many messages")
            try:
                return decode_from_participant(frame.data)
            except msgspec.MsgspecError as error:
                await self.close(WSCloseCode.INVALID_TEXT)
                raise ChannelClosedError("not a message of the protocol") from error
        raise ChannelClosedError(f"closed: {self._socket.close_code}")

    async def send(self, message: Message) -> None:
        """Send a message, to somebody who reads it in time.

        Raises:
            ChannelClosedError: they do not.
        """
        try:
            async with asyncio.timeout(self._limits.heartbeat_seconds):
                await self._socket.send_bytes(encode_message(message))
        except (ConnectionError, TimeoutError, RuntimeError) as error:
            raise ChannelClosedError("cannot be sent") from error

    async def close(self, code: int = WSCloseCode.OK) -> None:
        """End the connection."""
        await self._socket.close(code=code)
