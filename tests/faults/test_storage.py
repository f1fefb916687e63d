"""A server whose disk is full, fails or may not be written: it says so and goes on afterwards."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import resource
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from disco_desktop.app.words.sentences import sentence, sentence_for
from disco_desktop.engine.errors import ServerError
from disco_desktop.engine.events import ProblemArose, ProblemOver
from disco_desktop.engine.task.task import encode_task
from disco_desktop.engine.weights.model_file import write_model
from tests.faults.bystanders import PATIENCE, Participant, complete_round, watched
from tests.faults.child_server import ELEMENTS, ROOT, child_server
from tests.faults.contributor import until
from tests.faults.participant_process import update_of
from tests.faults.recomputation import counted
from tests.faults.test_killed import ELEMENTS as MODEL_OF_KILLED
from tests.faults.test_killed import Program, check_all_rounds, connected, task_of
from tests.server.running_server import task_with, weights_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from tests.faults.child_server import ChildServer

DISK = 32 << 20  # bytes
MODEL = 4 * ELEMENTS
IS_ROOT = os.name == "posix" and os.geteuid() == 0
_CAPBSET_DROP, _DAC_OVERRIDE, _DAC_READ_SEARCH = 24, 1, 2  # of Linux

needs_root = pytest.mark.skipif(not IS_ROOT, reason="only root can mount a small disk")


class SmallDisk:
    """A disk of its own for one folder, which can be filled up and emptied again."""

    def __init__(self, folder: Path) -> None:
        self._filler = folder / "filler"

    def fill(self, *, leave: int = 0) -> None:
        """Fill it up to so many bytes."""
        free = shutil.disk_usage(self._filler.parent).free - leave
        with self._filler.open("ab", buffering=0) as file, contextlib.suppress(OSError):
            while free > 0:
                free -= file.write(bytes(min(free, 4096)))

    def empty(self) -> None:
        self._filler.unlink()


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[SmallDisk]:
    """Mount one on an empty folder."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder)], check=True)
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    folder = tmp_path / "data"
    folder.mkdir()
    with small_disk(folder) as disk:
        yield disk


@pytest.fixture
def server(disk: SmallDisk, tmp_path: Path) -> Iterator[ChildServer]:
    with child_server(tmp_path, retry_seconds=0.1, reconnect_seconds=0.5) as running:
        yield running


@contextlib.asynccontextmanager
async def two(server: ChildServer) -> AsyncIterator[tuple[Participant, Participant]]:
    participants = (
        Participant(server.client("patient"), samples=3, seed=1),
        Participant(server.client("patient"), samples=1, seed=2),
    )
    for participant in participants:
        await participant.connect()
    await complete_round(*participants)
    yield participants
    for participant in participants:
        await participant.client.disconnect()


async def problem(*participants: Participant) -> ProblemArose:
    """Wait until somebody is told of a problem."""
    asking = [asyncio.create_task(_problem(participant)) for participant in participants]
    async with asyncio.timeout(PATIENCE):
        done, _ = await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED)
    for task in asking:
        task.cancel()
    await asyncio.gather(*asking, return_exceptions=True)
    return done.pop().result()


async def no_problem_is_left(participant: Participant) -> None:
    """Read what was told until now: whatever failed works again."""
    problems = []
    while (notice := participant.client.notices.take()) is not None:
        match notice:
            case ProblemArose():
                problems.append(notice.code)
            case ProblemOver() if notice.code in problems:
                problems.remove(notice.code)
    assert problems == []


async def _problem(participant: Participant) -> ProblemArose:
    forever = asyncio.get_running_loop().create_future()
    while True:
        notice = await participant.client.notices.take_until(forever)
        if isinstance(notice, ProblemArose):
            return notice


async def goes_on_when_there_is_room(
    server: ChildServer, disk: SmallDisk, *, leave: int
) -> ProblemArose:
    """Have a round begin on a full disk; it ends, exact, once there is room."""
    async with two(server) as (first, second), watched(server, lines=None):
        disk.fill(leave=leave)
        begun = asyncio.create_task(complete_round(first, second))
        told = await problem(first, second)
        assert not begun.done()
        disk.empty()
        await begun
        for one in (first, second):
            await no_problem_is_left(one)
        await complete_round(first, second)
    assert any("server_storage" in line for line in server.log())
    assert not list(server.spool.iterdir())
    return told


