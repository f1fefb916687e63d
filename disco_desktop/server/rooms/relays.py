"""Introductions and the relay: checked cards, and frames for those who cannot be reached."""

from __future__ import annotations

import asyncio
import ipaddress
from typing import TYPE_CHECKING

import msgspec
from aiohttp import WebSocketError, WSCloseCode, WSMsgType

from disco_desktop.engine.client.identity import node_id, verify
from disco_desktop.engine.client.peers.transport import LARGEST_FRAME
from disco_desktop.engine.client.statements import card_statement
from disco_desktop.engine.errors import ServerError
from disco_desktop.engine.messages import Peers
from disco_desktop.server.rate import TokenBucket

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiohttp import web

    from disco_desktop.engine.messages import Introduction, PeerCard
    from disco_desktop.server.config import Limits
    from disco_desktop.server.metrics import ServerMetrics

LARGEST_SEALED = LARGEST_FRAME + 1024  # bytes: a frame and what its sealing adds


# How much may come of a frame that never ends: two whole ones, and what aiohttp reads ahead.
MOST_UNFINISHED = 2 * LARGEST_SEALED + (1 << 20)
_HEADER = 14  # bytes at most


def _ignore(_: int) -> None:
    """Nobody keeps account."""


class RelayEnd:
    """One of the two sockets.

    Attributes:
        when_taken: told of how many bytes a frame was that has come whole.
        other: the socket of the other side, once it is there.
        code: with what the socket is to be closed.
    """

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self.socket = socket
        self.when_taken: Callable[[int], None] = _ignore
        self.other: asyncio.Future[RelayEnd] = asyncio.get_running_loop().create_future()
        self.code: int = WSCloseCode.OK
        self.task: asyncio.Task[int] | None = None
        self.has_ended = False

    def end(self, code: int) -> None:
        """Let it pass on nothing more."""
        if not self.has_ended:
            self.has_ended = True
            self.code = code
            self.other.cancel()
            if self.task is not None:
                self.task.cancel()


class Relays:
    """The relayed ways within one room: one socket at most from each participant for each peer."""

    def __init__(self, limits: Limits, metrics: ServerMetrics) -> None:
        self._limits = limits
        self._metrics = metrics
        self._ends: dict[tuple[str, str], RelayEnd] = {}
        self._is_closed = False

    def __len__(self) -> int:
        return len(self._ends)

    def check_place(self, participant: str, peer: str) -> None:
        """Refuse where the room has too many relayed ways.

        Raises:
            ServerError: it has.
        """
        is_more = (participant, peer) not in self._ends
        if is_more and len(self._ends) >= self._limits.relays:
            raise ServerError("relay_busy")

    async def carry(self, participant: str, peer: str, end: RelayEnd) -> int:
        """Pass on what comes from a participant to a peer until one of them ends it.

        A new socket takes the place of an earlier one between the same two: that may be dead.

        Returns:
            the code to close the socket with.
        """
        if end.has_ended:
            return end.code
        if self._is_closed:
            return WSCloseCode.GOING_AWAY
        key, back = (participant, peer), (peer, participant)
        earlier = self._ends.pop(key, None)
        if earlier is not None:
            self._end(earlier, WSCloseCode.GOING_AWAY)
        self._ends[key] = end
        opposite = self._ends.get(back)
        if opposite is not None and not opposite.other.done():
            opposite.other.set_result(end)
            end.other.set_result(opposite)
        end.task = asyncio.create_task(self._pass_on(end))
        waiting = asyncio.get_running_loop().call_later(
            self._limits.relay_wait_seconds, self._give_up, end
        )
        try:
            await asyncio.wait({end.task})
            if not end.task.cancelled():
                end.code = end.task.result()
        finally:
            waiting.cancel()
            end.task.cancel()
            if self._ends.get(key) is end:
                del self._ends[key]
            self._end(end, end.code)
        return end.code

    def _give_up(self, end: RelayEnd) -> None:
        if not end.other.done():
            end.end(WSCloseCode.TRY_AGAIN_LATER)

    def _end(self, end: RelayEnd, code: int) -> None:
        """End a way at both its ends."""
        other = end.other.result() if end.other.done() and not end.other.cancelled() else None
        end.end(code)
        if other is not None:
            other.end(WSCloseCode.GOING_AWAY)

    async def _pass_on(self, end: RelayEnd) -> int:
        """Pass frames on until there are no more; return the code to close with."""
        limits = self._limits
        bucket = TokenBucket(limits.relay_frames_per_second, limits.relay_frame_burst)
        while True:
            frame = await end.socket.receive()
            end.when_taken(_HEADER + (len(frame.data) if isinstance(frame.data, bytes) else 0))
            if not bucket.take():
                return WSCloseCode.POLICY_VIOLATION
            match frame.type:
                case WSMsgType.BINARY:
                    other = await asyncio.shield(end.other)
                case WSMsgType.PING:
                    other = end
                case WSMsgType.PONG:
                    continue
                case WSMsgType.TEXT:
                    return WSCloseCode.UNSUPPORTED_DATA
                case WSMsgType.ERROR:
                    return _code_of(frame.data)
                case _:
                    return WSCloseCode.OK
            try:
                async with asyncio.timeout(limits.relay_send_seconds):
                    if other is end:
                        await other.socket.pong(frame.data)
                    else:
                        await other.socket.send_bytes(frame.data)
                        self._metrics.relayed_bytes.inc(len(frame.data))
            except (ConnectionError, TimeoutError, RuntimeError):
                return WSCloseCode.GOING_AWAY

    def end_all_of(self, participant: str) -> None:
        """End every way of somebody who is no longer in the room."""
        for key, end in list(self._ends.items()):
            if participant in key:
                end.end(WSCloseCode.GOING_AWAY)

    def close(self) -> None:
        """End all of them, and begin none any more."""
        self._is_closed = True
        for end in list(self._ends.values()):
            end.end(WSCloseCode.GOING_AWAY)


