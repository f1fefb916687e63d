"""Putting pictures to labels with the mouse, and what is said of the data that are expected."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog

from disco_desktop.engine.dataset.report import Report
from disco_desktop.engine.task.image import FolderGroup
from disco_desktop.engine.task.outcome import ClassOutcome
from disco_desktop.engine.task.text import TextData
from disco_desktop.gui.data_words import counted_samples, kind_of, samples_title
from disco_desktop.gui.item_models.data import ExpectedColumnsModel
from disco_desktop.gui.widgets.data_choice import DataChoice
from disco_desktop.gui.widgets.expected_data import ExpectedData
from disco_desktop.gui.widgets.gallery import LabelFilter
from disco_desktop.gui.widgets.labelling import MOST_LABELS, Labelling
from tests.gui.conftest import eventually
from tests.gui.pictures import ANIMALS, jpeg
from tests.gui.titanic import TASK

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QWidget


@pytest.fixture
def labelling(theme, tmp_path, errands, home_window) -> Labelling:
    made = Labelling(theme, tmp_path / "labelled", errands)
    home_window.setCentralWidget(made)
    home_window.show()
    made.show_labels("animals", ANIMALS)
    return made


@pytest.fixture
def pictures(tmp_path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(4):
        (folder / f"{number}.jpg").write_bytes(jpeg(number))
    (folder / "notes.txt").write_text("none")
    return folder


def drop(widget: QWidget, *paths: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, mime, buttons, keys)
    QApplication.sendEvent(widget, enter)
    assert enter.isAccepted()
    event = QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, mime, buttons, keys)
    QApplication.sendEvent(widget, event)


async def test_pictures_are_dropped_on_labels_and_become_a_list(labelling, pictures, tmp_path):
    listed = []
    labelling.listed.connect(listed.append)
    assert not labelling.use.isEnabled()
    drop(labelling.zones["cat"], pictures)
    await eventually(lambda: labelling.groups.total == 4)
    drop(labelling.zones["dog"], pictures / "0.jpg", pictures / "1.jpg")
    await eventually(lambda: labelling.groups.counts == {"cat": 2, "dog": 2, "owl": 0})
    assert labelling.zones["cat"].accessibleName() == "a cat: 2 pictures"
    assert labelling._said.text() == "4 pictures"
    labelling.use.trigger()
    await eventually(lambda: listed == [tmp_path / "labelled" / "animals.csv"])
    with listed[0].open(newline="") as file:
        rows = {row["filename"]: row["label"] for row in csv.DictReader(file)}
    assert rows[str(pictures / "0.jpg")] == "dog"
    assert rows[str(pictures / "3.jpg")] == "cat"


async def test_pictures_are_picked_and_taken_away_again(labelling, pictures):
    zone = labelling.zones["owl"]
    zone._pick_files()
    dialog = zone.findChild(QFileDialog)
    dialog.setDirectory(str(pictures))
    dialog.selectFile("2.jpg")
    dialog.accept()
    await eventually(lambda: labelling.groups.counts["owl"] == 1)
    assert zone._clear.isVisible()
    zone._clear.click()
    assert labelling.groups.total == 0
    assert not labelling.use.isEnabled()


async def test_what_holds_no_picture_is_said(labelling, pictures):
    drop(labelling.zones["cat"], pictures / "notes.txt")
    await eventually(lambda: "No pictures" in labelling._said.text())


async def test_another_task_has_its_own_labels(labelling, pictures):
    labelling.show_labels("animals", ANIMALS)
    drop(labelling.zones["cat"], pictures)
    await eventually(lambda: labelling.groups.total == 4)
    outcome = replace(ANIMALS.outcome, values=("x", "y", "z"))
    labelling.show_labels("others", replace(ANIMALS, outcome=outcome))
    assert list(labelling.zones) == ["x", "y", "z"]
    assert labelling.groups.total == 0
    labelling.show_labels("titanic", TASK.data)
    assert not labelling.has_labels
    many = tuple(str(number) for number in range(MOST_LABELS + 1))
    outcome = ClassOutcome(name="many", values=many, labels=many)
    labelling.show_labels("many", replace(ANIMALS, outcome=outcome))
    assert not labelling.has_labels


@pytest.fixture
def expected(theme, qtbot):
    def make(purpose):
        made = ExpectedData(ExpectedColumnsModel(), purpose)
        qtbot.addWidget(made)
        made.show()
        return made

    return make


def words(card: ExpectedData) -> str:
    from disco_desktop.gui.widgets.text import Text

    return "\n".join(text.text() for text in card.findChildren(Text) if text.isVisible())


def test_the_folders_of_pictures_are_drawn(expected, qtbot):
    card = expected("training")
    card.show_data(replace(ANIMALS, group=FolderGroup(level=2)), {})
    qtbot.waitUntil(lambda: "cat = a cat" in words(card))
    said = words(card)
    assert "cat/" in card._example.text()
    assert "32 × 32 pixels, padded with black, in colour" in said
    assert "2 below the label's" in said
    assert not card._table.isVisible()
    card.show_data(TASK.data, {"Age": "22"})
    assert card._table.isVisible()
    assert not card._example.isVisible()
    assert not card._facts.isVisible()


def test_to_predict_pictures_nobody_needs_labels(expected):
    card = expected("prediction")
    card.show_data(ANIMALS, {})
    assert "No labels are needed" in words(card)
    assert "cat" not in words(card)


def test_texts_are_told_by_their_unit(expected, qtbot):
    card = expected("training")
    card.show_data(TextData(unit="lines", context=64), {})
    assert "one text per line" in words(card)
    qtbot.waitUntil(lambda: "64 at a time" in words(card))


def test_samples_are_called_what_they_are():
    text = TextData()
    assert [kind_of(data) for data in (TASK.data, ANIMALS, text)] == ["table", "pictures", "text"]
    assert counted_samples(ANIMALS, 1) == "1 picture"
    assert counted_samples(text, 2) == "2 texts"
    assert counted_samples(None, 2) == "2 rows"
    assert samples_title(ANIMALS) == "Pictures"


def test_the_choice_offers_what_can_be_read(theme, qtbot):
    choice = DataChoice(theme, "Drop it here")
    qtbot.addWidget(choice)
    choice.expect(ANIMALS)
    assert "Pictures in folders" in choice.zone.accessibleDescription()
    assert any("*.webp" in one for one in choice._filters())
    choice.expect(TextData())
    assert choice._filters() == ["Texts (*.txt)"]
    choice.expect(TASK.data)
    assert "*.parquet" in choice._filters()[0]


def test_labels_and_what_is_left_out_can_be_looked_at(qtbot):
    chosen = []
    box = LabelFilter()
    qtbot.addWidget(box)
    box.chosen.connect(lambda view, number: chosen.append((view, number)))
    box.show_report(
        Report(
            task="animals", files=[], rows=12, usable_rows=10,
            balance={"a cat": 7, "a dog": 0, "an owl": 3}, training=8, validation=2, problems=[],
        )
    )  # fmt: skip
    entries = [box.itemText(place) for place in range(box.count())]
    assert entries == ["All (12)", "Left out (2)", "a cat (7)", "an owl (3)"]
    box.setCurrentIndex(3)
    box.activated.emit(3)
    box.setCurrentIndex(1)
    box.activated.emit(1)
    box.choose_all()
    views = [(view.truth, view.is_left_out, number) for view, number in chosen]
    assert views == [(2, False, 3), (None, True, 2), (None, False, 12)]