@needs_root
@pytest.mark.parametrize(
    "leave",
    [0, 100_000, MODEL // 2, MODEL + 8_192, 2 * MODEL + 8_192, 2 * MODEL + MODEL // 2],
    ids=["nothing", "a part of a piece", "a piece", "one update", "both updates", "half a model"],
)
async def test_a_full_disk(server: ChildServer, disk: SmallDisk, leave: int) -> None:
    """Whether an update does not fit, or its row, or the next model."""
    told = await goes_on_when_there_is_room(server, disk, leave=leave)
    assert told.code == "server_storage"
    assert "could not save" in sentence_for(told.code, told.arguments)


@needs_root
async def test_nobody_new_comes_in_while_the_disk_is_full(
    server: ChildServer, disk: SmallDisk
) -> None:
    """That is said; those who are in have what they had."""
    async with two(server) as (first, second):
        disk.fill()
        codes = set()
        newcomers = [server.client("hurried") for _ in range(3)]
        for newcomer in newcomers:
            try:
                await newcomer.connect()
            except ServerError as error:
                codes.add((error.code, sentence(error)))
        disk.empty()
        for newcomer in newcomers:
            await newcomer.disconnect()
        late = Participant(server.client("hurried"), samples=1, seed=3)
        await late.connect()
        await late.client.disconnect()
        await complete_round(first, second)
    assert codes <= {("server_storage", sentence_for("server_storage", {}))}


async def test_a_disk_that_fails(tmp_path: Path) -> None:
    """As a limit on files' sizes lets it: every write that makes one larger is an error."""
    with child_server(tmp_path, retry_seconds=0.1) as server:
        async with two(server) as (first, second):
            pid = server.process.pid
            limits = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (1 << 20, limits[1]))
            begun = asyncio.create_task(complete_round(first, second))
            told = await problem(first, second)
            assert told.code == "server_storage"
            resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)
            await begun
            await complete_round(first, second)


# --- folders that may not be written


def bundle(folder: Path) -> Path:
    task = task_with()
    tasks = folder / "tasks"
    (tasks / task.id).mkdir(parents=True)
    (tasks / task.id / "task.json").write_bytes(encode_task(task))
    write_model(tasks / task.id / "weights.safetensors", weights_of(np.zeros(4)), {})
    return tasks


def as_anybody() -> None:
    """Give up root's right to write everywhere, for good."""
    if IS_ROOT:
        libc = ctypes.CDLL(None, use_errno=True)
        for capability in (_DAC_OVERRIDE, _DAC_READ_SEARCH):
            if libc.prctl(_CAPBSET_DROP, capability, 0, 0, 0):
                raise OSError(ctypes.get_errno(), "prctl")


def test_a_read_only_folder_is_said_at_the_start(tmp_path: Path) -> None:
    tasks, data = bundle(tmp_path), tmp_path / "data"
    data.mkdir()
    data.chmod(0o555)
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "disco_desktop.server.main", "--port", "0"),
            *("--data-dir", str(data), "--tasks", str(tasks)),
        ],
        cwd=ROOT,
        preexec_fn=as_anybody,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
    assert str(data) in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "Check its permissions" in ended.stderr
    assert list(data.iterdir()) == []


@pytest.mark.parametrize("name", ["contributions", "models"])
async def test_a_folder_becomes_read_only(name: str, tmp_path: Path) -> None:
    """Updates, or the next model, cannot be kept, until it can be written again."""
    with child_server(tmp_path, prepare=as_anybody, retry_seconds=0.1) as server:
        async with two(server) as (first, second), watched(server, lines=None):
            folder = tmp_path / "data" / name
            folder.chmod(0o555)
            begun = asyncio.create_task(complete_round(first, second))
            told = await problem(first, second)
            assert told.code == "server_storage"
            assert not begun.done()
            folder.chmod(0o755)
            await begun
            await complete_round(first, second)


# --- killed, and no room left


@needs_root
async def test_a_server_that_is_killed_on_a_full_disk(tmp_path: Path) -> None:
    """What it had acknowledged counts, once it runs again and has room."""
    task = task_of(rounds=3)
    (tmp_path / "data").mkdir()
    with small_disk(tmp_path / "data") as disk:
        async with Program(tmp_path, task) as program, asyncio.timeout(PATIENCE):
            url = f"http://127.0.0.1:{program.port}"
            participants = await connected(url, task, (1, 2))
            one, other = participants.values()
            first = asyncio.create_task(one.train())
            await until(lambda: counted(program.data_dir))
            disk.fill()
            second = asyncio.create_task(other.train())
            await program.kill()
            (acknowledged,) = counted(program.data_dir)
            disk.empty()
            await program.start()
            results = await asyncio.gather(first, second)
            assert all(is_counted for seen in results for *_, is_counted in seen)
        updates = {
            (each.identity.node_id, base): update_of(seed, base, MODEL_OF_KILLED)
            for seed, each in participants.items()
            for base in range(3)
        }
        check_all_rounds(program.data_dir, 3, updates)
        again = {
            (row.participant, row.base_round): row.counted_in for row in counted(program.data_dir)
        }
        assert again[acknowledged.participant, 0] == 1
