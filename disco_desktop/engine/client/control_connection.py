"""The participant's end of the control connection, and how long to wait before it is made again."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING, TypeVar

import aiohttp
import msgspec

from disco_desktop.engine.client.address import connection_error
from disco_desktop.engine.client.identity import verify
from disco_desktop.engine.client.statements import (
    fresh_nonce,
    participant_statement,
    server_statement,
)
from disco_desktop.engine.client.versions import chosen_protocol, older_side, subprotocols
from disco_desktop.engine.errors import ServerError
from disco_desktop.engine.messages import (
    LARGEST_MESSAGE,
    Challenge,
    Hello,
    Proof,
    Refused,
    Welcome,
    decode_from_server,
    encode_message,
)
from disco_desktop.engine.task.task import SCHEMA_VERSION

if TYPE_CHECKING:
    from disco_desktop.engine.client.address import ServerAddress
    from disco_desktop.engine.client.identity import Identity
    from disco_desktop.engine.client.ledger import Ledger
    from disco_desktop.engine.messages import FromServer, Message, Role
    from disco_desktop.engine.task.task import Task

_Expected = TypeVar("_Expected", Challenge, Welcome)

HANDSHAKE_SECONDS = 20.0
HEARTBEAT_SECONDS = 20.0
SEND_SECONDS = 20.0


class ConnectionLostError(Exception):
    """The connection is gone; another one may be had."""


class ControlConnection:
    """Typed messages to and from a server.

    Attributes:
        server_key: the public key that the server proved, once hands are shaken.
    """

    def __init__(
        self, socket: aiohttp.ClientWebSocketResponse, ledger: Ledger, *, url: str
    ) -> None:
        self._socket = socket
        self._url = url
        self._ledger = ledger
        self.server_key = b""

    @classmethod
    async def open(
        cls, http: aiohttp.ClientSession, address: ServerAddress, task: Task, ledger: Ledger
    ) -> ControlConnection:
        """Connect, without saying who we are yet.

        Raises:
            ServerError: it cannot be reached, is not the server that was pinned, or has no such
                task.
        """
        try:
            async with asyncio.timeout(HANDSHAKE_SECONDS):
                socket = await http.ws_connect(
                    address.endpoint(f"/{task.collaboration.scheme}/{task.id}"),
                    max_msg_size=LARGEST_MESSAGE,
                    heartbeat=HEARTBEAT_SECONDS,
                    compress=0,
                    protocols=subprotocols(),
                )
        except aiohttp.WSServerHandshakeError as error:
            if error.status == 404:
                raise ServerError("task_not_on_server", task=task.id) from error
            raise connection_error(address, error) from error
        except (aiohttp.ClientError, OSError) as error:
            raise connection_error(address, error) from error
        return cls(socket, ledger, url=address.url)

    async def shake_hands(
        self,
        identity: Identity,
        task: Task,
        *,
        role: Role,
        session: int | None,
        known_key: bytes | None = None,
    ) -> Welcome:
        """Prove our key, have the server prove its own, and join.

        Where `known_key` is the key that the server proved before, it must be that one again.

        Raises:
            ServerError: the server refused us, or did not prove its key, or it is another one.
            ConnectionLostError: the connection broke.
        """
        hello = Hello(
            protocol=chosen_protocol(self._socket.protocol),
            task_schema=SCHEMA_VERSION,
            task_digest=task.digest,
            role=role,
            public_key=identity.public_key,
            nonce=fresh_nonce(),
            session=session,
        )
        try:
            async with asyncio.timeout(HANDSHAKE_SECONDS):
                await self.send(hello)
                challenge = await self._expect(Challenge)
                statement = server_statement(
                    hello, server_key=challenge.public_key, server_nonce=challenge.nonce
                )
                if not verify(challenge.public_key, statement, challenge.signature):
                    raise ServerError("server_key_not_proved")
                self.server_key = challenge.public_key
                if known_key not in (None, self.server_key):
                    raise ServerError("server_key_changed", address=self._url)
                proof = identity.sign(participant_statement(hello, challenge))
                await self.send(Proof(signature=proof))
                return await self._expect(Welcome)
        except TimeoutError as error:
            raise ConnectionLostError("the handshake took too long") from error

    async def _expect(self, kind: type[_Expected]) -> _Expected:
        message = await self.receive()
        if isinstance(message, Refused):
            raise older_side(ServerError.told(message.code, message.arguments))
        if not isinstance(message, kind):
            raise ServerError("server_answer_strange", detail=type(message).__name__)
        return message

    async def receive(self) -> FromServer:
        """Return the next message.

        Raises:
            ConnectionLostError: there will be none.
        """
        try:
            frame = await self._socket.receive()
        except (aiohttp.ClientError, OSError) as error:  # a ping came that cannot be answered
            raise ConnectionLostError("broken while it was listened to") from error
        if frame.type is not aiohttp.WSMsgType.BINARY:
            raise ConnectionLostError(f"closed with {self._socket.close_code}")
        try:
            message = decode_from_server(frame.data)
        except msgspec.MsgspecError as error:
            raise ConnectionLostError(f"not a message of the protocol: {error}") from error
        self._ledger.received(_kind(message), len(frame.data))
        return message

    async def send(self, message: Message) -> None:
        """Send a message.

        Raises:
            ConnectionLostError: it could not be sent.
        """
        content = encode_message(message)
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._socket.send_bytes(content)
        except (aiohttp.ClientError, ConnectionError, TimeoutError) as error:
            raise ConnectionLostError("cannot send") from error
        self._ledger.sent(_kind(message), len(content))

    async def close(self) -> None:
        """End the connection."""
        await self._socket.close()


def _kind(message: Message) -> str:
    """Return a message's name in the ledger."""
    return str(message.__struct_config__.tag).replace("_", " ")


FIRST_SECONDS = 0.1
LONGEST_SECONDS = 10.0


class Backoff:
    """Pauses that double up to a limit, with jitter so that many do not come back at once."""

    def __init__(self) -> None:
        self._seconds = FIRST_SECONDS

    async def pause(self) -> None:
        """Wait for this failure's pause."""
        await asyncio.sleep(self._seconds * random.uniform(0.5, 1.0))  # noqa: S311 - no secret
        self._seconds = min(2 * self._seconds, LONGEST_SECONDS)

    def reset(self) -> None:
        """Begin anew after a success."""
        self._seconds = FIRST_SECONDS
