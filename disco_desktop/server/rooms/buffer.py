"""The buffer of a room: contributions that were acknowledged, and the model they become."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from typing import TYPE_CHECKING

from disco_desktop.engine.aggregator.aggregator import Contribution
from disco_desktop.engine.aggregator.mean import MeanAggregator
from disco_desktop.logs import logger
from disco_desktop.server.rooms.upload import read_blocks
from disco_desktop.server.store.store import ContributionRecord, RoundClosing

if TYPE_CHECKING:
    from pathlib import Path

    from disco_desktop.server.store.store import RoomRecord, Store, TaskRecord

_log = logger(__name__)


@dataclasses.dataclass(frozen=True, kw_only=True)
class ClosedRound:
    """A round that has just closed."""

    record: RoomRecord
    contributors: frozenset[str]
    seconds: float


class Buffer:
    """A round's contributions, in the store and in the aggregator.

    The store has the last word: what it holds counts, and the aggregator's sum is made of it anew
    wherever the two might differ. Its methods must not run side by side.
    """

    def __init__(self, task: TaskRecord, record: RoomRecord, store: Store) -> None:
        self.record = record
        self._task = task
        self._store = store
        self._codec = task.task.collaboration.codec
        self._aggregator = self._fresh_aggregator()
        self._accepted: dict[tuple[str, int], ContributionRecord] = {}
        self._began = time.monotonic()

    def _fresh_aggregator(self) -> MeanAggregator:
        weights = self._store.load_model(self.record.model, self._task.manifest)
        return MeanAggregator(self._task.task.collaboration, weights, round=self.record.round)

    def recover(self) -> None:
        """Take up the contributions that an earlier process acknowledged."""
        active = self._aggregator.active
        self._aggregator = self._fresh_aggregator()
        self._aggregator.active = active
        self._accepted.clear()
        for contribution in self._store.contributions(self.record):
            values = self._store.contribution_path(self.record, contribution)
            self._aggregator.add(self._contribution(contribution, values))
            self._accepted[contribution.participant, contribution.base_round] = contribution

    @property
    def minimum(self) -> int:
        """How many distinct contributors a round needs."""
        return self._aggregator.minimum

    @property
    def contributors(self) -> frozenset[str]:
        """Everybody with a contribution in the present round."""
        return self._aggregator.contributors

    @property
    def active(self) -> frozenset[str]:
        """The participants that the round waits for."""
        return self._aggregator.active

    @active.setter
    def active(self, participants: frozenset[str]) -> None:
        self._aggregator.active = participants

    @property
    def contributions(self) -> tuple[ContributionRecord, ...]:
        """What waits to be aggregated."""
        return tuple(self._accepted.values())

    def is_full(self, *, is_overdue: bool) -> bool:
        """Tell whether the round can close."""
        return self._aggregator.is_full(is_overdue=is_overdue)

    def check_round(self, base_round: int) -> None:
        """Refuse a contribution that is too late, or of a round that is yet to come.

        Raises:
            ContributionError: it is.
        """
        self._aggregator.staleness(base_round)

    async def accept(self, contribution: ContributionRecord) -> None:
        """Keep a contribution for good and count it. Its values lie in the spool, synced.

        Raises:
            ContributionError: it is too late, or too large for the sum.
            StorageError: it cannot be kept; it does not count.
        """
        self.check_round(contribution.base_round)
        values = self._store.spool(self.record, contribution.participant, contribution.base_round)
        await asyncio.to_thread(self._aggregator.add, self._contribution(contribution, values))
        try:
            await asyncio.to_thread(self._store.accept, self.record, contribution)
        except BaseException:
            await asyncio.to_thread(self.recover)
            raise
        self._accepted[contribution.participant, contribution.base_round] = contribution

    def _contribution(self, contribution: ContributionRecord, values: Path) -> Contribution:
        return Contribution(
            participant=contribution.participant,
            base_round=contribution.base_round,
            samples=contribution.samples,
            largest=contribution.largest,
            blocks=lambda: read_blocks(values, self._codec),
        )

    async def close_round(self) -> ClosedRound:
        """Make the next model of the buffer and keep it.

        Raises:
            StorageError: it cannot be kept; the round stays open with all its contributions.
        """
        contributors = self._aggregator.contributors
        seconds = time.monotonic() - self._began
        weights = await asyncio.to_thread(self._aggregator.aggregate)
        self.record = await asyncio.to_thread(
            self._store.close_round,
            self.record,
            weights,
            RoundClosing(contributions=self.contributions, seconds=seconds),
        )
        self._aggregator.begin_round(weights)
        self._accepted.clear()
        self._began = time.monotonic()
        _log.debug("round %d closed with %d", self.record.round, len(contributors))
        return ClosedRound(record=self.record, contributors=contributors, seconds=seconds)
