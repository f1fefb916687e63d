"""What a trainer asks of a client, and the client of somebody who trains alone."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from disco_desktop.engine.client.ledger import Ledger
from disco_desktop.engine.events import (
    ParticipantsChanged,
    ProblemArose,
    ProblemOver,
    RosterChanged,
    Status,
    StatusChanged,
)
from disco_desktop.engine.weights.weights import Weights

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping

    from disco_desktop.engine.errors import DiscoError
    from disco_desktop.engine.events import Attendee

Notice: TypeAlias = StatusChanged | ParticipantsChanged | RosterChanged | ProblemArose | ProblemOver

LARGEST_QUEUE = 64


class Notices:
    """A bounded queue of what changed, read by the stream of events.

    A status is entered when it differs from the one before. Where nobody reads, the oldest go; but
    of who takes part, which is told by what has changed, nothing is lost.
    """

    def __init__(self) -> None:
        self._queue: deque[Notice] = deque(maxlen=LARGEST_QUEUE)
        self._arrived = asyncio.Event()
        self._status: Status | None = None
        self.participants = 0
        self.minimum = 0
        self._attendees: Mapping[str, Attendee] = {}
        self._told: dict[str, Attendee] = {}
        self._problems: set[str] = set()
        self._has_roster = False

    def set_status(self, status: Status) -> None:
        """Enter a status, unless it is the present one."""
        if status != self._status:
            self._status = status
            self._enter(StatusChanged(status=status))

    def set_participants(self, participants: int, minimum: int) -> None:
        """Enter how many take part, unless it is known."""
        if (participants, minimum) != (self.participants, self.minimum):
            self.participants, self.minimum = participants, minimum
            self._enter(ParticipantsChanged(participants=participants, minimum=minimum))

    def set_attendees(self, attendees: Mapping[str, Attendee]) -> None:
        """Enter who takes part; the mapping may change until the next time."""
        self._attendees = attendees
        self._has_roster = True
        self._arrived.set()

    def report(self, error: DiscoError) -> None:
        """Enter a problem that does not end the training, unless it is told already."""
        if error.code not in self._problems:
            self._problems.add(error.code)
            self._enter(ProblemArose(code=error.code, arguments=error.arguments))

    def report_over(self, code: str) -> None:
        """Enter that what failed works again, where that was told."""
        if code in self._problems:
            self._problems.remove(code)
            self._enter(ProblemOver(code=code))

    def _enter(self, notice: Notice) -> None:
        self._queue.append(notice)
        self._arrived.set()

    def take(self) -> Notice | None:
        """Return the oldest notice, if there is one."""
        if not self._arrived.is_set():  # asked before every batch, and mostly so
            return None
        notice = self._queue.popleft() if self._queue else self._roster()
        if not self._queue and not self._has_roster:
            self._arrived.clear()
        return notice

    def _roster(self) -> RosterChanged | None:
        """Return how those who take part differ from what was told last, if they do."""
        self._has_roster = False
        before, now = self._told, dict(self._attendees)
        self._told = now
        present = tuple(one for node, one in now.items() if before.get(node) != one)
        gone = tuple(node for node in before if node not in now)
        return RosterChanged(present=present, gone=gone) if present or gone else None

    async def take_until(self, work: asyncio.Future[Any]) -> Notice | None:
        """Return the next notice, or nothing once `work` is done and all notices are taken."""
        while (notice := self.take()) is None and not work.done():
            arrival = asyncio.ensure_future(self._arrived.wait())
            try:
                await _first(arrival, work)
            finally:
                arrival.cancel()
        return notice


async def _first(*pending: Awaitable[object]) -> None:
    await asyncio.wait(
        [asyncio.ensure_future(awaitable) for awaitable in pending],
        return_when=asyncio.FIRST_COMPLETED,
    )


@dataclass(frozen=True, kw_only=True)
class Session:
    """What a participant is told when it joins.

    Attributes:
        weights: the current model, to train from.
        round: how many rounds those weights have behind them.
        rounds: how many rounds the session has in all; zero where it has no end of its own.
        contributed: the base round of our latest contribution that counts; None where there is
            none yet.
    """

    weights: Weights
    round: int
    rounds: int
    contributed: int | None = None


@dataclass(frozen=True, kw_only=True)
class Aggregate:
    """The result of one exchange.

    Attributes:
        weights: the new model, the same bits for every participant.
        round: how many rounds it has behind it.
        participants: how many contributions it is made of.
        is_counted: whether our own contribution is one of them.
        is_stale: whether we were too late and must start afresh from these weights.
        is_last: whether the session has ended with this round.
        is_void: whether the exchange came to nothing and our update is spent: the round is to be
            trained once more from these weights, which are those of before.
    """

    weights: Weights
    round: int
    participants: int
    is_counted: bool = True
    is_stale: bool = False
    is_last: bool = False
    is_void: bool = False


class Client(ABC):
    """A participant's side of the communication.

    Attributes:
        spends_updates: whether an update must never be handed over twice, not even after a restart.
        notices: statuses and numbers of participants, in the order in which they came about.
        ledger: the messages sent and received, counted by kind.
    """

    spends_updates = False

    def __init__(self) -> None:
        self.notices = Notices()
        self.ledger = Ledger()

    @abstractmethod
    async def connect(self) -> Session:
        """Join, and return the current model.

        Raises:
            ServerError: it could not be done; the error says why and what to do.
        """

    async def on_round_begin_communication(self) -> None:  # noqa: B027 - most have nothing to say
        """Tell whom it concerns that a round of training begins."""

    @abstractmethod
    async def on_round_end_communication(
        self, update: Weights, *, base_round: int, samples: int
    ) -> Aggregate:
        """Contribute an update and wait for the model of the next round.

        Args:
            update: the change against the weights of `base_round`; the callee may overwrite it.
            base_round: the round of the weights that training began from.
            samples: number of training samples behind the update.

        Raises:
            ServerError: the wait came to its limit, or the server refused us.
            ContributionError: the update was refused; nothing was counted.
        """

    async def pause(self) -> None:  # noqa: B027
        """Tell the others not to wait for us."""

    async def resume(self) -> None:  # noqa: B027
        """Tell the others that we train again."""

    @abstractmethod
    async def disconnect(self) -> None:
        """Leave. Safe to call at any time, and more than once."""


class LocalClient(Client):
    """Talks to nobody: the model of the next round is our own."""

    def __init__(self, initial: Weights, *, round: int = 0) -> None:  # noqa: A002
        super().__init__()
        self._weights = initial
        self._round = round

    async def connect(self) -> Session:
        """Return the weights that training starts from."""
        self.notices.set_participants(1, 1)
        return Session(weights=self._weights, round=self._round, rounds=0)

    async def on_round_end_communication(
        self, update: Weights, *, base_round: int, samples: int
    ) -> Aggregate:
        """Add our own update to our own weights, which whoever was given them before still has."""
        own = self._weights
        self._weights = Weights(own.manifest, own.buffer + update.buffer)
        self._round = base_round + 1
        return Aggregate(weights=self._weights, round=self._round, participants=1)

    async def disconnect(self) -> None:
        """Do nothing: nobody is connected."""
