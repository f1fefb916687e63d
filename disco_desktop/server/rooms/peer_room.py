"""The room of decentralized learning: who is there, who exchanges when, and what came of it."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from disco_desktop.engine.errors import DiscoError, ServerError
from disco_desktop.engine.messages import (
    LARGEST_PEERS,
    Attempt,
    Introduction,
    ModelReference,
    Outcome,
    Ready,
    Refused,
    RoundClosed,
    Voided,
)
from disco_desktop.logs import logger
from disco_desktop.server.rooms.agreement import Agreed, Agreement, Begin, Void
from disco_desktop.server.rooms.relays import Introductions, Relays
from disco_desktop.server.rooms.room import Room
from disco_desktop.server.store.store import ContributionRecord, RoundClosing
from disco_desktop.server.timers import Alarms

if TYPE_CHECKING:
    from collections.abc import Callable

    from disco_desktop.engine.messages import Message, Peers, Role
    from disco_desktop.server.config import Limits
    from disco_desktop.server.metrics import ServerMetrics
    from disco_desktop.server.rooms.members import Member, Outbox
    from disco_desktop.server.store.store import RoomRecord, Store, TaskRecord

_LONGEST_ATTEMPT = 604_800.0  # seconds: what an `Attempt` can say
_MODELS_SENT = 2.2  # by one member, in an exchange of any number of them

_log = logger(__name__)


class PeerRoom(Room):
    """Introduces participants to each other and agrees with them about each exchange.

    What they exchange never comes here, and of a model only its digest. Whatever is heard goes into
    the agreement; one lock orders what follows from it, since it is stored before it is told.

    Attributes:
        relays: the ways between those who cannot reach each other.
    """

    def __init__(
        self,
        task: TaskRecord,
        record: RoomRecord,
        store: Store,
        limits: Limits,
        metrics: ServerMetrics,
    ) -> None:
        super().__init__(task, store, limits, metrics)
        self.relays = Relays(limits, metrics)
        self._record = record
        self._introductions = Introductions(task.digest, record.session)
        self._agreement = Agreement(
            task.task.collaboration,
            rounds=record.rounds,
            round=record.round,
            attempt=record.attempt,
        )
        self._alarms = Alarms()
        self._began = time.monotonic()
        self._told_peers: Peers | None = None
        self._voids: dict[str, Voided] = {}  # of this round: the last one that somebody was in

    @property
    def record(self) -> RoomRecord:
        """The lasting state."""
        return self._record

    @property
    def contributors(self) -> frozenset[str]:
        """Who is ready for the exchange, or in it."""
        return self._agreement.ready

    @property
    def progress(self) -> str:
        """What the room does, in a few words, once enough are there."""
        if self._agreement.is_running:
            return f"exchange among {len(self._agreement.members)} participants"
        return f"training: {len(self.contributors)} of {self.participants} are ready"

    @property
    def can_go_on(self) -> bool:
        """Whether the current model is to be had: from the server, or from somebody in the room.

        Somebody who is expected back, or has not said what it holds yet, may have it.
        """
        if self.record.round == 0:
            return True
        holders = self._introductions.holders(self.record.model.digest)
        return any(
            member.participant in holders
            or member.participant not in self._introductions
            or member.outbox is None
            for member in self.members
            if member.role == "participant"
        )

    def is_introduced(self, participant: str) -> bool:
        """Whether others in the room know somebody."""
        return participant in self._introductions and participant in self.members

    # --- beginning and end

    async def recover(self) -> None:
        """Take up what an earlier process left; an attempt that ran is void."""
        await super().recover()
        if self.record.attempt and not self.record.is_finished:
            message = Voided(
                round=self.record.round, attempt=self.record.attempt, reason="server_restarted"
            )
            self._voids = dict.fromkeys(self.members.active, message)

    def _stop_timers(self) -> None:
        super()._stop_timers()
        self._alarms.stop_all()

    def let_members_go(self) -> None:
        """End all connections, those through the relay among them."""
        self.relays.close()
        super().let_members_go()

    # --- members

    async def join(self, participant: str, role: Role, outbox: Outbox) -> Member:
        """Let somebody in, or in again; whoever only watches is told at once who is there.

        Raises:
            ServerError: the room is full.
            StorageError: the server cannot keep that it is here.
        """
        member = await super().join(participant, role, outbox)
        if role == "observer":
            self._catch_up(member)
        return member

    def _check_place(self, participant: str, role: Role) -> None:
        super()._check_place(participant, role)
        others = sum(
            member.role == "participant" and member.participant != participant
            for member in self.members
        )
        if role == "participant" and others >= LARGEST_PEERS:
            raise ServerError("room_full", participants=LARGEST_PEERS)

    def _joined(self, member: Member) -> None:
        name = member.participant
        self._alarms.stop(("vanished", name))
        if member.role != "participant":
            return
        self._agreement.withdraw(name)
        self._alarms.stop(("introduction", name))
        self._alarms.set(
            ("introduction", name), self._limits.hello_seconds, lambda: self._is_mute(member)
        )

    def _is_mute(self, member: Member) -> None:
        """End the connection of somebody who does not introduce itself."""
        if member.outbox is not None and self.members.get(member.participant) is member:
            member.outbox.close(is_at_once=True)

    def _expected(self, participant: str) -> None:
        """Count on nobody whose connection is gone; in an attempt, give it a moment."""
        self._alarms.stop(("introduction", participant))
        self._agreement.withdraw(participant)
        self._run(self._settle())
        if participant in self._agreement.members:
            self._after(
                ("vanished", participant),
                self._limits.vanished_seconds,
                lambda: self._agreement.vanish(participant),
            )

    def _departed(self, participant: str) -> None:
        for alarm in ("introduction", "vanished"):
            self._alarms.stop((alarm, participant))
        self._agreement.vanish(participant)
        self._introductions.remove(participant)
        self.relays.end_all_of(participant)
        self._tell_peers()
        if not self.can_go_on:
            for member in self.members:
                if member.role == "participant":
                    self._turn_away(member, Refused(code="model_lost"))

    def _turn_away(self, member: Member, message: Refused) -> None:
        """Say why it cannot go on, and end the connection."""
        member.send(message)
        if member.outbox is not None:
            member.outbox.close()
        asyncio.get_running_loop().call_soon(self.leave, member)

    def set_paused(self, member: Member, *, is_paused: bool) -> None:
        """Wait for a member no longer, or again; a running attempt needs what it has to say."""
        if is_paused and member.participant in self._agreement.members:
            self._agreement.pause(member.participant)
        super().set_paused(member, is_paused=is_paused)

    def _count_members(self) -> None:
        self._agreement.active = self.members.active

    # --- what members say

    def hear(self, member: Member, message: Message) -> bool:
        """Take an introduction, a word that somebody is ready, or an attempt's outcome.

        Raises:
            ServerError: the member is refused.
        """
        if not isinstance(message, Introduction | Ready | Outcome):
            return False
        if member.role != "participant":
            raise ServerError("not_a_participant")
        if self.members.get(member.participant) is not member:
            return True  # it is here over another connection
        name = member.participant
        if isinstance(message, Introduction):
            self._introduce(member, message)
        elif ("introduction", name) in self._alarms:
            return False  # it says something before its introduction
        elif isinstance(message, Ready):
            return self._take_ready(name, message)
        elif self._agreement.say_outcome(name, message):
            self._run(self._settle())
        return True

    def _introduce(self, member: Member, introduction: Introduction) -> None:
        name = member.participant
        self._introductions.add(name, introduction)
        is_first = ("introduction", name) in self._alarms
        self._alarms.stop(("introduction", name))
        self._agreement.wait_for(name)
        if is_first:
            self._catch_up(member)
        self._tell_peers()

    def _catch_up(self, member: Member) -> None:
        """Tell somebody who has just come what the others read already."""
        if self._told_peers is not None:
            member.send(self._told_peers)
        if member.participant in self._voids:  # it may believe that the attempt goes on
            member.send(self._voids[member.participant])

    def _take_ready(self, name: str, ready: Ready) -> bool:
        if ready.round > self.record.round:
            return False
        if ready.round < self.record.round or self.record.is_finished:
            return True  # it crosses the news of the round's end
        if ready.holds != self.record.model.digest:
            raise ServerError("model_not_agreed")
        self._introductions.note_model(name, ready.holds)
        self._agreement.say_ready(name, ready.samples)
        self._attendance.tell()
        self._tell_peers()
        self._run(self._settle())
        return True

    # --- what members are told

    def _tell_peers(self) -> None:
        """Tell everybody who is there, where that has changed: but not more often than needed."""
        peers = self._introductions.told(self.record.model.digest)
        if peers == self._told_peers or self._is_closed:
            return
        if "peers" in self._alarms:
            return
        self._told_peers = peers
        self.members.send(peers)
        self._alarms.set("peers", self._limits.notice_seconds, self._tell_peers)

    def _tell_peers_now(self) -> None:
        self._alarms.stop("peers")
        self._tell_peers()

    def _tell(self, participants: frozenset[str], message: Message) -> None:
        for participant in participants:
            member = self.members.get(participant)
            if member is not None:
                member.send(message)

    # --- attempts

    def _after(self, name: object, seconds: float, change: Callable[[], None]) -> None:
        """Change what the agreement knows when a time is up, and do what follows from it."""

        def ring() -> None:
            change()
            self._run(self._settle())

        self._alarms.set(name, seconds, ring)

    async def _settle(self) -> None:
        """Do what the agreement asks for, until it asks for nothing; it is stored, then told."""
        async with self._lock:
            while not self._is_closed and (decision := self._agreement.decision()) is not None:
                try:
                    match decision:
                        case Begin():
                            await self._begin(decision)
                        case Void():
                            self._void(decision)
                        case Agreed():
                            await self._close_round(decision)
                except DiscoError as error:
                    self._try_again(error)
                    return
            self._watch_time()

    def _watch_time(self) -> None:
        """Set the alarms that the present state calls for."""
        agreement, limits = self._agreement, self._limits
        if self._is_closed or agreement.is_finished:
            return
        if agreement.is_used_up:
            for member in self.members:
                self._turn_away(member, Refused(code="attempts_used_up"))
        if agreement.is_ending:
            self._after("last words", self._silence, agreement.end_attempt)
        if agreement.is_settling:
            self._after("settling", limits.vanished_seconds, agreement.end_settling)
        if agreement.is_resting:
            pause = limits.attempt_pause_seconds * 2.0 ** min(agreement.voids - 2, 30)
            self._after("rest", min(pause, limits.longest_pause_seconds), agreement.end_rest)
        if not agreement.ready:
            self._alarms.stop("round")
        elif not agreement.is_overdue:
            deadline = self.task.task.collaboration.round_deadline
            self._after("round", deadline, agreement.hurry)

    @property
    def _attempt_seconds(self) -> float:
        """How long an attempt may take: as long as a round may wait, and as the model needs."""
        deadline = self.task.task.collaboration.round_deadline
        return min(max(deadline, self._silence), _LONGEST_ATTEMPT)

    @property
    def _silence(self) -> float:
        """How long all may wait for somebody who gives nothing: the slowest has as much to send."""
        sent = _MODELS_SENT * self.record.model.size
        needed = self._limits.attempt_seconds + sent / self._limits.attempt_bytes_per_second
        return min(needed, _LONGEST_ATTEMPT)

    async def _begin(self, begin: Begin) -> None:
        """Begin an attempt: its number is used from here on, whatever happens."""
        self._record = await asyncio.to_thread(
            self._store.begin_attempt, self._record, begin.attempt
        )
        self.trouble = None
        self._agreement.begun(begin)
        for participant in self._agreement.members:
            self._voids.pop(participant, None)
        seconds = self._attempt_seconds
        self._after("attempt", seconds, self._agreement.end_attempt)
        self._tell_peers_now()
        message = Attempt(
            round=self.record.round,
            attempt=begin.attempt,
            members=begin.members,
            seconds=seconds,
            silence=self._silence,
        )
        self._tell(self._agreement.members, message)
        _log.debug(
            "round %d, attempt %d: %d begin", message.round, begin.attempt, len(begin.members)
        )

    def _end_attempt(self) -> None:
        for name in ("attempt", "last words", "settling"):
            self._alarms.stop(name)
        for participant in self._agreement.members:
            self._alarms.stop(("vanished", participant))

    def _void(self, void: Void) -> None:
        self._end_attempt()
        self._agreement.voided(void)
        self._voids.update(dict.fromkeys(void.members, void.message))
        self._metrics.voided.labels(self.task.task.id).inc()
        self._tell(void.members, void.message)
        _log.debug("round %d, attempt %d: void, %s", *_named(void.message))

    async def _close_round(self, agreed: Agreed) -> None:
        seconds = time.monotonic() - self._began
        model = ModelReference(digest=agreed.digest, size=self.record.model.size)
        contributions = tuple(
            ContributionRecord(
                participant=participant,
                base_round=self.record.round,
                samples=samples,
                largest=0.0,
                digest="",
            )
            for participant, samples in agreed.members.items()
        )
        closing = RoundClosing(contributions=contributions, seconds=seconds)
        self._record = await asyncio.to_thread(self._store.agree, self._record, model, closing)
        self._end_attempt()
        for name in ("round", "rest"):
            self._alarms.stop(name)
        self._voids.clear()
        self._agreement.closed()
        self._count_round(seconds, len(agreed.members))
        self._began = time.monotonic()
        for participant in agreed.holders:
            if participant in self._introductions:
                self._introductions.note_model(participant, agreed.digest)
        self.members.send(
            RoundClosed(round=self.record.round, model=model, contributors=self.last_contributors)
        )
        self._attendance.tell()
        self._told_peers = None  # the holders are now those of another model
        self._tell_peers_now()
        _log.debug("round %d closed with %d", self.record.round, self.last_contributors)


def _named(message: Voided) -> tuple[int, int, str]:
    return message.round, message.attempt, message.reason
