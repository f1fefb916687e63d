"""A session: one training of this machine's participants, from its start to its one clear end."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from disco_desktop.app.library.observable import Observable
from disco_desktop.app.processes.worker_messages import (
    BatchesTrained,
    Finished,
    Happened,
    Pause,
    PeersTold,
    Resume,
    Started,
    TrafficCounted,
)
from disco_desktop.app.processes.worker_process import WorkerProcess
from disco_desktop.app.training.joint_training import JointTraining
from disco_desktop.app.training.log import Curves, TrainingLog
from disco_desktop.app.training.session_state import (
    ACTIONS,
    ENDS,
    TimeLeft,
    may_follow,
    staying_awake,
)
from disco_desktop.engine.errors import DiscoError, StorageError
from disco_desktop.engine.events import (
    BatchTrained,
    EpochTrained,
    ParticipantsChanged,
    ProblemArose,
    ProblemOver,
    RosterChanged,
    RoundEnded,
    StatusChanged,
)
from disco_desktop.logs import logger

if TYPE_CHECKING:
    from collections.abc import Callable

    from disco_desktop.app.processes.worker_messages import WorkerMessage
    from disco_desktop.app.training.folder import TrainingFolder
    from disco_desktop.app.training.session_state import SessionAction, SessionState
    from disco_desktop.engine.client.ledger import Traffic
    from disco_desktop.engine.events import Event, Status

LONGEST_LOG = 2_000  # lines

_log = logger(__name__)

_STATE_OF: dict[Status, SessionState] = {
    "not enough participants": "waiting for participants",
    "updating model": "sharing",
    "local training": "training",
    "connecting to peers": "meeting peers",
    "reconnecting": "reconnecting",
    "paused": "paused",
}


@dataclass(frozen=True)
class LogLine:
    """Something that happened, and when.

    Attributes:
        event: what it was; None where the state changed without one.
    """

    at: datetime
    state: SessionState
    event: Event | None = None


class Session(Observable):
    """Carries a training out and tells how it stands; whoever observes is called on each change.

    The first participant is the person's own; further ones are there to practise with.

    Attributes:
        state: where it stands.
        folder: what the training keeps to be resumed from.
        log: what the participants reported.
        curves: of the first participant.
        traffic: what left and reached this machine, by kind of message.
        problems: what fails now without ending the training, by its code.
        peers: how the peers of a decentralized session are reached.
        lines: what happened, the latest last.
        error: why it failed.
        finished: what came of it.
    """

    def __init__(
        self,
        folder: TrainingFolder,
        *,
        is_resuming: bool = False,
        warm: WorkerProcess | None = None,
    ) -> None:
        super().__init__()
        self.state: SessionState = "idle"
        self.folder = folder
        self.log = TrainingLog(folder.plan.users)
        self.curves = Curves()
        self.time_left = TimeLeft()
        self.traffic: dict[str, Traffic] = {}
        self.peers = PeersTold(peers=())
        self.problems: dict[str, ProblemArose] = {}
        self.lines: deque[LogLine] = deque(maxlen=LONGEST_LOG)
        self.error: DiscoError | None = None
        self.finished: Finished | None = None
        self._is_resuming = is_resuming
        self._warm = warm
        self._is_paused = False
        self._last_told: SessionState = "connecting"  # by the worker, apart from pauses
        self._training: JointTraining | None = None
        self._run: asyncio.Task[None] | None = None
        self._ended = asyncio.Event()

    @property
    def actions(self) -> frozenset[SessionAction]:
        """What can be done now."""
        return ACTIONS[self.state]

    @property
    def is_under_way(self) -> bool:
        """Whether it has begun and not ended."""
        return self.state not in ENDS and self.state != "idle"

    @property
    def progress(self) -> float:
        """How much of the person's own training is done, from 0 to 1."""
        batch = self.log.participants[0].batch
        if self.state == "finished":
            return 1.0
        if batch is None:
            return 0.0
        epochs = self.folder.plan.epochs
        return min((batch.epoch - 1 + batch.batch / batch.batches) / epochs, 1.0)

    def start(self) -> None:
        """Begin; what follows is told by changes of the state."""
        if self._run is not None:
            raise RuntimeError("a session is started once")
        self._go("connecting")
        self._run = asyncio.create_task(self._carry_out())

    async def pause(self) -> None:
        """Stop training at the end of the batch, until resumed; others do not wait for us."""
        if "pause" in self.actions and self._training is not None:
            self._is_paused = True
            self._go("paused")
            await self._training.tell(Pause())

    async def resume(self) -> None:
        """Train on."""
        if "resume" in self.actions and self._training is not None:
            self._is_paused = False
            self._go(self._last_told)
            await self._training.tell(Resume())

    async def stop(self) -> None:
        """Leave, and keep the last checkpoint."""
        if self._run is not None and not self._run.done():
            self._run.cancel()
            await asyncio.wait([self._run])
            if not self._ended.is_set():
                await self._end_unbegun()

    async def _end_unbegun(self) -> None:
        """End what was stopped before its task had done a first step."""
        with self.folder:
            if self._warm is not None:
                await self._warm.close()
        self._go("stopped")
        self._ended.set()

    async def ended(self) -> None:
        """Wait for the end."""
        await self._ended.wait()

    async def _carry_out(self) -> None:
        end: SessionState = "failed"
        try:
            with self.folder:
                async with (
                    staying_awake(),
                    JointTraining(
                        self.folder, resume=self._is_resuming, warm=self._warm
                    ) as training,
                ):
                    self._training = training
                    async with contextlib.aclosing(training.reports()) as reports:
                        async for participant, message in reports:
                            self._take(participant, message)
                self._discard()
            end = "finished"
        except asyncio.CancelledError:
            end = "stopped"
        except DiscoError as error:
            _log.debug("the session failed: %s", error)
            self.error = error
        except Exception as error:
            _log.exception("the session failed")
            self.error = DiscoError("training_failed", detail=f"{type(error).__name__}: {error}")
        finally:
            self._training = None
            self.problems.clear()
            self._go(end)
            self._ended.set()

    def _discard(self) -> None:
        """Throw away what was only needed to resume; a full folder is no reason to fail now."""
        with contextlib.suppress(StorageError):
            self.folder.discard()

    def _go(self, state: SessionState) -> None:
        if not may_follow(state, self.state):
            _log.error("from %r there is no way to %r", self.state, state)
            return
        if state != self.state:
            self.state = state
            self.lines.append(LogLine(datetime.now(UTC), state))
        self.changed()

    def _take(self, participant: int, message: WorkerMessage) -> None:
        self.log.take(participant, message)
        if participant != 1:
            return
        match message:
            case Happened():
                self._take_event(message.event)
            case BatchesTrained():
                self.curves.take_batches(message)
            case TrafficCounted():
                self.traffic = message.traffic
            case PeersTold():
                self.peers = message
            case Finished():
                self.finished = message
            case Started():
                pass
        self.changed()

    def _take_status(self, state: SessionState) -> None:
        """Show what the worker tells; but who has paused reads that, whatever it still ends."""
        if state != "paused":
            self._last_told = state
        if not self._is_paused:
            self._go(self._last_told)

    def _take_event(self, event: Event) -> None:
        match event:
            case StatusChanged():
                self._take_status(_STATE_OF[event.status])
                return
            case BatchTrained() | RosterChanged():
                return
            case EpochTrained():
                self.curves.take_epoch(event)
                self.time_left.epoch_done(event.seconds, event.epochs - event.epoch)
            case RoundEnded():
                self.curves.take_round(event)
                self.time_left.has_waited(event.waited)
            case ProblemArose():
                self.problems[event.code] = event
            case ProblemOver():
                self.problems.pop(event.code, None)
            case ParticipantsChanged():
                pass
        self.lines.append(LogLine(datetime.now(UTC), self.state, event))


class CurrentSession(Observable):
    """The session that the application shows: at most one is under way.

    Attributes:
        session: the latest one, also after its end.
    """

    def __init__(self) -> None:
        super().__init__()
        self.session: Session | None = None
        self._warm: WorkerProcess | None = None
        self._end_observation: Callable[[], None] | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether a training has begun and not ended."""
        return self.session is not None and self.session.is_under_way

    async def warm_up(self) -> None:
        """Start a worker early: it loads torch while nothing is asked of it yet."""
        if self._warm is None and not self.is_under_way:
            self._warm = await WorkerProcess.start()

    def begin(self, folder: TrainingFolder, *, is_resuming: bool = False) -> Session:
        """Start a training.

        Raises:
            StorageError: another one is under way.
        """
        if self.is_under_way:
            raise StorageError("training_under_way")
        if self._end_observation is not None:
            self._end_observation()
        warm, self._warm = self._warm, None
        self.session = Session(folder, is_resuming=is_resuming, warm=warm)
        self._end_observation = self.session.observe(self.changed)
        self.session.start()
        return self.session

    async def close(self) -> None:
        """Stop what is under way."""
        if self.session is not None:
            await self.session.stop()
        if self._warm is not None:
            await self._warm.close()
            self._warm = None
