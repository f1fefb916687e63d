"""The buffer of a room: contributions that were acknowledged, and the model they become."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from typing import TYPE_CHECKING

from disco_desktop.engine.aggregator.aggregator import Contribution, staleness
from disco_desktop.engine.aggregator.mean import MeanAggregator
from disco_desktop.engine.errors import ContributionError, StorageError
from disco_desktop.logs import logger
from disco_desktop.server.rooms.upload import read_blocks
from disco_desktop.server.store.store import ContributionRecord, RoundClosing

if TYPE_CHECKING:
    from disco_desktop.server.store.store import RoomRecord, Store, TaskRecord

_log = logger(__name__)


@dataclasses.dataclass(frozen=True, kw_only=True)
class ClosedRound:
    """A round that has just closed."""

    record: RoomRecord
    contributors: frozenset[str]
    counted: tuple[ContributionRecord, ...]
    seconds: float


class Buffer:
    """A round's contributions, in the store and in the aggregator.

    The store has the last word: what it holds counts, and the aggregator's sum is made of it anew
    wherever the two might differ. The methods that wait must not run side by side. A finished
    session has no aggregator, and so takes no memory.

    Attributes:
        active: the participants that the round waits for.
    """

    def __init__(self, task: TaskRecord, record: RoomRecord, store: Store) -> None:
        self.record = record
        self.active: frozenset[str] = frozenset()
        self._task = task
        self._store = store
        self._collaboration = task.task.collaboration
        self._aggregator: MeanAggregator | None = None
        self._accepted: dict[tuple[str, int], ContributionRecord] = {}
        self._began = time.monotonic()

    async def recover(self) -> None:
        """Make the sum of what the store holds, unless it is there already.

        Raises:
            StorageError: the model or a contribution cannot be read.
        """
        if self._aggregator is None and not self.record.is_finished:
            aggregator, accepted = await asyncio.to_thread(self._recovered)
            self._accepted = {
                (contribution.participant, contribution.base_round): contribution
                for contribution in accepted
            }
            self._aggregator = aggregator

    def _recovered(self) -> tuple[MeanAggregator, list[ContributionRecord]]:
        held = self._store.contributions(self.record)
        while True:
            aggregator = self._fresh_aggregator()
            damaged = self._add_all(aggregator, held)
            if damaged is None:
                return aggregator, held
            _log.error("the contribution of %s is damaged, and counts no more", damaged.participant)
            self._store.drop(self.record, damaged)
            held.remove(damaged)

    def _add_all(
        self, aggregator: MeanAggregator, held: list[ContributionRecord]
    ) -> ContributionRecord | None:
        """Add contributions up to one whose values are lost, and return that one."""
        for contribution in held:
            try:
                aggregator.add(self._contribution(contribution, is_checked=True))
            except StorageError as error:
                if error.code != "server_contribution_damaged":
                    raise
                return contribution
            except ValueError:  # of another length
                return contribution
        return None

    def _fresh_aggregator(self) -> MeanAggregator:
        weights = self._store.load_model(self.record.model, self._task.manifest)
        return MeanAggregator(self._collaboration, weights, round=self.record.round)

    @property
    def _summing(self) -> MeanAggregator:
        if self._aggregator is None:
            raise ContributionError("session_finished", session=self.record.session)
        return self._aggregator

    @property
    def minimum(self) -> int:
        """How many distinct contributors a round needs."""
        return self._collaboration.minimum_participants

    @property
    def contributors(self) -> frozenset[str]:
        """Everybody with a contribution in the present round."""
        return frozenset(participant for participant, _ in self._accepted)

    def is_full(self, *, is_overdue: bool) -> bool:
        """Tell whether the round can close."""
        self._summing.active = self.active
        return self._summing.is_full(is_overdue=is_overdue)

    def check_round(self, base_round: int) -> None:
        """Refuse a contribution that is too late, or of a round that is yet to come.

        Raises:
            ContributionError: it is, or the session has no further round.
        """
        if self.record.is_finished:
            raise ContributionError("session_finished", session=self.record.session)
        staleness(base_round, self.record.round, self._collaboration)

    async def counts_in(self, participant: str, base_round: int) -> int | None:
        """Return the round whose model an acknowledged contribution is part of, or will be."""
        if self._aggregator is not None:
            if (participant, base_round) in self._accepted:
                return self.record.round + 1
            if base_round == self.record.round:  # what has been counted was made before it
                return None
        return await asyncio.to_thread(self._store.counts_in, self.record, participant, base_round)

    async def accept(self, contribution: ContributionRecord) -> None:
        """Keep a contribution for good and count it. Its values lie in the spool, synced.

        Raises:
            ContributionError: it is too late, or too large for the sum.
            StorageError: it cannot be kept; it does not count.
        """
        self.check_round(contribution.base_round)
        await self.recover()
        summand = self._contribution(contribution)
        self._summing.check(summand)
        is_summed = await asyncio.to_thread(self._keep, contribution, summand)
        self._accepted[contribution.participant, contribution.base_round] = contribution
        if not is_summed:  # it is stored, so it counts: the sum is made anew before it is needed
            self._aggregator = None

    def _keep(self, contribution: ContributionRecord, summand: Contribution) -> bool:
        """Store a contribution; return whether it could be added to the sum as well."""
        self._store.accept(self.record, contribution)
        try:
            self._summing.add(summand)
        except (StorageError, ValueError) as error:
            _log.error("the contribution of %s cannot be read: %s", contribution.participant, error)
            return False
        return True

    def _contribution(
        self, contribution: ContributionRecord, *, is_checked: bool = False
    ) -> Contribution:
        path = self._store.contribution_path(self.record, contribution)
        digest = contribution.digest if is_checked else None
        return Contribution(
            participant=contribution.participant,
            base_round=contribution.base_round,
            samples=contribution.samples,
            largest=contribution.largest,
            blocks=lambda: read_blocks(path, self._collaboration.codec, digest),
        )

    async def close_round(self) -> ClosedRound:
        """Make the next model of the buffer and keep it.

        Raises:
            StorageError: it cannot be kept; the round stays open with all its contributions.
        """
        counted = tuple(self._accepted.values())
        contributors = self.contributors
        seconds = time.monotonic() - self._began
        weights = await asyncio.to_thread(self._summing.aggregate)
        self.record = await asyncio.to_thread(
            self._store.close_round,
            self.record,
            weights,
            RoundClosing(contributions=counted, seconds=seconds),
        )
        self._summing.begin_round(weights)
        if self.record.is_finished:
            self._aggregator = None
        self._accepted.clear()
        self._began = time.monotonic()
        _log.debug("round %d closed with %d", self.record.round, len(contributors))
        return ClosedRound(
            record=self.record, contributors=contributors, counted=counted, seconds=seconds
        )
