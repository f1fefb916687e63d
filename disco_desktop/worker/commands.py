"""From commands to work: one piece of work at a time, until told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from disco_desktop.app.processes.child_end import read_commands
from disco_desktop.app.processes.worker_messages import (
    LONGEST_LINE,
    Draw,
    Drawn,
    Evaluate,
    Evaluated,
    Failed,
    Pause,
    Resume,
    Start,
    Stop,
    Stopped,
    decode_command,
)
from disco_desktop.engine.dataset.dataset import load_labelled
from disco_desktop.engine.errors import DiscoError
from disco_desktop.engine.events import Metrics
from disco_desktop.engine.memory.disk_memory import DiskMemory
from disco_desktop.engine.memory.storage import storing_in
from disco_desktop.engine.models.initialise import write_initial_weights
from disco_desktop.engine.validation.validator import TestResult, Validator
from disco_desktop.logs import logger
from disco_desktop.worker.channel import Channel
from disco_desktop.worker.training import WorkerTraining

if TYPE_CHECKING:
    from disco_desktop.app.processes.worker_messages import Command, Work, WorkerMessage

_LARGEST_QUEUE = 8  # pieces of work

_log = logger(__name__)


def run(commands: BinaryIO, messages: BinaryIO) -> None:
    """Do what one stream says, and tell of it on the other, until there is no more to do."""
    asyncio.run(_run(commands, Channel(messages)))


async def _run(commands: BinaryIO, channel: Channel) -> None:
    loop = asyncio.get_running_loop()
    worker = _Worker(channel)

    def obey(command: Command | None) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended, and with it the work
            loop.call_soon_threadsafe(worker.obey, command)

    reading = threading.Thread(
        target=read_commands,
        args=(commands, decode_command, obey),
        kwargs={"longest": LONGEST_LINE},
        daemon=True,
    )
    reading.start()
    await worker.run()


class _Worker:
    """Carries out the commands."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._training: WorkerTraining | None = None
        self._to_do: asyncio.Queue[Work] = asyncio.Queue(_LARGEST_QUEUE)
        self._stop = asyncio.Event()

    async def run(self) -> None:
        """Work until told to stop, or until the application has gone."""
        working = asyncio.create_task(self._work())
        await self._stop.wait()
        working.cancel()
        await asyncio.wait([working])

    async def _work(self) -> None:
        while not self._stop.is_set():
            await self._do(await self._to_do.get())

    def obey(self, command: Command | None) -> None:
        """Carry out a command; None means that there will be no more."""
        match command:
            case Pause() if self._training is not None:
                self._training.pause()
            case Resume() if self._training is not None:
                self._training.resume()
            case Stop() | None:
                self._stop.set()
            case Draw() | Start() | Evaluate() if not self._to_do.full():
                self._to_do.put_nowait(command)
            case _:
                _log.debug("nothing to do for %s now", type(command).__name__)

    async def _do(self, work: Work) -> None:
        """Do one piece of work, and say how it ended."""
        try:
            last = await self._done(work)
        except asyncio.CancelledError:
            last = Stopped()
        except DiscoError as error:
            _log.debug("%s", error)
            last = Failed(code=error.code, arguments=error.arguments, detail=error.detail)
        except Exception as error:
            _log.debug("the work failed", exc_info=True)
            last = Failed(code="training_failed", detail=f"{type(error).__name__}: {error}"[:2000])
        with contextlib.suppress(BrokenPipeError):
            await self._channel.send(last)

    async def _done(self, work: Work) -> WorkerMessage:
        match work:
            case Draw():
                return await asyncio.to_thread(_draw, work)
            case Evaluate():
                return await asyncio.to_thread(_evaluate, work)
            case Start():
                self._training = WorkerTraining(work.request, self._channel)
                return await self._training.carry_out()


def _draw(work: Draw) -> Drawn:
    with storing_in(Path(work.path).parent):
        write_initial_weights(work.task, Path(work.path), seed=work.seed)
    return Drawn()


def _evaluate(work: Evaluate) -> Evaluated:
    model = DiskMemory(Path(work.memory)).load(work.model)
    samples = load_labelled(model.task, Path(work.data), model.preprocessing).samples
    result = Validator(model.task, model.weights).test(samples)
    metrics = Metrics(loss=result.loss, accuracy=result.accuracy, samples=result.samples)
    confusion = result.confusion if isinstance(result, TestResult) else ()
    return Evaluated(metrics=metrics, confusion=confusion)
