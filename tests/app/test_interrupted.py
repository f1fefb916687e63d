"""Trainings that broke off, as they are offered to be gone on with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from disco_desktop.app.training.folder import TrainingFolder
from disco_desktop.app.training.interrupted import Interrupted
from disco_desktop.app.training.plan import TrainingPlan, Wishes, make_plan
from disco_desktop.engine.errors import StorageError

if TYPE_CHECKING:
    from pathlib import Path


async def plan(tmp_path: Path, *, hour: int = 1) -> TrainingPlan:
    made = await make_plan(Wishes(task="titanic", data=tmp_path, epochs=2))
    return structs.replace(made, created=f"2026-01-01T{hour:02}:00:00+00:00")


@pytest.fixture
def told() -> list[int]:
    return []


@pytest.fixture
def interrupted(told: list[int]) -> Interrupted:
    made = Interrupted()
    made.observe(lambda: told.append(len(made.plans)))
    return made


async def test_only_what_nobody_carries_out_is_offered(
    tmp_path: Path, interrupted: Interrupted, told: list[int]
) -> None:
    await interrupted.look()
    with TrainingFolder.begin(await plan(tmp_path)) as folder:
        await interrupted.look()
    await interrupted.look()
    assert told == [0, 0, 1]
    assert interrupted.of_task("titanic") == folder.path
    assert interrupted.plans[folder.path] == folder.plan
    assert interrupted.of_task("mnist") is None


async def test_the_latest_of_a_task_comes_first(tmp_path: Path, interrupted: Interrupted) -> None:
    for hour in (3, 9, 6):
        TrainingFolder.begin(await plan(tmp_path, hour=hour)).__exit__()
    await interrupted.look()
    hours = [made.created[11:13] for made in interrupted.plans.values()]
    assert hours == ["09", "06", "03"]
    assert interrupted.plans[interrupted.of_task("titanic")].created[11:13] == "09"


async def test_what_is_under_way_is_not_taken_up(
    tmp_path: Path, interrupted: Interrupted, told: list[int]
) -> None:
    with TrainingFolder.begin(await plan(tmp_path)) as folder:
        with pytest.raises(StorageError) as raised:
            await interrupted.take_up(folder.path)
        assert raised.value.code == "training_under_way"
    assert told == []


async def test_one_that_was_let_go_of_is_taken_up_by_one_alone(
    tmp_path: Path, interrupted: Interrupted, told: list[int]
) -> None:
    TrainingFolder.begin(await plan(tmp_path)).__exit__()
    await interrupted.look()
    (path,) = interrupted.plans
    with await interrupted.take_up(path) as folder:
        assert folder.plan.task.id == "titanic"
        assert told == [1, 0]
        with pytest.raises(StorageError):
            await interrupted.take_up(path)
    (await interrupted.take_up(path)).__exit__()


async def test_what_is_forgotten_is_gone(tmp_path: Path, interrupted: Interrupted) -> None:
    TrainingFolder.begin(await plan(tmp_path)).__exit__()
    await interrupted.look()
    (path,) = interrupted.plans
    await interrupted.forget(path)
    assert not path.exists()
    await interrupted.look()
    assert interrupted.plans == {}
    with pytest.raises(StorageError) as raised:
        await interrupted.take_up(path)
    assert raised.value.code == "nothing_to_resume"
