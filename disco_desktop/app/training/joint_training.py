"""A training of all the participants that this machine plays, each in its own worker process."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, TypeAlias

from disco_desktop.app.library.profile import memory_folder
from disco_desktop.app.processes.worker_messages import (
    Draw,
    Evaluate,
    Evaluated,
    Failed,
    Finished,
    Start,
    Started,
    TrainRequest,
)
from disco_desktop.app.processes.worker_process import WorkerProcess
from disco_desktop.app.server.hosting import HostedServer
from disco_desktop.engine.client.address import ServerAddress
from disco_desktop.engine.errors import DiscoError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator
    from pathlib import Path

    from disco_desktop.app.processes.worker_messages import Pause, Resume, Work, WorkerMessage
    from disco_desktop.app.training.folder import TrainingFolder

Report: TypeAlias = "tuple[int, WorkerMessage]"

_LARGEST_QUEUE = 64  # messages; a worker whose messages nobody reads waits


class ParticipantFailedError(DiscoError):
    """One participant could not go on; the others are stopped.

    Attributes:
        participant: which one, counted from one.
    """

    def __init__(self, participant: int, failure: Failed) -> None:
        super().__init__(failure.code, detail=failure.detail)
        self.arguments = dict(failure.arguments)  # type: ignore[arg-type]
        self.participant = participant


class JointTraining:
    """The participants' workers and, where the plan needs it, the bundled server.

    Use it with `async with`; leaving stops the workers and then the server. What is left undone
    can be gone on with.
    """

    def __init__(
        self, folder: TrainingFolder, *, resume: bool, warm: WorkerProcess | None = None
    ) -> None:
        """Prepare a training; a worker that was started early serves the first participant."""
        self._warm = warm
        self._folder = folder
        self._is_resuming = resume
        # Participants that had finished before the training broke off have nothing more to do.
        self._past = folder.finished_reports() if resume else {}
        self._workers: dict[int, WorkerProcess] = {}
        self._stack = contextlib.AsyncExitStack()
        self._server: HostedServer | None = None

    async def __aenter__(self) -> JointTraining:
        """Start the workers: they load torch, which takes longest, while the rest is made ready.

        Raises:
            StorageError: the system would not start them.
        """
        try:
            for participant in range(1, self._folder.plan.users + 1):
                if participant not in self._past:
                    warm, self._warm = self._warm, None
                    self._workers[participant] = warm or await WorkerProcess.start()
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop everything."""
        await self._close()

    async def _close(self) -> None:
        # All workers at once, and before the server ends, so that they can take their leave of it.
        workers = [*self._workers.values(), *([self._warm] if self._warm else [])]
        await asyncio.gather(*(worker.close() for worker in workers))
        await self._stack.aclose()

    async def reports(self) -> AsyncGenerator[Report, None]:
        """Train, and yield what the workers say, each with its participant's number, to the end.

        Raises:
            ParticipantFailedError: a participant failed.
            ServerError: the bundled server did not start, or died for good.
            StorageError: something could not be kept.
        """
        for participant, messages in self._past.items():
            for message in messages:
                yield participant, message
        if not self._workers:
            return
        address, initial = await self._make_ready()
        async with self._listening(self._requests(address, initial)) as queue:
            unfinished = set(self._workers)
            while unfinished:
                item = await queue.get()
                if isinstance(item, Exception):
                    raise item
                await asyncio.to_thread(self._record, *item)
                yield item
                if isinstance(item[1], Finished):
                    unfinished.discard(item[0])

    async def tell(self, command: Pause | Resume) -> None:
        """Give all participants a command."""
        await asyncio.gather(*(worker.send(command) for worker in self._workers.values()))

    async def test(self, model_id: str, data: Path) -> Evaluated:
        """Have a worker that has finished test a model of the memory.

        Raises:
            ParticipantFailedError: it could not be done.
        """
        participant = next(iter(self._workers))
        work = Evaluate(memory=str(memory_folder()), model=model_id, data=str(data))
        message = await self._answer(participant, work)
        assert isinstance(message, Evaluated)  # noqa: S101 - it answers that, or fails
        return message

    async def _answer(self, participant: int, work: Work) -> WorkerMessage:
        """Have a worker do something and return its last message."""
        async for message in self._workers[participant].work(work):
            last = message
        if isinstance(last, Failed):
            raise ParticipantFailedError(participant, last)
        return last

    async def _make_ready(self) -> tuple[ServerAddress | None, Path | None]:
        """Return where to train, and the weights that somebody who trains alone begins with."""
        plan = self._folder.plan
        if plan.server is not None:
            return ServerAddress(plan.server, plan.fingerprint), None
        weights = self._folder.weights_file
        if not weights.exists():
            await asyncio.to_thread(self._folder.write_task)
            draw = Draw(task=plan.task, path=str(weights), seed=plan.seed)
            await self._answer(next(iter(self._workers)), draw)
        if not plan.needs_server:
            return None, weights
        self._server = await self._stack.enter_async_context(
            HostedServer(data_dir=self._folder.server_dir, tasks_dir=self._folder.tasks_dir)
        )
        return self._server.address, weights

    def _requests(
        self, address: ServerAddress | None, initial: Path | None
    ) -> dict[int, TrainRequest]:
        folder, plan = self._folder, self._folder.plan
        identities = dict(enumerate(folder.identity_files(), start=1))
        session = folder.session
        return {
            participant: TrainRequest(
                task=plan.task,
                data=plan.data,
                share=1 if plan.same_data else participant,
                shares=1 if plan.same_data else plan.users,
                share_seed=plan.seed,
                scheme=plan.scheme,
                server=address.url if address else None,
                fingerprint=address.fingerprint if address else None,
                identity=str(identities[participant]),
                session=session,
                relay_only=plan.relay_only,
                peer_port=plan.peer_port if participant == 1 else None,
                held=str(folder.held_dir(participant)),
                initial=str(initial) if initial else None,
                settings=plan.settings(participant),
                memory=str(memory_folder()),
                slot=folder.slot(participant),
                save_as=plan.save_as if participant == 1 else None,
                device=plan.device,
                patience=plan.patience,
                resume=self._is_resuming,
                former_digest=folder.former_digest,
            )
            for participant in self._workers
        }

    @contextlib.asynccontextmanager
    async def _listening(
        self, requests: dict[int, TrainRequest]
    ) -> AsyncIterator[asyncio.Queue[Report | Exception]]:
        """Put what the workers say into one queue, and the server's death too."""
        queue: asyncio.Queue[Report | Exception] = asyncio.Queue(_LARGEST_QUEUE)

        async def listen(participant: int) -> None:
            start = Start(request=requests[participant])
            try:
                async for message in self._workers[participant].work(start):
                    if isinstance(message, Failed):
                        await queue.put(ParticipantFailedError(participant, message))
                    else:
                        await queue.put((participant, message))
            except Exception as error:  # whoever waits for the queue must not wait in vain
                await queue.put(error)

        async def watch(server: HostedServer) -> None:
            try:
                await server.failure()
            except Exception as error:
                await queue.put(error)

        tasks = [asyncio.create_task(listen(participant)) for participant in requests]
        if self._server is not None:
            tasks.append(asyncio.create_task(watch(self._server)))
        try:
            yield queue
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _record(self, participant: int, message: WorkerMessage) -> None:
        """Keep what is needed to go on if the training breaks off."""
        if isinstance(message, Started) and message.session is not None:
            self._folder.keep_session(message.session)
        self._folder.keep_report(participant, message)
