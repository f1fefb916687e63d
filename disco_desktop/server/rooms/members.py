"""Who is in a room and what each does, told to the members where it changes."""

from __future__ import annotations

import asyncio
import secrets
import time
from typing import TYPE_CHECKING, NamedTuple

from disco_desktop.engine.messages import LARGEST_ROSTER, Attendant, Roster

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from disco_desktop.engine.messages import Message, Presence, Role

TOKEN_BYTES = 32


class Outbox:
    """Messages on their way to one connection, bounded: who reads too slowly is let go."""

    def __init__(self, capacity: int) -> None:
        self._queue: asyncio.Queue[Message | None] = asyncio.Queue(capacity + 1)
        self._capacity = capacity
        self._is_closed = False

    def put(self, message: Message) -> None:
        """Send a message; where too many wait already, end the connection instead."""
        if self._is_closed:
            return
        if self._queue.qsize() < self._capacity:
            self._queue.put_nowait(message)
        else:
            self.close(is_at_once=True)

    def close(self, *, is_at_once: bool = False) -> None:
        """End the connection, after the messages that wait or before them."""
        if is_at_once:
            while not self._queue.empty():
                self._queue.get_nowait()
        elif self._is_closed:
            return
        self._is_closed = True
        self._queue.put_nowait(None)

    async def get(self) -> Message | None:
        """Return the next message, or nothing when the connection is to end."""
        return await self._queue.get()


class Member:
    """One key's presence in a room.

    Attributes:
        participant: the id that follows from its key.
        token: what its uploads carry; another one after each hello.
        outbox: where its messages go; none while it is away.
        is_paused: whether it asked not to be waited for.
    """

    def __init__(self, participant: str, role: Role, outbox: Outbox | None) -> None:
        self.participant = participant
        self.role = role
        self.outbox = outbox
        self.token = f"{participant}.{secrets.token_urlsafe(TOKEN_BYTES)}"
        self.is_paused = False

    @property
    def is_active(self) -> bool:
        """Whether a round waits for it: also for one that is expected back."""
        return self.role == "participant" and not self.is_paused

    def send(self, message: Message) -> None:
        """Send a message, where there is a connection."""
        if self.outbox is not None:
            self.outbox.put(message)


class Membership:
    """The members of one room, by the id of their key.

    A member whose connection broke is expected back for some seconds, and waited for until then.
    One that left is forgotten at once.
    """

    def __init__(self, *, patience: float, when_gone: Callable[[str], None]) -> None:
        self._members: dict[str, Member] = {}
        self._patience = patience
        self._when_gone = when_gone
        self._expected: dict[str, asyncio.TimerHandle] = {}

    def __iter__(self) -> Iterator[Member]:
        return iter(tuple(self._members.values()))

    def __len__(self) -> int:
        return len(self._members)

    def __contains__(self, participant: str) -> bool:
        return participant in self._members

    @property
    def active(self) -> frozenset[str]:
        """The participants that a round waits for."""
        return frozenset(name for name, member in self._members.items() if member.is_active)

    def get(self, participant: str) -> Member | None:
        """Return a member by its id."""
        return self._members.get(participant)

    def join(self, participant: str, role: Role, outbox: Outbox) -> Member:
        """Let somebody in; an earlier connection of the same key ends."""
        before = self._members.get(participant)
        if before is not None and before.outbox is not None:
            before.outbox.close(is_at_once=True)
        self._no_longer_expect(participant)
        member = Member(participant, role, outbox)
        self._members[participant] = member
        return member

    def expect(self, participant: str) -> None:
        """Wait for somebody whose connection is gone."""
        member = self._members.setdefault(participant, Member(participant, "participant", None))
        member.outbox = None
        self._no_longer_expect(participant)
        self._expected[participant] = asyncio.get_running_loop().call_later(
            self._patience, self._when_gone, participant
        )

    def leave(self, participant: str) -> None:
        """Forget somebody."""
        self._no_longer_expect(participant)
        self._members.pop(participant, None)

    def _no_longer_expect(self, participant: str) -> None:
        timer = self._expected.pop(participant, None)
        if timer is not None:
            timer.cancel()

    def send(self, message: Message) -> None:
        """Send one message to everybody here."""
        for member in self:
            member.send(message)

    def close(self) -> None:
        """End all connections and expect nobody."""
        for participant, member in list(self._members.items()):
            self._no_longer_expect(participant)
            if member.outbox is not None:
                member.outbox.close()


_CROWD = 100  # members; for each further as many, the pause is longer by itself


class _Known(NamedTuple):
    presence: Presence
    since: float  # by the monotonic clock


class Attendance:
    """Tells the members of one another: only what has changed, and not more often than they need.

    All members are told the same, so that what one knows is what was told until it came and
    whatever was told since. In a crowd they are told less often.

    Args:
        members: who is to be told, and of whom.
        contributors: gives who has contributed to the present round.
        seconds: how long members are not told again.
    """

    def __init__(
        self, members: Membership, contributors: Callable[[], frozenset[str]], *, seconds: float
    ) -> None:
        self._members = members
        self._contributors = contributors
        self._seconds = seconds
        self._told: dict[str, _Known] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._is_closed = False

    def tell_all(self, member: Member) -> None:
        """Tell somebody who has just come what the others were told before."""
        for message in _messages(self._told, (), is_whole=True):
            member.send(message)

    def tell(self) -> None:
        """Tell everybody what has changed, now or in a while."""
        if self._timer is not None or self._is_closed:
            return
        changed, gone = self._note_changes()
        if not changed and not gone:
            return
        for message in _messages(changed, gone):
            self._members.send(message)
        pause = self._seconds * (1 + len(self._members) / _CROWD)
        self._timer = asyncio.get_running_loop().call_later(pause, self._tell_again)

    def _tell_again(self) -> None:
        self._timer = None
        self.tell()

    def _note_changes(self) -> tuple[dict[str, _Known], list[str]]:
        contributors, now = self._contributors(), time.monotonic()
        changed: dict[str, _Known] = {}
        there = set()
        for member in self._members:
            if member.role != "participant":
                continue
            there.add(member.participant)
            presence = _presence(member, contributors)
            known = self._told.get(member.participant)
            if known is None or known.presence != presence:
                changed[member.participant] = _Known(presence, now)
        gone = [participant for participant in self._told if participant not in there]
        for participant in gone:
            del self._told[participant]
        self._told |= changed
        return changed, gone

    def close(self) -> None:
        """Tell nobody anything any more."""
        self._is_closed = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _presence(member: Member, contributors: frozenset[str]) -> Presence:
    if member.outbox is None:
        return "away"
    if member.is_paused:
        return "paused"
    return "contributed" if member.participant in contributors else "training"


def _messages(
    present: Mapping[str, _Known], gone: Sequence[str], *, is_whole: bool = False
) -> Iterator[Message]:
    """Write it in as many messages as it takes: the first alone may void what was before."""
    now = time.monotonic()
    attendants = [
        Attendant(participant, known.presence, int(now - known.since))
        for participant, known in present.items()
    ]
    for place in range(0, max(len(attendants), len(gone), 1), LARGEST_ROSTER):
        piece = slice(place, place + LARGEST_ROSTER)
        yield Roster(
            is_whole=is_whole and place == 0,
            present=tuple(attendants[piece]),
            gone=tuple(gone[piece]),
        )
