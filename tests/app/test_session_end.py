"""A session has one end, however early it comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from disco_desktop.app.training.folder import TrainingFolder, interrupted_trainings
from disco_desktop.app.training.plan import TrainingPlan
from disco_desktop.app.training.session import CurrentSession

if TYPE_CHECKING:
    from pathlib import Path

    from disco_desktop.engine.task.task import Task


async def test_a_session_that_is_stopped_at_once_has_ended(tmp_path: Path, titanic: Task) -> None:
    plan = TrainingPlan(
        task=titanic, data=str(tmp_path), users=1, same_data=False, scheme="local", server=None,
        fingerprint=None, epochs=1, round_duration=1, batch_size=30, seed=1, threads=None,
        save_as=None, created="2026-01-01T00:00:00+00:00",
    )  # fmt: skip
    current = CurrentSession()
    states = []
    current.observe(lambda: states.append(current.session.state))
    session = current.begin(TrainingFolder.begin(plan))
    await session.stop()
    await session.ended()
    assert states[-1] == "stopped"
    assert not current.is_under_way
    assert len(interrupted_trainings()) == 1  # it was let go of, and can be gone on with
