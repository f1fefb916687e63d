"""A participant of a decentralized session that says just what a test makes it say."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, TypeVar

import aiohttp

from disco_desktop.engine.client.identity import Identity
from disco_desktop.engine.client.statements import (
    card_statement,
    fresh_nonce,
    participant_statement,
)
from disco_desktop.engine.messages import (
    PROTOCOL_VERSION,
    Challenge,
    Hello,
    Introduction,
    Outcome,
    PeerCard,
    Place,
    Proof,
    Ready,
    Refused,
    Welcome,
    decode_from_server,
    encode_message,
)
from disco_desktop.engine.task.task import SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from disco_desktop.engine.messages import Attempt, Message
    from disco_desktop.engine.task.task import Task
    from tests.server.running_server import RunningServer

PATIENCE = 20.0  # seconds in which what must happen has happened
_Kind = TypeVar("_Kind", bound="Message")


def card_of(identity: Identity, task: Task, session: int, **changes: Any) -> PeerCard:
    """A signed card; the changes come after the signature."""
    places = (Place("127.0.0.1", 4711), Place("::1", 4711))
    card = PeerCard(
        public_key=identity.public_key,
        certificate="c" * 64,
        places=changes.pop("signed_places", places),
        signature=bytes(64),
    )
    statement = card_statement(
        task_digest=task.digest,
        session=session,
        public_key=card.public_key,
        certificate=card.certificate,
        places=card.places,
    )
    fields = {name: getattr(card, name) for name in ("public_key", "certificate", "places")}
    return PeerCard(**{**fields, "signature": identity.sign(statement), **changes})


class RawPeer:
    """One control connection of a participant.

    Attributes:
        welcome: how it was let in, once it was.
    """

    def __init__(
        self,
        http: aiohttp.ClientSession,
        socket: aiohttp.ClientWebSocketResponse,
        server: RunningServer,
        identity: Identity,
    ) -> None:
        self.identity, self.server = identity, server
        self.http, self.socket = http, socket
        self.welcome: Welcome = None  # type: ignore[assignment]

    @property
    def id(self) -> str:
        return self.identity.node_id

    async def say(self, message: Message) -> None:
        await self.socket.send_bytes(encode_message(message))

    async def next(self) -> Message | None:
        """The next message, or nothing when the connection is closed."""
        async with asyncio.timeout(PATIENCE):
            frame = await self.socket.receive()
        if frame.type is not aiohttp.WSMsgType.BINARY:
            return None
        return decode_from_server(frame.data)

    async def told(self, kind: type[_Kind]) -> _Kind:
        """Wait for a message of a kind, passing over others."""
        while not isinstance(message := await self.next(), kind):
            assert message is not None, f"closed with {self.socket.close_code} before {kind}"
        return message

    async def enter(self, *, role: str = "participant", session: int | None = None) -> None:
        await self.ask(role=role, session=session)
        self.welcome = await self.told(Welcome)

    async def ask(self, *, role: str = "participant", session: int | None = None) -> None:
        """Make the handshake, up to the server's answer."""
        hello = Hello(
            protocol=PROTOCOL_VERSION,
            task_schema=SCHEMA_VERSION,
            task_digest=self.server.task.digest,
            role=role,  # type: ignore[arg-type]
            public_key=self.identity.public_key,
            nonce=fresh_nonce(),
            session=session,
        )
        await self.say(hello)
        challenge = await self.told(Challenge)
        signature = self.identity.sign(participant_statement(hello, challenge))
        await self.say(Proof(signature=signature))

    async def introduce(self, *, holds: str | None = None, **changes: Any) -> None:
        card = card_of(self.identity, self.server.task, self.welcome.session, **changes)
        await self.say(Introduction(card=card, holds=holds))

    async def ready(self, *, round: int | None = None, holds: str = "", samples: int = 1) -> None:  # noqa: A002
        welcome = self.welcome
        await self.say(
            Ready(
                round=welcome.round if round is None else round,
                holds=holds or welcome.model.digest,
                samples=samples,
            )
        )

    async def outcome(self, attempt: Attempt, digest: str | None, *blamed: str) -> None:
        await self.say(
            Outcome(round=attempt.round, attempt=attempt.attempt, digest=digest, blamed=blamed)
        )

    async def refused(self) -> str:
        """Wait until the server says no; return why."""
        code = (await self.told(Refused)).code
        assert await self.next() is None
        return code

    async def close_code(self) -> int | None:
        """Wait until the server ends the connection."""
        while await self.next() is not None:
            pass
        return self.socket.close_code

    async def vanish(self) -> None:
        """Be gone without a word."""
        transport = self.socket._response.connection.transport  # type: ignore[union-attr]
        transport.abort()

    def relay(
        self, peer: str, *, token: str | None = None, session: int | None = None, compress: int = 0
    ) -> Any:
        """Open a socket at the relay."""
        number = self.welcome.session if session is None else session
        token = self.welcome.token if token is None else token
        task = self.server.task.id
        return self.http.ws_connect(
            f"{self.server.url}/decentralized/{task}/sessions/{number}/relay/{peer}",
            headers={"Authorization": f"Bearer {token}"} if token else {},
            max_msg_size=0,
            compress=compress,
        )


@contextlib.asynccontextmanager
async def connected(
    server: RunningServer, identity: Identity | None = None, *, path: str = "decentralized"
) -> AsyncIterator[RawPeer]:
    """Open a control connection and say nothing yet."""
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(f"{server.url}/{path}/{server.task.id}") as socket,
    ):
        yield RawPeer(http, socket, server, identity or Identity.generate())


@contextlib.asynccontextmanager
async def joined(
    server: RunningServer,
    identity: Identity | None = None,
    *,
    role: str = "participant",
    session: int | None = None,
    holds: str | None = "initial",
) -> AsyncIterator[RawPeer]:
    """Take part and be introduced; by default as somebody who has the model of the welcome."""
    async with connected(server, identity) as peer:
        await peer.enter(role=role, session=session)
        if role == "participant":
            digest = peer.welcome.model.digest if holds == "initial" else holds
            await peer.introduce(holds=digest)
        yield peer