def _code_of(error: object) -> int:
    """Return with what aiohttp ends a connection."""
    return error.code if isinstance(error, WebSocketError) else WSCloseCode.GOING_AWAY


# So that the cards of `LARGEST_PEERS` fit into one message with the ids of all holders.
LARGEST_CARD = 600  # bytes


class Introductions:
    """Who has introduced itself in one session of one task."""

    def __init__(self, task_digest: str, session: int) -> None:
        self._task_digest = task_digest
        self._session = session
        self._cards: dict[str, PeerCard] = {}
        self._holds: dict[str, str] = {}

    def __contains__(self, participant: str) -> bool:
        return participant in self._cards

    def add(self, participant: str, introduction: Introduction) -> None:
        """Take a card, in place of an earlier one of the same participant.

        Raises:
            ServerError: it is not this participant's own, or nobody could use it.
        """
        self._check(participant, introduction.card)
        self._cards[participant] = introduction.card
        self.note_model(participant, introduction.holds)

    def _check(self, participant: str, card: PeerCard) -> None:
        statement = card_statement(
            task_digest=self._task_digest,
            session=self._session,
            public_key=card.public_key,
            certificate=card.certificate,
            places=card.places,
        )
        is_own = node_id(card.public_key) == participant
        if not is_own or not verify(card.public_key, statement, card.signature):
            raise ServerError("card_not_proved")
        is_small = len(msgspec.msgpack.encode(card)) <= LARGEST_CARD
        if not is_small or not all(_is_address(place.host) for place in card.places):
            raise ServerError("card_not_usable")

    def note_model(self, participant: str, digest: str | None) -> None:
        """Note which model somebody holds, if any."""
        if digest is None:
            self._holds.pop(participant, None)
        else:
            self._holds[participant] = digest

    def holders(self, digest: str) -> frozenset[str]:
        """Return who holds a model."""
        return frozenset(name for name, held in self._holds.items() if held == digest)

    def remove(self, participant: str) -> None:
        """Forget somebody."""
        self._cards.pop(participant, None)
        self._holds.pop(participant, None)

    def told(self, digest: str) -> Peers:
        """Return what everybody is told, where `digest` is the current model's."""
        peers = tuple(self._cards[name] for name in sorted(self._cards))
        return Peers(peers=peers, holders=tuple(sorted(self.holders(digest))))


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
