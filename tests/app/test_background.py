from __future__ import annotations

import os
import sys
from pathlib import Path

import psutil
import pytest

from disco_desktop.app.processes.child_end import NICENESS
from disco_desktop.app.processes.worker_messages import Draw, Drawn
from disco_desktop.app.processes.worker_process import WorkerProcess


@pytest.mark.skipif(sys.platform == "win32", reason="there it is called otherwise")
async def test_a_worker_gives_way_to_the_window(titanic, tmp_path):
    worker = await WorkerProcess.start()
    try:
        work = Draw(task=titanic, path=str(tmp_path / "weights.safetensors"), seed=1)
        assert [message async for message in worker.work(work)] == [Drawn()]
        assert psutil.Process(worker.id).nice() == os.nice(0) + NICENESS
        assert _niceness_of_session(worker.id) in (None, NICENESS)
    finally:
        await worker.close()


def _niceness_of_session(process: int) -> int | None:
    """Return how a session stands back; None where the system does not tell."""
    try:
        group = Path(f"/proc/{process}/autogroup").read_text()
    except OSError:
        return None
    return int(group.split()[-1])
