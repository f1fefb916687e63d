"""A session with real workers: from its start through pauses to its one end."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import psutil
import pytest
from msgspec import structs

from disco_desktop.app.library.profile import memory_folder
from disco_desktop.app.training.folder import TrainingFolder, interrupted_trainings
from disco_desktop.app.training.plan import TrainingPlan, Wishes, make_plan
from disco_desktop.app.training.session import CurrentSession
from disco_desktop.engine.errors import StorageError
from disco_desktop.engine.memory.disk_memory import DiskMemory
from disco_desktop.resource_files import resource
from tests.own_processes import own_processes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from disco_desktop.app.training.session import Session


@pytest.fixture
async def current() -> AsyncIterator[CurrentSession]:
    made = CurrentSession()
    yield made
    await made.close()


async def plan(**wishes: object) -> TrainingPlan:
    asked = {
        "task": "titanic",
        "data": resource("tasks", "titanic", "sample"),
        "scheme": "local",
        "seed": 1,
    }
    return await make_plan(Wishes(**(asked | wishes)))  # type: ignore[arg-type]


async def until(session: Session, holds: Callable[[], bool]) -> None:
    arrived = asyncio.Event()
    end = session.observe(lambda: holds() and arrived.set())
    if not holds():
        async with asyncio.timeout(60):
            await arrived.wait()
    end()


async def test_it_is_paused_goes_on_and_ends_once_with_its_model(current: CurrentSession) -> None:
    states = []
    current.observe(lambda: states.append(current.session.state))
    await current.warm_up()
    folder = TrainingFolder.begin(await plan(epochs=60, save_as="Mine"))
    session = current.begin(folder)
    with pytest.raises(StorageError) as raised:
        current.begin(folder)
    assert raised.value.code == "training_under_way"
    await until(session, lambda: bool(session.curves.epochs))
    await session.pause()
    assert session.state == "paused"
    assert session.actions == {"resume", "stop"}
    await until(session, lambda: session.log.participants[0].status == "paused")
    paused = len(session.curves.epochs)
    assert paused < 60
    await session.resume()
    assert session.state == "training"
    await session.ended()
    assert session.state == "finished"
    assert states.count("finished") == 1
    assert session.curves.epochs == list(range(1, 61))
    assert session.progress == 1.0
    assert session.finished.model.name == "Mine"
    model = await asyncio.to_thread(DiskMemory(memory_folder()).load, "Mine")
    assert model.weights.sha256() == session.finished.weights_sha256
    assert not folder.path.exists()
    assert own_processes() == []


async def test_a_worker_that_is_killed_fails_it_and_it_is_gone_on_with(
    current: CurrentSession,
) -> None:
    await current.warm_up()
    worker = current._warm.id
    session = current.begin(TrainingFolder.begin(await plan(epochs=100_000)))
    await until(session, lambda: len(session.curves.epochs) >= 3)
    psutil.Process(worker).kill()
    await session.ended()
    assert (session.state, session.error.code) == ("failed", "worker_died")
    (path,) = interrupted_trainings()
    again = current.begin(TrainingFolder.hold(path), is_resuming=True)
    assert again is not session
    await until(again, lambda: len(again.curves.epochs) > len(session.curves.epochs))
    assert again.curves.loss.training[:2] == session.curves.loss.training[:2]
    await again.stop()
    assert again.state == "stopped"
    assert again.actions == {"start"}
    assert list(interrupted_trainings()) == [path]


async def test_data_that_are_gone_fail_it_in_words(current: CurrentSession) -> None:
    made = structs.replace(await plan(epochs=1), data="/no/such/data.csv")
    session = current.begin(TrainingFolder.begin(made))
    await session.ended()
    assert (session.state, session.error.code) == ("failed", "data_missing")
    assert not current.is_under_way
    assert own_processes() == []
