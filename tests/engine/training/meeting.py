"""Participants of one process that exchange in memory: a real exchange without a network."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import numpy as np

from disco_desktop.engine.client.client import Aggregate, Client, Session
from disco_desktop.engine.errors import ServerError
from disco_desktop.engine.weights.weights import Weights

if TYPE_CHECKING:
    from collections.abc import Callable


class Meeting:
    """Takes updates until `minimum` participants have given one, then gives all the mean.

    Attributes:
        models: the model after each round, the initial one first.
        updates: what each round was made of: update and number of samples.
    """

    def __init__(self, initial: Weights, *, minimum: int, rounds: int = 0) -> None:
        self.models = [initial]
        self.updates: list[list[tuple[Weights, int]]] = []
        self.minimum = minimum
        self.rounds = rounds
        self.participants = 0
        self._contributions: list[tuple[Weights, int]] = []
        self._closed = asyncio.Condition()

    @property
    def round(self) -> int:
        return len(self.models) - 1

    @property
    def latest(self) -> Weights:
        return self.models[-1]

    async def contribute(self, update: Weights, samples: int) -> None:
        """Wait until the round is closed."""
        async with self._closed:
            before = self.round
            self._contributions.append((update.copy(), samples))
            if len(self._contributions) == self.minimum:
                self._close()
                self._closed.notify_all()
            await self._closed.wait_for(lambda: self.round > before)

    def _close(self) -> None:
        contributions, self._contributions = self._contributions, []
        total = sum(samples for _, samples in contributions)
        mean = sum(update.buffer.astype(np.float64) * samples for update, samples in contributions)
        model = (self.latest.buffer + mean / total).astype(np.float32)
        self.updates.append(contributions)
        self.models.append(Weights(self.latest.manifest, model))


class MeetingClient(Client):
    """One participant of a meeting.

    Attributes:
        calls: what the trainer asked for, in order.
    """

    def __init__(
        self,
        meeting: Meeting,
        *,
        change: Callable[[Aggregate], Aggregate] = lambda aggregate: aggregate,
        fails_in: int | None = None,
    ) -> None:
        super().__init__()
        self.calls: list[str] = []
        self._meeting = meeting
        self._change = change
        self._fails_in = fails_in

    async def connect(self) -> Session:
        self.calls.append("connect")
        self._meeting.participants += 1
        self.notices.set_participants(self._meeting.participants, self._meeting.minimum)
        return Session(
            weights=self._meeting.latest, round=self._meeting.round, rounds=self._meeting.rounds
        )

    async def on_round_begin_communication(self) -> None:
        self.calls.append("begin")

    async def on_round_end_communication(
        self, update: Weights, *, base_round: int, samples: int
    ) -> Aggregate:
        self.calls.append(f"end {base_round}")
        if self._fails_in == base_round:
            raise ServerError("server_patience_over")
        is_alone = self._meeting.participants < self._meeting.minimum
        self.notices.set_status("not enough participants" if is_alone else "updating model")
        await self._meeting.contribute(update, samples)
        update.buffer[:] = np.nan  # whoever is given it may overwrite it
        return self._change(
            Aggregate(
                weights=self._meeting.latest,
                round=self._meeting.round,
                participants=self._meeting.minimum,
                is_last=self._meeting.round == self._meeting.rounds,
            )
        )

    async def pause(self) -> None:
        self.calls.append("pause")

    async def resume(self) -> None:
        self.calls.append("resume")

    async def disconnect(self) -> None:
        if "disconnect" not in self.calls:
            self.calls.append("disconnect")
            self._meeting.participants -= 1
