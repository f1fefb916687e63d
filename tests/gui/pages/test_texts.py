"""The pages of data, tests and use with texts, real assistants and a real network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from disco_desktop.app.library.data import LastData
from disco_desktop.app.processes.assistant_job import DataCheck, ModelTest, Prediction
from disco_desktop.app.processes.generation import Generation
from disco_desktop.engine.dataset.text.text_reader import NOTHING_FITTED
from disco_desktop.engine.default_tasks.registry import task_provider
from disco_desktop.engine.memory.disk_memory import DiskMemory
from disco_desktop.engine.memory.record import History, ModelRecord
from disco_desktop.engine.memory.stored_model import StoredModel
from disco_desktop.engine.task.gpt import GPT
from disco_desktop.engine.task.text import TextData
from disco_desktop.gui.pages.data import DataPage
from disco_desktop.gui.pages.predict import PredictPage
from disco_desktop.gui.pages.test import TestPage
from disco_desktop.gui.wording import figure, perplexity
from disco_desktop.resource_files import resource
from tests.gui.conftest import eventually
from tests.gui.titanic import MODEL as TABLE_MODEL
from tests.gui.titanic import titanic_model

if TYPE_CHECKING:
    from pathlib import Path

SPEECH = resource("tasks", "wikitext", "sample", "1863_abraham_lincoln_r.txt")
MODEL = "0123456789abcdee"
TASK = msgspec.structs.replace(
    task_provider("wikitext").get_task(),
    data=TextData(context=16),
    model=GPT(layers=1, heads=1, width=4),
)


@pytest.fixture(scope="module")
def writing_model() -> StoredModel:
    """A model that has learnt nothing, and writes all the same."""
    import torch

    from disco_desktop.engine.models.network import build_network, read_weights

    torch.manual_seed(1)
    return StoredModel(
        record=ModelRecord(
            id=MODEL, name="Texts", task_id=TASK.id, task_title=TASK.display.title,
            created="2026-01-02T03:04:05+00:00", scheme="federated", rounds=1, epochs=1,
            participants=2,
        ),
        task=TASK,
        preprocessing=NOTHING_FITTED,
        history=History(),
        weights=read_weights(build_network(TASK)),
    )  # fmt: skip


@pytest.fixture
def memory(tmp_path, writing_model) -> DiskMemory:
    memory = DiskMemory(tmp_path / "memory")
    memory.save(writing_model)
    memory.save(titanic_model())
    return memory


@pytest.fixture
def last(tmp_path) -> LastData:
    return LastData(tmp_path / "home")


@pytest.fixture
async def generation():
    made = Generation()
    yield made
    await made.close()


@pytest.fixture
async def predict_page(theme, memory, last, errands, home_window, generation):
    job = Prediction()
    made = PredictPage(theme, job, memory, last, errands, generation)
    home_window.setCentralWidget(made)
    home_window.show()
    made.entered(MODEL)
    await eventually(lambda: made._model is not None)
    yield made
    await job.close()


async def test_texts_are_checked(theme, last, errands, home_window, tmp_path: Path):
    check = DataCheck()
    page = DataPage(theme, check, last, errands)
    home_window.setCentralWidget(page)
    home_window.show()
    page.show_task(TASK)
    assert not page._labelling.isVisible()
    assert page._expected_card.isVisible()
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "speech.txt").write_bytes(SPEECH.read_bytes())
    (folder / "empty.txt").write_bytes(b"")
    page.choose(folder)
    await eventually(lambda: check.state == "done")
    assert page._verdict.text == "All 1 text can be used."
    assert page._cards["rows"].accessibleName().startswith("Texts: 1")
    report = check.answer.report
    assert page._cards["training"].accessibleName().endswith("of the blocks")
    assert report.training > 100
    assert not page._balance_card.isVisible()
    assert page._problems_card.isVisible()
    await eventually(lambda: "Fellow" in str(page._rows.index(0, 0).data()))
    await check.close()


async def test_a_test_tells_of_perplexity_and_tokens(
    theme, memory, last, errands, home_window, tmp_path: Path
):
    beginning = tmp_path / "beginning.txt"
    beginning.write_bytes(SPEECH.read_bytes()[:4_000])
    job = ModelTest()
    page = TestPage(theme, job, memory, last, errands)
    home_window.setCentralWidget(page)
    home_window.show()
    page.entered(MODEL)
    await eventually(lambda: page._model is not None)
    page._choice.choose(beginning)
    await eventually(lambda: job.state in ("done", "failed"))
    metrics = job.answer.metrics
    assert page._cards["perplexity"].isVisible()
    assert page._cards["perplexity"].value == figure(perplexity(metrics.loss))
    assert page._cards["accuracy"].accessibleName().startswith("Token accuracy")
    assert page._cards["samples"].accessibleName().startswith("Blocks: ")
    assert page._cards["samples"].accessibleName().endswith("of 16 tokens")
    assert metrics.samples > 20
    assert not page._rows_card.isVisible()
    assert not page._classes_card.isVisible()
    page.entered(TABLE_MODEL)
    await eventually(lambda: page._model is not None)
    assert page._cards["perplexity"].isHidden()
    await job.close()


async def test_a_text_is_written_as_one_looks(predict_page, generation):
    prompt = predict_page._prompt
    assert predict_page.title.text() == "Write with “Texts”"
    assert prompt.isVisible()
    assert not predict_page._choice.isVisible()
    assert not predict_page._expected_card.isVisible()
    prompt.prompt.setPlainText("Fellow citizens")
    prompt.tokens.setValue(12)
    prompt.generate.trigger()
    await eventually(lambda: generation.state in ("done", "failed"))
    assert generation.ended.tokens == 12
    await eventually(lambda: prompt._said.text().startswith("12 tokens in"))
    assert prompt.output.toPlainText().startswith("Fellow citizens")
    assert len(prompt.output.toPlainText()) > len("Fellow citizens")


async def test_writing_is_stopped_and_goes_on_with_another_text(predict_page, generation):
    prompt = predict_page._prompt
    prompt.prompt.setPlainText("Fellow citizens")
    prompt.tokens.setValue(4_096)
    prompt.generate.trigger()
    await eventually(lambda: bool(generation.text))
    prompt.stop_action.trigger()
    await eventually(lambda: generation.state == "done")
    assert generation.ended.stopped
    assert generation.ended.tokens < 4_096
    await eventually(prompt.generate.isEnabled)
    prompt.tokens.setValue(3)
    prompt.generate.trigger()
    await eventually(lambda: generation.state == "done")
    assert (generation.ended.stopped, generation.ended.tokens) == (False, 3)


async def test_who_goes_to_a_table_finds_no_prompt(predict_page, generation):
    predict_page.entered(TABLE_MODEL)
    await eventually(lambda: predict_page._model is not None)
    assert not predict_page._prompt.isVisible()
    assert predict_page._choice.isVisible()
    assert predict_page.title.text() == "Predict with “Titanic”"
    # The page looks for sample data in a thread, and must still be there then.
    await eventually(lambda: predict_page._choice._sample is not None)
