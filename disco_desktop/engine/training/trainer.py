"""The trainer: one flat, pull-driven stream of events, whatever happens at a round's end."""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from disco_desktop.engine.errors import StorageError
from disco_desktop.engine.training.calibration import calibrated
from disco_desktop.engine.training.checkpoint import take_checkpoint
from disco_desktop.engine.training.compute import Compute
from disco_desktop.engine.training.progress import Progress
from disco_desktop.engine.training.result import TrainingResult
from disco_desktop.logs import logger

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from disco_desktop.engine.client.client import Aggregate, Client, Session
    from disco_desktop.engine.events import Event
    from disco_desktop.engine.memory.record import ModelRecord
    from disco_desktop.engine.training.checkpoint import Checkpoint
    from disco_desktop.engine.training.keeper import Keeper
    from disco_desktop.engine.training.learner import Learner
    from disco_desktop.engine.training.provenance import Provenance
    from disco_desktop.engine.training.settings import TrainingSettings

# Seconds between two checkpoints in the middle of an epoch. One is taken after each exchange too,
# and at the end of each epoch unless epochs are so short that only a second's work could be lost.
_CHECKPOINT_INTERVAL = 30.0
_SHORTEST_INTERVAL = 1.0

_Result = TypeVar("_Result")

_log = logger(__name__)


