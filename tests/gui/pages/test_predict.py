"""The page of predictions with a real assistant and a real model."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from disco_desktop.app.library.data import LastData
from disco_desktop.app.processes.assistant_job import Prediction
from disco_desktop.app.processes.generation import Generation
from disco_desktop.engine.memory.disk_memory import DiskMemory
from disco_desktop.gui.item_models.rows import TONE
from disco_desktop.gui.pages.predict import PredictPage
from disco_desktop.gui.wording import NOTHING
from tests.gui.conftest import eventually
from tests.gui.titanic import MODEL, SAMPLE, titanic_model

if TYPE_CHECKING:
    from pathlib import Path

UNLABELLED = """Name,Age,SibSp,Parch,Fare,Pclass
=1+1,22,1,0,7.25,3
Anna,x,1,0,71.28,1
Ben,,0,0,8.05,3
"""


@pytest.fixture
async def job() -> Prediction:
    made = Prediction()
    yield made
    await made.close()


@pytest.fixture
async def page(theme, job, tmp_path, errands, home_window) -> PredictPage:
    memory = DiskMemory(tmp_path / "memory")
    memory.save(titanic_model())
    generation = Generation()
    made = PredictPage(theme, job, memory, LastData(tmp_path / "home"), errands, generation)
    home_window.setCentralWidget(made)
    home_window.show()
    made.entered(MODEL)
    await eventually(lambda: made._model is not None)
    return made


@pytest.fixture
def unlabelled(tmp_path) -> Path:
    path = tmp_path / "unlabelled.csv"
    path.write_text(UNLABELLED)
    return path


async def test_each_row_that_can_be_is_predicted_in_words(page, job, unlabelled):
    assert page.title.text() == "Predict with “Titanic”"
    page._choice.choose(unlabelled)
    await eventually(lambda: job.state == "done")
    assert page._predicted.value == "2"
    assert page._left_out.value == "1"
    assert page._problems_card.isVisible()
    await eventually(lambda: job.rows.row(0) is not None)
    words = [page._rows.index(row, 0).data() for row in range(3)]
    assert words[1] == "not possible"
    assert {words[0], words[2]} <= {"died", "survived"}
    assert page._rows.index(1, 0).data(TONE) == "danger"
    assert page._rows.index(1, 1).data() == NOTHING
    assert page._rows.index(0, 1).data().endswith(" %")


async def test_the_outcome_is_not_among_what_is_expected(page):
    names = [page._expected.index(row, 0).data() for row in range(page._expected.rowCount())]
    assert names == ["Age", "SibSp", "Parch", "Fare", "Pclass"]


async def test_an_exported_table_runs_nothing(page, job, unlabelled, tmp_path):
    page._choice.choose(unlabelled)
    await eventually(lambda: job.state == "done")
    await page.export(tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    assert [row["Name"] for row in table] == ["'=1+1", "Anna", "Ben"]
    assert [bool(row["prediction"]) for row in table] == [True, False, True]
    assert page._notice.text.startswith("Saved 3 rows")


async def test_only_the_rows_of_a_predicted_label_are_shown_where_somebody_asks(
    page, job, tmp_path
):
    page._choice.choose(SAMPLE)
    await eventually(lambda: job.state == "done")
    box = page._filter
    counts = dict(zip(job.answer.labels, job.answer.counts, strict=True))
    assert min(counts.values()) > 0
    assert [box.itemText(place) for place in range(box.count())] == [
        "All (891)", *(f"{label} ({number})" for label, number in counts.items()),
    ]  # fmt: skip
    for place, (label, number) in enumerate(counts.items(), start=1):
        box.setCurrentIndex(place)
        box.activated.emit(place)
        assert page._rows.rowCount() == number
        for row in (0, number - 1):
            await eventually(lambda row=row: page._rows.rows.row(row) is not None)
            assert page._rows.index(row, 0).data() == label
    box.choose_all()
    assert page._rows.rowCount() == 891
    await page.export(tmp_path / "out.csv")
    assert page._notice.text.startswith("Saved 891 rows")
