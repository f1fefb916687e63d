"""Who is in a room: here, paused, or away and expected back."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from disco_desktop.server.rooms.member import Member

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from disco_desktop.engine.messages import Message, Role
    from disco_desktop.server.rooms.member import Outbox


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
