"""A training of all the participants that this machine plays, each in its own worker process."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from typing import TYPE_CHECKING

from disco_desktop.app.home import memory_folder
from disco_desktop.app.hosting import HostedServer
from disco_desktop.app.worker_messages import Failed, Finished, Started, TrainRequest
from disco_desktop.app.worker_process import WorkerProcess
from disco_desktop.engine.client.address import ServerAddress
from disco_desktop.engine.durable_files import replaced_durably
from disco_desktop.engine.errors import DiscoError
from disco_desktop.engine.memory.storage import storing_in
from disco_desktop.engine.task.initial_weights import draw_initial_weights
from disco_desktop.engine.task.task import encode_task

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path
    from typing import TypeAlias

    from disco_desktop.app.training_folder import TrainingFolder
    from disco_desktop.app.worker_messages import WorkerMessage

_LARGEST_QUEUE = 64  # messages; a worker whose messages nobody reads waits

Report: TypeAlias = "tuple[int, WorkerMessage]"


class ParticipantFailedError(DiscoError):
    """One participant could not go on; the others are stopped.

    Attributes:
        participant: which one, counted from one.
    """

    def __init__(self, participant: int, failure: Failed) -> None:
        super().__init__(failure.code, detail=failure.detail)
        self.arguments = dict(failure.arguments)  # type: ignore[arg-type]
        self.participant = participant


@contextlib.asynccontextmanager
async def joint_training(
    folder: TrainingFolder, *, resume: bool
) -> AsyncIterator[AsyncIterator[Report]]:
    """Carry out a plan, with the bundled server where it needs one.

    Gives what the participants' workers say, each with its participant's number. The stream ends
    when all have finished; leaving the block earlier stops workers and server, so that the
    training can be resumed.

    Raises:
        ParticipantFailedError: while reading: a participant failed.
        ServerError: the bundled server did not start, or died for good.
        TaskError: the weights to begin with could not be drawn.
    """
    plan = folder.plan
    async with contextlib.AsyncExitStack() as stack:
        # Loading torch takes longest, so the workers start first and wait.
        workers = [await stack.enter_async_context(_running_worker()) for _ in range(plan.users)]
        initial = await asyncio.to_thread(_prepare, folder)
        server: HostedServer | None = None
        if plan.needs_server:
            hosted = HostedServer(data_dir=folder.server_dir, tasks_dir=folder.tasks_dir)
            server = await stack.enter_async_context(hosted)
            address: ServerAddress | None = server.address
        elif plan.server is not None:
            address = ServerAddress(plan.server, plan.fingerprint)
        else:
            address = None
        requests = _requests(folder, address, initial, resume=resume)
        yield await stack.enter_async_context(_reports(folder, workers, requests, server))


@contextlib.asynccontextmanager
async def _running_worker() -> AsyncIterator[WorkerProcess]:
    worker = await WorkerProcess.start()
    try:
        yield worker
    finally:
        await worker.close()


def _prepare(folder: TrainingFolder) -> Path:
    """Write the task and the first weights, unless they are there; return the latter's file."""
    task = folder.plan.task
    bundle = folder.tasks_dir / task.id
    weights = bundle / "weights.safetensors"
    if folder.plan.server is None and not weights.exists():
        with storing_in(bundle):
            bundle.mkdir(parents=True, exist_ok=True)
            drawn = bundle / "weights.drawn"
            draw_initial_weights(task, drawn, seed=folder.plan.seed)
            with replaced_durably(bundle / "task.json") as file:
                file.write(encode_task(task))
            with drawn.open("rb") as source, replaced_durably(weights) as file:
                shutil.copyfileobj(source, file)
            drawn.unlink()
    return weights


def _requests(
    folder: TrainingFolder, address: ServerAddress | None, initial: Path, *, resume: bool
) -> list[TrainRequest]:
    plan = folder.plan
    return [
        TrainRequest(
            task=plan.task,
            data=plan.data,
            share=1 if plan.same_data else participant,
            shares=1 if plan.same_data else plan.users,
            share_seed=plan.seed,
            scheme=plan.scheme,
            server=address.url if address else None,
            fingerprint=address.fingerprint if address else None,
            identity=str(identity),
            session=folder.session,
            initial=None if plan.server else str(initial),
            settings=plan.settings(participant),
            memory=str(memory_folder()),
            slot=folder.slot(participant),
            save_as=plan.save_as if participant == 1 else None,
            resume=resume,
        )
        for participant, identity in enumerate(folder.identity_files(), start=1)
    ]


@contextlib.asynccontextmanager
async def _reports(
    folder: TrainingFolder,
    workers: list[WorkerProcess],
    requests: list[TrainRequest],
    server: HostedServer | None,
) -> AsyncIterator[AsyncIterator[Report]]:
    """Give the workers their requests and their reports in one stream."""
    queue: asyncio.Queue[Report | DiscoError] = asyncio.Queue(_LARGEST_QUEUE)

    async def listen(participant: int) -> None:
        async for message in workers[participant - 1].train(requests[participant - 1]):
            await queue.put((participant, message))

    async def watch(hosted: HostedServer) -> None:
        try:
            await hosted.failure()
        except DiscoError as error:
            await queue.put(error)

    tasks = [asyncio.create_task(listen(number)) for number in range(1, len(workers) + 1)]
    if server is not None:
        tasks.append(asyncio.create_task(watch(server)))
    try:
        yield _stream(folder, queue, len(workers))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        # All at once, and before the server ends, so that they can take their leave of it.
        await asyncio.gather(*(worker.close() for worker in workers))


async def _stream(
    folder: TrainingFolder, queue: asyncio.Queue[Report | DiscoError], unfinished: int
) -> AsyncIterator[Report]:
    while unfinished:
        item = await queue.get()
        if isinstance(item, DiscoError):
            raise item
        participant, message = item
        match message:
            case Failed():
                raise ParticipantFailedError(participant, message)
            case Started(session=int(session)) if session != folder.session:
                await asyncio.to_thread(setattr, folder, "session", session)
            case Finished():
                unfinished -= 1
        yield participant, message
