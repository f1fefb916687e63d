from __future__ import annotations

from dataclasses import replace

import pytest

from disco_desktop.app.library.models import Library
from disco_desktop.engine.memory.disk_memory import DiskMemory
from disco_desktop.engine.memory.record import History
from disco_desktop.gui.main_window import Place
from disco_desktop.gui.pages.model import ModelDetailsPage
from tests.engine.memory.conftest import stored_model
from tests.gui.conftest import eventually


@pytest.fixture
def memory(tmp_path) -> DiskMemory:
    return DiskMemory(tmp_path / "memory")


@pytest.fixture
async def library(memory) -> Library:
    made = Library(memory)
    yield made
    await made.close()


@pytest.fixture
async def page(theme, navigator, library, errands, toasts, home_window) -> ModelDetailsPage:
    made = ModelDetailsPage(theme, navigator, library, errands, toasts)
    home_window.setCentralWidget(made)
    home_window.show()
    return made


async def show(page: ModelDetailsPage, navigator, model_id: str) -> None:
    navigator.go("model", model_id)
    page.entered(model_id)
    await eventually(lambda: page.title.text() not in ("", " "))


async def test_figures_and_curves_of_a_model(page, memory, navigator):
    record = memory.save(stored_model("Mine"))
    await show(page, navigator, record.id)
    assert page.title.text() == "Mine"
    assert page._cards["accuracy"].value == "75.0 %"
    assert page._cards["epochs"].value == "3"
    assert page._loss.training.across == [1, 2, 3]
    assert page._plots.isVisible()
    assert not page._no_curves.isVisible()


async def test_a_model_without_history_says_so(page, memory, navigator):
    record = memory.save(replace(stored_model(), history=History()))
    await show(page, navigator, record.id)
    assert page._no_curves.isVisible()
    assert not page._plots.isVisible()


async def test_another_model_leaves_nothing_of_the_first(page, memory, navigator):
    first = memory.save(stored_model("First"))
    second = memory.save(replace(stored_model("Second"), history=History()))
    await show(page, navigator, first.id)
    await show(page, navigator, second.id)
    await eventually(lambda: page.title.text() == "Second")
    assert not page._plots.isVisible()


async def test_a_model_that_is_gone_is_said_to_be(page, navigator, qtbot):
    await show(page, navigator, "0" * 16)
    assert page._states.currentWidget() is page._trouble
    assert not page.actions_.delete.isEnabled()
    page._back.trigger()
    assert navigator.place == Place("library")


async def test_a_rename_shows_at_once(page, library, memory, navigator):
    record = memory.save(stored_model("Before"))
    await show(page, navigator, record.id)
    await eventually(lambda: library.record(record.id) is not None)
    await library.rename(record.id, "After")
    assert page.title.text() == "After"


async def test_after_its_deletion_one_is_in_the_list_again(page, memory, navigator, toasts):
    record = memory.save(stored_model("Mine"))
    await show(page, navigator, record.id)
    page.actions_.delete.trigger()
    await eventually(lambda: navigator.place == Place("library"))
    assert len(toasts.shown) == 1
    assert memory.list() == []


async def test_what_can_be_done_is_told(page, memory, navigator, qtbot):
    record = memory.save(stored_model())
    await show(page, navigator, record.id)
    with qtbot.waitSignal(page.use_model) as emitted:
        page.actions_.use.trigger()
    assert emitted.args == [record.id]
