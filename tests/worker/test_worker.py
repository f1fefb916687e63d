"""The worker as the application sees it: a process with a pipe in and a pipe out."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import msgspec
import psutil
import pytest
from msgspec import structs

from disco_desktop.app.processes.child_process import child_command, child_environment
from disco_desktop.app.processes.worker_messages import (
    Draw,
    Drawn,
    Evaluate,
    Evaluated,
    Failed,
    Finished,
    Happened,
    Pause,
    Resume,
    Start,
    Started,
    TrainRequest,
    WorkerMessage,
    decode_command,
    encode_line,
)
from disco_desktop.app.processes.worker_process import WorkerProcess
from disco_desktop.engine.default_tasks.registry import task_provider
from disco_desktop.engine.events import EpochTrained, RoundEnded, StatusChanged
from disco_desktop.engine.memory.disk_memory import DiskMemory
from disco_desktop.engine.training.settings import TrainingSettings

if TYPE_CHECKING:
    from pathlib import Path

TASK = task_provider("titanic").get_task()
DATA = str(task_provider("titanic").sample_data())
ENDING_SECONDS = 10.0

# Prints where a library might: at the moment when torch is imported.
PRINTS_ON_IMPORT = """
import os, sys

def noisy(event, arguments):
    if event == "import" and arguments[0] == "torch":
        print("a library says hello", flush=True)
        os.write(1, b"and writes past Python\\n")

sys.addaudithook(noisy)
"""


def request(
    folder: Path, *, epochs: int = 2, resume: bool = False, save_as: str | None = None
) -> TrainRequest:
    return TrainRequest(
        task=TASK,
        data=DATA,
        scheme="local",
        initial=str(folder / "initial.safetensors"),
        settings=TrainingSettings(epochs=epochs, round_duration=2, batch_size=30, seed=7),
        memory=str(folder / "memory"),
        slot="training",
        save_as=save_as,
        resume=resume,
    )


async def answers(worker: WorkerProcess, work: Draw | Start | Evaluate) -> list[WorkerMessage]:
    return [message async for message in worker.work(work)]


def draw(folder: Path) -> Draw:
    return Draw(task=TASK, path=str(folder / "initial.safetensors"), seed=7)


def epochs_of(messages: list[WorkerMessage]) -> list[EpochTrained]:
    events = [message.event for message in messages if isinstance(message, Happened)]
    return [event for event in events if isinstance(event, EpochTrained)]


async def it_says_what_cannot_be_done(worker: WorkerProcess, folder: Path) -> None:
    table = folder / "table.csv"
    table.write_text("Age,Fare\n1,2\n")
    unusable = structs.replace(request(folder), data=str(table))
    (failed,) = await answers(worker, Start(request=unusable))
    assert isinstance(failed, Failed)
    assert failed.code == "columns_missing"
    unknown = Evaluate(memory=str(folder), model="nobody's", data=DATA)
    (failed,) = await answers(worker, unknown)
    assert isinstance(failed, Failed)
    assert failed.code == "model_unknown"


async def test_it_draws_trains_and_tests_whatever_libraries_print(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text(PRINTS_ON_IMPORT)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    worker = await WorkerProcess.start()
    try:
        assert await answers(worker, draw(tmp_path)) == [Drawn()]
        await it_says_what_cannot_be_done(worker, tmp_path)

        messages = await answers(worker, Start(request=request(tmp_path, save_as="Mine")))
        assert isinstance(messages[0], Started)
        assert messages[0].node is None
        assert messages[0].training + messages[0].validation == 891
        events = [message.event for message in messages if isinstance(message, Happened)]
        assert [event.epoch for event in events if isinstance(event, EpochTrained)] == [1, 2]
        assert [event.round for event in events if isinstance(event, RoundEnded)] == [1]
        finished = messages[-1]
        assert isinstance(finished, Finished)
        assert finished.model is not None
        model = DiskMemory(tmp_path / "memory").load("Mine")
        assert finished.weights_sha256 == model.weights.sha256()

        test = Evaluate(memory=str(tmp_path / "memory"), model=finished.model.id, data=DATA)
        (tested,) = await answers(worker, test)
        assert isinstance(tested, Evaluated)
        assert sum(map(sum, tested.confusion)) == tested.metrics.samples == 891
        assert tested.metrics.accuracy > 0.6
    finally:
        await worker.close()


async def test_it_pauses_stops_with_its_checkpoint_and_goes_on(tmp_path: Path) -> None:
    worker = await WorkerProcess.start()
    try:
        await answers(worker, draw(tmp_path))
        is_paused = False
        trained = 0
        async for message in worker.work(Start(request=request(tmp_path, epochs=100_000))):
            match message:
                case Happened(event=EpochTrained(epoch=3)):
                    await worker.send(Pause())
                case Happened(event=StatusChanged(status="paused")):
                    is_paused = True
                    await worker.send(Resume())
                case Happened(event=EpochTrained(epoch=epoch)) if is_paused:
                    trained = epoch
                    break
    finally:
        await worker.close()
    assert not psutil.pid_exists(worker.id)
    assert trained > 3

    worker = await WorkerProcess.start()
    try:
        resumed = request(tmp_path, epochs=100_000, resume=True)
        epochs = []
        async for message in worker.work(Start(request=resumed)):
            if isinstance(message, Happened) and isinstance(message.event, EpochTrained):
                epochs.append(message.event.epoch)
                if message.event.epoch > trained + 1:
                    break
    finally:
        await worker.close()
    assert epochs == list(range(1, epochs[-1] + 1))


async def test_one_that_is_killed_has_failed(tmp_path: Path) -> None:
    worker = await WorkerProcess.start()
    try:
        psutil.Process(worker.id).kill()
        (failed,) = await answers(worker, draw(tmp_path))
        assert isinstance(failed, Failed)
        assert failed.code == "worker_died"
    finally:
        await worker.close()


def start_bare_worker() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        child_command("disco_desktop.worker"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=child_environment(),
    )


def test_it_ends_when_its_input_closes_in_the_middle_of_training(tmp_path: Path) -> None:
    with start_bare_worker() as worker:
        assert worker.stdin is not None
        assert worker.stdout is not None
        worker.stdin.write(encode_line(draw(tmp_path)))
        worker.stdin.flush()
        worker.stdout.readline()
        worker.stdin.write(encode_line(Start(request=request(tmp_path, epochs=100_000))))
        worker.stdin.flush()
        while b'"epoch"' not in worker.stdout.readline():
            pass
        # Read no more either, as when the application was killed.
        worker.stdin.close()
        worker.stdout.close()
        assert worker.wait(ENDING_SECONDS) in (0, 1)


STRANGE_LINES = [b"hello\n", b'{"type": "format_disk"}\n', b"[" * 100_000 + b"\n", b"\xff\xfe\n"]


@pytest.mark.parametrize("line", STRANGE_LINES, ids=["words", "unknown", "nested", "no text"])
def test_a_strange_line_is_no_command(line: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_command(line)


def test_it_ends_when_it_is_told_something_strange() -> None:
    with start_bare_worker() as worker:
        out, error = worker.communicate(STRANGE_LINES[0], timeout=60)
    assert out == b""
    assert b"not a command" in error
    assert b"Traceback" not in error
    assert worker.returncode == 0


def test_the_interpreter_is_ours() -> None:
    assert child_command("module")[0] == sys.executable
