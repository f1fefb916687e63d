"""What the application makes of what a worker says: real processes, without torch."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import psutil
import pytest

from disco_desktop.app.processes import child_process
from disco_desktop.app.processes.worker_messages import (
    Drawn,
    Evaluate,
    Failed,
    Stop,
    Stopped,
    WorkerMessage,
    encode_line,
)
from disco_desktop.app.processes.worker_process import WorkerProcess
from disco_desktop.engine.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WORK = Evaluate(memory="memory", model="model", data="data")

# Says what it is given once it has been asked, then does what comes after.
SPEAKER = """
import sys
sys.stdin.readline()
with open({said!r}, "rb") as file:
    sys.stdout.buffer.write(file.read())
sys.stdout.flush()
{then}
"""


@pytest.fixture
def speak(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., None]:
    """Give a function that has the next workers say something else than ours."""

    def arrange(said: bytes, then: str = "") -> None:
        (tmp_path / "said").write_bytes(said)
        script = SPEAKER.format(said=str(tmp_path / "said"), then=then)
        command = [sys.executable, "-c", script]
        monkeypatch.setattr(child_process, "child_command", lambda module: command)

    return arrange


async def answers() -> list[WorkerMessage]:
    worker = await WorkerProcess.start()
    try:
        async with asyncio.timeout(60):
            return [message async for message in worker.work(WORK)]
    finally:
        await worker.close()
        assert not psutil.pid_exists(worker.id)


async def test_it_is_heard_up_to_its_last_word(speak: Callable[..., None]) -> None:
    speak(encode_line(Drawn()) + encode_line(Stopped()))
    assert await answers() == [Drawn()]


@pytest.mark.parametrize(
    "said", [b"hello\n", b'{"type": "format_disk"}\n', b"\xff\xfe\n", b"[" * 5_000_000 + b"\n"],
    ids=["words", "unknown", "no text", "endless"],
)  # fmt: skip
async def test_what_is_no_message_is_a_failure(speak: Callable[..., None], said: bytes) -> None:
    speak(said)
    (failed,) = await answers()
    assert isinstance(failed, Failed)
    assert failed.code == "worker_strange"


async def test_one_that_ends_within_a_word_tells_with_which_code(
    speak: Callable[..., None],
) -> None:
    speak(encode_line(Drawn())[:-3], "sys.exit(7)")
    (failed,) = await answers()
    assert isinstance(failed, Failed)
    assert (failed.code, failed.detail) == ("worker_died", "exit code 7")


async def test_one_that_does_not_leave_is_killed(
    speak: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child_process, "STOP_SECONDS", 0.2)
    speak(encode_line(Drawn()), "import threading; threading.Event().wait()")
    worker = await WorkerProcess.start()
    assert [message async for message in worker.work(WORK)] == [Drawn()]
    await worker.close()
    assert worker._process.returncode == -9
    await worker.close()  # once more does no harm
    await worker.send(Stop())  # nor do words to one that is gone


async def test_a_system_that_starts_no_process_is_said_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_process, "child_command", lambda module: ["/no/such/program"])
    with pytest.raises(StorageError) as raised:
        await WorkerProcess.start()
    assert raised.value.code == "process_not_started"
