from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QMenu

from disco_desktop.app.library.models import Library
from disco_desktop.engine.memory.disk_memory import DiskMemory
from disco_desktop.gui.dialogs.model_name import ModelNameDialog
from disco_desktop.gui.main_window import Place
from disco_desktop.gui.pages.library import LibraryPage
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
async def page(theme, navigator, library, errands, toasts, home_window) -> LibraryPage:
    made = LibraryPage(theme, navigator, library, errands, toasts)
    home_window.setCentralWidget(made)
    toasts.raise_()
    home_window.show()
    return made


async def enter(page: LibraryPage, library: Library, subject: str = "") -> None:
    page.entered(subject)
    await eventually(lambda: library.state != "loading")


def names(page: LibraryPage) -> list[str]:
    model = page._model
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def choose(page: LibraryPage, name: str) -> None:
    page._view.selectRow(names(page).index(name))


async def test_it_says_that_it_is_looking_and_then_that_there_is_nothing(page, library, navigator):
    assert page._states.currentWidget() is page._waiting
    await enter(page, library)
    assert page._states.currentWidget() is page._none
    assert not page._head.isVisible()
    page._to_tasks.trigger()
    assert navigator.place == Place("tasks")


async def test_it_says_why_the_models_cannot_be_found(theme, navigator, errands, toasts, qtbot,
                                                      tmp_path):  # fmt: skip
    library = Library(DiskMemory(tmp_path / ("x" * 300)))
    page = LibraryPage(theme, navigator, library, errands, toasts)
    qtbot.addWidget(page)
    await enter(page, library)
    assert page._states.currentWidget() is page._trouble


async def test_models_can_be_searched(page, library, memory, qtbot):
    for name in ("Titanic", "Other"):
        memory.save(stored_model(name))
    await enter(page, library)
    assert set(names(page)) == {"Titanic", "Other"}
    qtbot.keyClicks(page._search, "oth")
    assert names(page) == ["Other"]
    qtbot.keyClicks(page._search, "zzz")
    assert page._states.currentWidget() is page._nothing_found
    assert page._head.isVisible()


async def test_damaged_files_are_named(page, library, memory, expect_log):
    memory.save(stored_model())
    (memory.root / "models" / "0123456789abcdef.safetensors").write_bytes(b"no model")
    expect_log("a model was damaged")
    await enter(page, library)
    assert "1 damaged file" in page._damaged.text
    assert "0123456789abcdef" in page._damaged.text


async def test_enter_opens_a_model(page, library, memory, navigator, qtbot):
    record = memory.save(stored_model())
    await enter(page, library)
    choose(page, record.name)
    qtbot.keyClick(page._view, Qt.Key.Key_Return)
    assert navigator.place == Place("model", record.id)


async def test_a_place_names_the_model_to_select(page, library, memory):
    records = [memory.save(stored_model(name)) for name in ("One", "Two", "Three")]
    page._search.setText("Three")
    await enter(page, library, records[1].id)
    await eventually(lambda: page._chosen() == [records[1].id])
    assert page._search.text() == ""


async def test_what_can_be_done_follows_what_is_chosen(page, library, memory, qtbot):
    one, two = (memory.save(stored_model(name)) for name in ("One", "Two"))
    await enter(page, library)
    actions = page.actions_
    assert not actions.test.isEnabled()
    assert not actions.delete.isEnabled()
    choose(page, "One")
    for action, signal in (
        (actions.test, page.test_model),
        (actions.use, page.use_model),
        (actions.train, page.go_on),
    ):
        with qtbot.waitSignal(signal) as emitted:
            action.trigger()
        assert emitted.args == [one.id]
    page._view.selectAll()
    assert set(page._chosen()) == {one.id, two.id}
    assert not actions.rename.isEnabled()
    assert actions.delete.isEnabled()


async def test_a_model_is_renamed_with_the_keyboard(page, library, memory, qtbot):
    memory.save(stored_model("Before"))
    await enter(page, library)
    choose(page, "Before")
    page.actions_.rename.trigger()
    dialog = page.findChild(ModelNameDialog)
    dialog.field.setText("   ")
    assert not dialog.rename.isEnabled()
    dialog.field.setText("After")
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    await eventually(lambda: names(page) == ["After"])
    assert page._chosen() == [library.records[0].id]


