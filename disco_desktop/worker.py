"""The worker: the process that owns one training, with torch, the client and its sockets.

It reads commands from standard input and writes messages to what was its standard output, as typed
JSON, one a line (`disco_desktop.app.worker_messages`). Whatever a library prints goes to standard
error, so it cannot come between. When standard input closes the application is gone, and the worker
leaves too.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import os
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from disco_desktop import logs
from disco_desktop.app.worker_messages import (
    LONGEST_LINE,
    Failed,
    Finished,
    Happened,
    Pause,
    Resume,
    Start,
    Started,
    Stop,
    Stopped,
    TrafficCounted,
    decode_command,
    encode_line,
)
from disco_desktop.engine.client.address import ServerAddress
from disco_desktop.engine.client.federated import FederatedClient
from disco_desktop.engine.client.identity import Identity
from disco_desktop.engine.client.local import LocalClient
from disco_desktop.engine.dataset.dataset import load_dataset
from disco_desktop.engine.dataset.share import Share
from disco_desktop.engine.errors import DiscoError
from disco_desktop.engine.events import BatchTrained, RoundEnded
from disco_desktop.engine.memory.disk_memory import DiskMemory
from disco_desktop.engine.models.network import manifest_of
from disco_desktop.engine.training.disco import Disco
from disco_desktop.engine.weights.model_file import read_model

if TYPE_CHECKING:
    from collections.abc import Callable

    from disco_desktop.app.worker_messages import Command, TrainRequest, WorkerMessage
    from disco_desktop.engine.client.client import Client
    from disco_desktop.engine.dataset.dataset import Dataset
    from disco_desktop.engine.events import Event

BATCH_INTERVAL = 0.05  # seconds between two batches that are told of; nobody sees more
LEAVING_SECONDS = 1.5  # the application kills after two

_log = logs.logger(__name__)


class _Channel:
    """Messages to the application.

    A thread writes them: an application that is slow to read must not stop the sockets.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="messages")

    async def send(self, message: WorkerMessage) -> None:
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._writer, self._write, encode_line(message))

    def _write(self, line: bytes) -> None:
        self._stream.write(line)
        self._stream.flush()


class _Worker:
    """Carries out the commands."""

    def __init__(self, channel: _Channel) -> None:
        self._channel = channel
        self._disco: Disco | None = None
        self._client: Client | None = None
        self._training: asyncio.Task[None] | None = None
        self._ended = asyncio.Event()
        self._batch_told = -math.inf

    async def run(self) -> None:
        """Work until the training has ended or the application has gone."""
        await self._ended.wait()
        if self._training is not None:
            await asyncio.wait([self._training])

    def obey(self, command: Command | None) -> None:
        """Carry out a command; None means that there will be no more."""
        match command:
            case Start() if self._training is None:
                self._training = asyncio.create_task(self._train(command.request))
                self._training.add_done_callback(lambda _: self._ended.set())
            case Pause() if self._disco is not None:
                self._disco.pause()
            case Resume() if self._disco is not None:
                self._disco.resume()
            case Stop() | None:
                if self._training is not None:
                    self._training.cancel()
                self._ended.set()

    async def _train(self, request: TrainRequest) -> None:
        """Train, and say how it ended."""
        try:
            last: WorkerMessage = await self._trained(request)
        except asyncio.CancelledError:
            last = Stopped()
        except DiscoError as error:
            _log.debug("%s", error)
            last = Failed(code=error.code, arguments=error.arguments, detail=error.detail)
        except Exception as error:
            _log.debug("the training failed", exc_info=True)
            last = Failed(code="training_failed", detail=f"{type(error).__name__}: {error}"[:2000])
        await self._tell_traffic()
        await self._channel.send(last)

    async def _trained(self, request: TrainRequest) -> Finished:
        dataset = await asyncio.to_thread(_load, request)
        identity = await asyncio.to_thread(_identity, request)
        self._client = await asyncio.to_thread(_client, request, identity)
        self._disco = disco = Disco(
            request.task,
            dataset,
            self._client,
            memory=DiskMemory(Path(request.memory)),
            settings=request.settings,
            resume=request.resume,
            name=request.save_as,
            is_kept=request.save_as is not None,
            slot=request.slot,
        )
        try:
            is_told = False
            async for event in disco.events():
                if not is_told:
                    await self._channel.send(self._started(identity, dataset))
                    is_told = True
                await self._tell(event)
        finally:
            await disco.close()
        result = disco.result
        if result is None or not result.is_complete:
            raise asyncio.CancelledError
        return Finished(
            weights_sha256=result.weights.sha256(),
            validation=result.final_validation,
            model=result.model,
        )

    def _started(self, identity: Identity, dataset: Dataset) -> Started:
        client = self._client if isinstance(self._client, FederatedClient) else None
        return Started(
            node=identity.node_id if client else None,
            session=client.session if client else None,
            training=len(dataset.training),
            validation=len(dataset.validation),
        )

    async def _tell(self, event: Event) -> None:
        """Pass an event on; of many batches, only as many as somebody can see."""
        if isinstance(event, BatchTrained) and not self._is_worth_telling(event):
            return
        await self._channel.send(Happened(event=event))
        if isinstance(event, RoundEnded):
            await self._tell_traffic()

    def _is_worth_telling(self, event: BatchTrained) -> bool:
        now = time.monotonic()
        if event.batch < event.batches and now < self._batch_told + BATCH_INTERVAL:
            return False
        self._batch_told = now
        return True

    async def _tell_traffic(self) -> None:
        if self._client is not None:
            await self._channel.send(TrafficCounted(traffic=self._client.ledger.traffic))


