"""Who is in a room and what each does, told to the members where it changes."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, NamedTuple

from disco_desktop.engine.messages import LARGEST_ROSTER, Attendant, Roster

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from disco_desktop.engine.messages import Message, Presence
    from disco_desktop.server.rooms.member import Member
    from disco_desktop.server.rooms.membership import Membership

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