async def test_a_deletion_is_undone_from_the_notice(page, library, memory, toasts):
    record = memory.save(stored_model("Mine"))
    await enter(page, library)
    choose(page, "Mine")
    page.actions_.delete.trigger()
    await eventually(lambda: len(toasts.shown) == 1)
    assert toasts.shown[0].text == "Deleted “Mine”."
    assert names(page) == []
    assert page.actions_.undo.isEnabled()
    page.actions_.undo.trigger()
    await eventually(lambda: names(page) == ["Mine"])
    assert toasts.shown == []
    assert not page.actions_.undo.isEnabled()
    assert memory.list() == [record]


async def test_a_deletion_is_final_when_its_notice_goes(page, library, memory, toasts):
    for name in ("One", "Two"):
        memory.save(stored_model(name))
    await enter(page, library)
    page._view.selectAll()
    page.actions_.delete.trigger()
    await eventually(lambda: len(toasts.shown) == 1)
    assert toasts.shown[0].text == "Deleted 2 models."
    toasts.shown[0].dismiss()
    await eventually(lambda: not list(memory.root.rglob("*.safetensors")))


async def test_export_writes_where_it_was_told(page, library, memory, toasts, tmp_path):
    memory.save(stored_model("A/B: C"))
    await enter(page, library)
    choose(page, "A/B: C")
    page.actions_.export.trigger()
    dialog = page.findChild(QFileDialog)
    assert Path(dialog.selectedFiles()[0]).name == "A_B_ C.safetensors"
    dialog.fileSelected.emit(str(tmp_path / "copy.safetensors"))
    dialog.close()
    await eventually(lambda: len(toasts.shown) == 1)
    assert "copy.safetensors" in toasts.shown[0].text
    assert (tmp_path / "copy.safetensors").exists()


def mime(path: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    return data


async def test_a_file_is_dropped_to_import_it(page, library, tmp_path, toasts):
    other = DiskMemory(tmp_path / "other")
    other.export_file(other.save(stored_model("Theirs")).id, tmp_path / "theirs.safetensors")
    await enter(page, library)
    data = mime(tmp_path / "theirs.safetensors")
    any_button, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    page.dragEnterEvent(
        QDragEnterEvent(QPoint(50, 50), Qt.DropAction.CopyAction, data, any_button, none)
    )
    assert page._drop.isVisible()
    page.dropEvent(QDropEvent(QPointF(50, 50), Qt.DropAction.CopyAction, data, any_button, none))
    assert not page._drop.isVisible()
    await eventually(lambda: len(toasts.shown) == 1)
    assert toasts.shown[0].text == "Imported as “Theirs”."
    assert page._chosen() == [library.records[0].id]


async def test_a_file_that_is_no_model_is_refused_in_words(page, library, tmp_path, told):
    (tmp_path / "notes.txt").write_text("no model")
    await enter(page, library)
    page.actions_.import_file(tmp_path / "notes.txt")
    await eventually(lambda: len(told) == 1)
    assert told[0].code.startswith("model_file_")


async def test_the_menu_has_all_that_can_be_done(page, library, memory):
    memory.save(stored_model("Mine"))
    await enter(page, library)
    choose(page, "Mine")
    page._show_menu(QPoint(10, 10))
    (menu,) = page.findChildren(QMenu)
    words = [action.text().replace("&", "") for action in menu.actions() if action.text()]
    assert words == ["Open", "Test", "Use", "Continue training", "Rename…", "Export…", "Delete"]
    menu.close()


async def test_in_a_narrow_window_the_name_keeps_its_room(page, library, memory, home_window):
    memory.save(stored_model("Mine"))
    await enter(page, library)
    home_window.resize(700, 600)
    assert page._view.columnWidth(0) >= 200
    assert page._view.isColumnHidden(5)
    home_window.resize(1400, 600)
    assert not page._view.isColumnHidden(5)