class Trainer(ABC):
    """Trains a network round by round.

    Nothing runs ahead of whoever reads the events: a batch is trained when its event is asked
    for, and an exchange begins when the event after a round's last epoch is.

    Attributes:
        progress: how far it has come; there once it has begun.
        compute: runs torch's work; there once it has begun.
        result: what it came to; there at its end, or once it is closed after it had begun.
    """

    progress: Progress
    compute: Compute

    def __init__(
        self,
        learner: Learner,
        client: Client,
        keeper: Keeper,
        provenance: Provenance,
        settings: TrainingSettings,
        *,
        is_resuming: bool = False,
    ) -> None:
        self.client = client
        self.result: TrainingResult | None = None
        self._learner = learner
        self._keeper = keeper
        self._provenance = provenance
        self._settings = settings
        self._is_resuming = is_resuming
        self._kept: ModelRecord | None = None
        self._past: deque[Event] = deque()
        self._pending: asyncio.Task[Event | None] | None = None
        self._is_running = asyncio.Event()
        self._is_running.set()
        self._has_begun = self._has_ended = self._is_stopped = self._is_broken = False
        self._is_in_round = self._is_saved = self._is_epoch_new = False
        self._round_began = self._checkpointed = self._saved = 0.0
        self._is_asked = False  # for an event that has not been given yet
        self._is_over = asyncio.Event()
        self._written_round = self._durable_round = 0  # own rounds that checkpoints are of
        self._told = ""  # code of the problem that was told last and is not over

    @abstractmethod
    def take_up(self, session: Session, checkpoint: Checkpoint | None) -> None:
        """Begin from the session's weights, or go on from a checkpoint."""

    @abstractmethod
    async def on_round_begin(self) -> None:
        """Do what has to be done before a round's first batch."""

    @abstractmethod
    async def on_round_end(self) -> Aggregate | None:
        """Exchange, and return the model of the next round; None to go on with one's own.

        Raises:
            ServerError, ContributionError: there was no exchange; the training can be taken up
                from here later.
        """

    async def on_pause(self) -> None:  # noqa: B027 - only who trains with others tells them
        """Do what has to be done when training pauses."""

    async def on_resume(self) -> None:  # noqa: B027
        """Do what has to be done when training goes on after a pause."""

    async def fit(self) -> AsyncIterator[Event]:
        """Train to the end, or until closed.

        On a resumed training the epochs and rounds from before come once more, before new ones.

        Raises:
            DataError: the data are not those of the checkpoint.
            ModelError: the training has diverged, or the checkpoint cannot be used.
            ServerError, ContributionError: as the client's methods.
            StorageError: another training of the same name runs, or the model cannot be kept.
        """
        try:
            while True:
                self._is_asked = True
                event = await self._next_event()
                if event is None or self._is_stopped:
                    return
                self._is_asked = False
                yield event
        finally:
            await self._cancel_pending()
            self._is_over.set()

    async def _next_event(self) -> Event | None:
        """Go on until there is something to tell; nothing at the end, or once stopped."""
        notices = self.client.notices
        while not self._is_stopped:
            if self._past:
                return self._past.popleft()
            if (notice := notices.take()) is not None:
                return notice
            if self._pending is not None:
                event = await notices.take_until(self._pending) or await self._outcome()
                if event is not None:
                    return event
            elif self._has_ended:
                return None
            elif self._is_amid_round:
                return await self._train()
            else:
                self._pending = asyncio.create_task(self._choose_step())
        return None

    @property
    def _is_amid_round(self) -> bool:
        """Whether a batch or the end of an epoch is next: the quick path."""
        return (
            self._is_in_round and self._is_running.is_set() and not self.progress.is_round_trained
        )

    async def _outcome(self) -> Event | None:
        """Return what the step that is done has to tell."""
        if (step := self._pending) is None:
            return None
        self._pending = None
        return None if step.cancelled() and self._is_stopped else await step

    async def _cancel_pending(self) -> None:
        if (step := self._pending) is not None:
            self._pending = None
            step.cancel()
            # Its error, if it ends with one after all, is nobody's any more.
            await asyncio.gather(step, return_exceptions=True)

    async def _train(self) -> Event:
        is_epoch_end = self.progress.is_epoch_trained
        event = await self._compute("epoch" if is_epoch_end else "batch", self.progress.train)
        self._is_saved = False
        self._is_epoch_new |= is_epoch_end
        interval = _SHORTEST_INTERVAL if self._is_epoch_new else _CHECKPOINT_INTERVAL
        if time.perf_counter() - self._checkpointed > interval:
            await self._keep_checkpoint()
        return event

    async def _compute(self, kind: str, work: Callable[[], _Result]) -> _Result:
        """Run torch's work; where it fails, what it leaves must not be kept."""
        try:
            return await self.compute.run(kind, work)
        except Exception:
            self._is_broken = True
            raise

    async def _choose_step(self) -> Event | None:
        """Do what is next and may take long."""
        if not self._has_begun:
            await self._begin()
        elif not self._is_running.is_set():
            await self._stay_paused()
        elif self.progress.is_complete:
            await self._end()
        elif not self._is_in_round:
            await self._begin_round()
        else:
            return await self._end_round()
        return None

    async def _begin(self) -> None:
        """Find the checkpoint, join, and take up the training."""
        await self._keeper.open()
        checkpoint = await self._keeper.last_checkpoint() if self._is_resuming else None
        if checkpoint is not None:
            self._provenance.continue_from(checkpoint.state)
            self._kept = checkpoint.state.record if checkpoint.state.record.size else None
        session = await self.client.connect()
        chosen = self._settings if checkpoint is None else checkpoint.state.settings
        settings = chosen.resolved(session.weights.manifest.elements)
        if chosen.is_to_be_measured and self._learner.device.type == "cpu":
            measure = partial(calibrated, self._learner, settings, most=chosen.most_threads)
            settings = await asyncio.to_thread(measure)
        self._learner.set_way(settings.layout or "plain", settings.precision or "float32")
        self.progress = Progress(self._learner, settings)
        self.compute = Compute(settings.threads or 1)
        try:
            await self._compute("begin", partial(self._take_up, session, checkpoint))
        except BaseException:
            self.compute.close()
            raise
        self._past.extend(self.progress.history.events())
        self._has_begun = True

    def _take_up(self, session: Session, checkpoint: Checkpoint | None) -> None:
        if checkpoint is None:
            self.progress.begin()
        else:
            self.progress.restore(checkpoint)
        self.take_up(session, checkpoint)

    async def _begin_round(self) -> None:
        await self.on_round_begin()
        if not self.progress.is_round_trained:
            self.client.notices.set_status("local training")
        self._round_began = time.perf_counter()
        self._is_in_round = True

    async def _end_round(self) -> Event | None:
        started = time.perf_counter()
        aggregate = await self.on_round_end()
        now = time.perf_counter()
        if aggregate is not None and aggregate.is_void:
            again = partial(self.progress.repeat_round, aggregate.weights, aggregate.round)
            await self._compute("round", again)
            self._is_in_round = False
            return None
        event = await self._compute(
            "round",
            partial(
                self.progress.end_round,
                aggregate,
                seconds=now - self._round_began,
                waited=now - started,
            ),
        )
        self._is_in_round = self._is_saved = False
        _log.debug(
            "round %d: %.3f s, %.3f of them waiting", event.round, event.seconds, now - started
        )
        # Alone, a round is nobody's but ours: where rounds are short, not each goes to the disk.
        if aggregate is not None or now - self._saved > _SHORTEST_INTERVAL:
            await self._keep_round()
        return event

    async def _keep_round(self) -> None:
        try:
            await self.save()
        except StorageError as error:  # tried again after the next round
            self._report(error)
        await self._keeper.settle()
        await self._keep_checkpoint()

    async def _stay_paused(self) -> None:
        self.client.notices.set_status("paused")
        await self._keep_checkpoint()
        await self.on_pause()
        await self._is_running.wait()
        await self.on_resume()
        self.client.notices.set_status("local training")

    async def _end(self) -> None:
        """Leave, keep the model, and throw away the checkpoints that are no longer needed."""
        await self.client.disconnect()
        if self.progress.best is not None:
            await self._compute("best", self.progress.take_best)
            self._is_saved = False
        if not self._is_saved:
            await self.save()
        await self._set_result()
        await self._keeper.settle()
        self._report(None)  # the model is kept, whatever became of checkpoints
        try:
            await self._keeper.clear()
        except StorageError as error:
            self._report(error)
        self._has_ended = True

    async def _set_result(self) -> None:
        progress = self.progress
        weights = await self._compute("weights", progress.learner.read_weights)
        self.result = TrainingResult(
            weights=weights,
            epochs=progress.history.epochs,
            rounds=progress.history.rounds,
            final_validation=await self._compute("epoch", progress.learner.validate),
            model=self._kept,
            is_complete=progress.is_complete,
        )

    async def save(self) -> ModelRecord | None:
        """Keep the model as it stands now in the memory; nothing where it is not to be kept.

        Raises:
            StorageError: it could not be written; what was kept before still is.
            ModelError: the training has diverged.
        """
        weights = await self._compute("weights", self.progress.learner.read_weights)
        best = self.progress.best if self.progress.is_complete else None
        model = self._provenance.model(
            weights, self.progress.history, validation=best.validation if best else None
        )
        record = await self._keeper.save_model(model)
        if record is not None:
            self._kept = self._provenance.record = record
        self._is_saved, self._saved = True, time.perf_counter()
        return record

    async def _keep_checkpoint(self) -> None:
        """Begin to write a checkpoint, unless the one before is still being written."""
        if self._keeper.is_busy:
            return
        if self._keeper.has_outcome:
            self._report(self._keeper.take_problem())
        # The file of the one before is on the disk by now.
        self._durable_round, self._written_round = self._written_round, self.progress.position.round
        take = partial(take_checkpoint, self.progress, self._provenance)
        self._keeper.begin_checkpoint(await self._compute("checkpoint", take))
        self._checkpointed = time.perf_counter()
        self._is_epoch_new = False

    async def _settle_round(self) -> None:
        """Make sure that a checkpoint of the present round is on the disk.

        It was begun when the round was, so this hardly ever waits.
        """
        if self._durable_round != self.progress.position.round:
            await self._keeper.settle()

    def _report(self, problem: StorageError | None) -> None:
        """Tell of a problem with the disk, once until it is over."""
        code = "" if problem is None else problem.code
        if code == self._told:
            return
        self.client.notices.report_over(self._told)
        if problem is not None:
            _log.warning("training goes on, but nothing is kept: %s", problem)
            self.client.notices.report(problem)
        self._told = code

    def pause(self) -> None:
        """Stop before the next batch, until resumed; an exchange is still brought to its end."""
        self._is_running.clear()

    def resume(self) -> None:
        """Go on after a pause."""
        self._is_running.set()

    async def close(self) -> None:
        """Stop, keep a last checkpoint unless the training is complete, and leave nothing behind.

        Safe to call at any time and more than once. Events that were not asked for are lost; what
        they would have told is in the result.
        """
        if self._is_stopped:
            return
        self._is_stopped = True
        if self._pending is not None:
            self._pending.cancel()
        if self._is_asked:
            await self._is_over.wait()
        await self._cancel_pending()
        if self._has_begun:
            if not self._has_ended and not self._is_broken:
                await self._leave_off()
            self.compute.close()
        await self.client.disconnect()
        await self._keeper.close()

    async def _leave_off(self) -> None:
        await self._keeper.settle()
        await self._keep_checkpoint()
        await self._keeper.settle()
        if self._keeper.has_outcome:
            self._report(self._keeper.take_problem())
        await self._set_result()