def _load(request: TrainRequest) -> Dataset:
    share = Share(request.share, request.shares)
    return load_dataset(request.task, Path(request.data), share=share, seed=request.share_seed)


def _client(request: TrainRequest, identity: Identity) -> Client:
    if request.scheme == "local" or request.server is None:
        weights, _ = read_model(Path(request.initial or ""))
        return LocalClient(weights)
    return FederatedClient(
        request.task,
        manifest_of(request.task),
        ServerAddress(request.server, request.fingerprint),
        identity,
        session=request.session,
        patience=request.patience,
    )


def _identity(request: TrainRequest) -> Identity:
    return (
        Identity.load_or_create(Path(request.identity)) if request.identity else Identity.generate()
    )


def _read_commands(stream: BinaryIO, obey: Callable[[Command | None], None]) -> None:
    """Hand on what the application says until it closes the stream or says something strange."""
    with contextlib.suppress(OSError):
        while (line := stream.readline(LONGEST_LINE)).endswith(b"\n"):
            try:
                command = decode_command(line)
            except msgspec.DecodeError as error:
                _log.warning("not a command: %s", error)
                break
            obey(command)
    obey(None)
    # Nobody listens any more: where the training does not get to leave, this thread ends it.
    time.sleep(LEAVING_SECONDS)
    os._exit(1)


async def _work(channel: _Channel) -> None:
    loop = asyncio.get_running_loop()
    worker = _Worker(channel)

    def obey(command: Command | None) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended: so has the training
            loop.call_soon_threadsafe(worker.obey, command)

    reader = threading.Thread(target=_read_commands, args=(sys.stdin.buffer, obey), daemon=True)
    reader.start()
    await worker.run()


def _private_stdout() -> BinaryIO:
    """Keep standard output for messages, and send to standard error whatever else is printed."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(kept, "wb")


def main() -> None:
    """Do what standard input says, and end."""
    stream = _private_stdout()
    # Ctrl-C in a terminal is for the application, which then stops its workers in good order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logs.configure()
    with contextlib.suppress(BrokenPipeError):
        asyncio.run(_work(_Channel(stream)))
    logging.shutdown()
    # A thread of torch that is still at work would abort an orderly exit with a core dump.
    os._exit(0)


if __name__ == "__main__":
    main()
