"""The page of a training: its states, figures, actions and end."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QRadioButton, QWidget

from disco_desktop.app.processes.worker_messages import BatchesTrained, Finished, TrafficCounted
from disco_desktop.app.training.selection import Journey
from disco_desktop.app.training.session import CurrentSession
from disco_desktop.engine.client.ledger import Traffic
from disco_desktop.engine.dataset.report import Report
from disco_desktop.engine.errors import DiscoError
from disco_desktop.engine.events import (
    Attendee,
    BatchTrained,
    EpochTrained,
    ParticipantsChanged,
    ProblemArose,
    ProblemOver,
    RosterChanged,
    RoundEnded,
    StatusChanged,
)
from disco_desktop.gui.pages.train import TrainPage
from tests.gui.sessions import FIGURES, begun, happened, plan
from tests.gui.titanic import MODEL, TASK, titanic_model
from tests.nuclei import nuclei_task

REPORT = Report(
    task="titanic", files=["a.csv"], rows=10, usable_rows=10, balance={}, training=8,
    validation=2, problems=[],
)  # fmt: skip
BATCH = BatchTrained(round=1, epoch=2, batch=6, batches=24, loss=0.5, accuracy=0.75, samples=30)
EPOCH = EpochTrained(
    round=1, epoch=2, epochs=4, training=FIGURES, validation=FIGURES, seconds=3.0, peak_memory=1
)
ROUND = RoundEnded(
    round=1, rounds=2, model_round=1, participants=3, validation=FIGURES, seconds=9.0,
    waited=65.0, is_counted=True,
)  # fmt: skip


@pytest.fixture
async def current() -> CurrentSession:
    return CurrentSession()


@pytest.fixture
async def page(theme, current, keys, errands, home_window) -> TrainPage:
    made = TrainPage(theme, current, keys, errands)
    home_window.setCentralWidget(made)
    home_window.show()
    return made


@pytest.fixture
def journey() -> Journey:
    made = Journey(TASK)
    made.choose_data(Path("a.csv"), REPORT)
    return made


@pytest.fixture
def shown(page, journey) -> TrainPage:
    page.show_journey(journey, together="Through the server on this computer.")
    return page


def offered(page: TrainPage) -> set[str]:
    """Return what the buttons beside the title say."""
    words = ("Start", "Continue", "Pause", "Resume", "Stop")
    texts = {
        one.text().replace("&", "") for one in page.findChildren(QPushButton) if one.isVisible()
    }
    return {text for text in texts if text.startswith(words)}


async def test_without_data_it_says_what_is_missing(page, journey):
    page.show_journey(Journey(TASK), together="")
    assert not page._start.isEnabled()
    assert page._notice.text == page._start.statusTip() == "Choose data first."
    broken = Journey(TASK)
    broken.choose_data(Path("b.csv"), replace(REPORT, problems=[_error()]))
    page.show_journey(broken, together="")
    assert page._notice.text == "These data cannot be used for training."
    page.show_journey(journey, together="")
    assert page._start.isEnabled()
    assert page._notice.text == ""
    assert not page._live.isVisible()


def _error():
    from disco_desktop.engine.dataset.report import Problem

    return Problem(code="no_rows", severity="error")


async def test_one_chooses_with_whom(shown, journey, qtbot):
    buttons = {one.property("company"): one for one in shown.findChildren(QRadioButton)}
    assert [name for name, one in buttons.items() if one.isChecked()] == ["together"]
    assert shown._company_text["together"].text() == "Through the server on this computer."
    qtbot.mouseClick(buttons["practice"], Qt.MouseButton.LeftButton)
    assert journey.company == "practice"
    other = Journey(replace(TASK, id="other"))
    shown.show_journey(other, together="")
    assert buttons["together"].isChecked()
    qtbot.keyClick(buttons["together"], Qt.Key.Key_Down)
    qtbot.keyClick(buttons["practice"], Qt.Key.Key_Space)
    assert (journey.company, other.company) == ("practice", "practice")


async def test_what_fails_meanwhile_is_said_until_it_is_over(shown, current, tmp_path, qtbot):
    session = begun(current, plan(tmp_path))
    happened(session, ProblemArose(code="storage_full", arguments={"folder": "/full"}))
    qtbot.waitUntil(lambda: "The disk is full" in shown._notice.text)
    assert "/full" in shown._notice.text
    happened(session, ProblemOver(code="storage_full"))
    qtbot.waitUntil(lambda: shown._notice.text == "")
    said = [str(index.data()) for index in _rows(shown._log)]
    assert any("The disk is full" in line for line in said)
    assert "works again" in said[-1]


def _rows(model):
    return [model.index(row, 0) for row in range(model.rowCount())]


async def test_the_log_has_all_the_room_where_nobody_else_is_to_be_seen(
    shown, current, tmp_path, qtbot
):
    session = begun(current, plan(tmp_path))
    qtbot.waitUntil(lambda: shown._log_view.isVisible())
    assert shown._participants.isHidden()
    qtbot.waitUntil(lambda: shown._log_view.width() > 0.9 * shown._live.width())
    someone = Attendee(node="a" * 16, presence="training", since=1.0)
    happened(session, RosterChanged(present=[someone]))
    qtbot.waitUntil(lambda: shown._participants.isVisible())
    qtbot.waitUntil(lambda: shown._log_view.width() < 0.7 * shown._live.width())


async def test_what_can_be_done_follows_the_state(shown, current, tmp_path, qtbot):
    assert offered(shown) == {"Start training"}
    session = begun(current, plan(tmp_path))
    qtbot.waitUntil(lambda: offered(shown) == {"Stop"})
    assert shown._state.text() == "Connecting"
    assert not shown._choices.isVisible()
    happened(session, StatusChanged(status="local training"))
    qtbot.waitUntil(lambda: offered(shown) == {"Pause", "Stop"})
    assert shown._status.text() == "Training on this computer."
    for key, signal in (("P", shown.pause), (".", shown.stop)):
        with qtbot.waitSignal(signal):
            qtbot.keyClick(shown, _key(key), Qt.KeyboardModifier.ControlModifier)
    session._is_paused = True
    session._go("paused")
    qtbot.waitUntil(lambda: offered(shown) == {"Resume", "Stop"})
    with qtbot.waitSignal(shown.resume):
        qtbot.keyClick(shown, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    session._go("stopped")
    qtbot.waitUntil(lambda: offered(shown) == {"Start again"})
    assert shown._notice.text == "Stopped. You can continue from here."
    shown.show_journey(shown._journey, together="", can_go_on=True)
    assert offered(shown) == {"Start again", "Continue"}
    assert not shown._clock.isActive()


@pytest.mark.parametrize("is_in_front", [True, False])
async def test_who_clicked_a_button_that_goes_stays_among_the_buttons(
    shown, current, tmp_path, qtbot, is_in_front
):
    session = begun(current, plan(tmp_path))
    happened(session, StatusChanged(status="local training"), EPOCH, ROUND)
    qtbot.waitUntil(lambda: offered(shown) == {"Pause", "Stop"})
    shown.activateWindow()
    shown.window().resize(960, 640)
    stop = next(one for one in shown.findChildren(QPushButton) if "top" in one.text())
    qtbot.mouseClick(stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(stop.hasFocus)
    if not is_in_front:
        other = QWidget()
        qtbot.addWidget(other)
        other.show()
        other.activateWindow()
        qtbot.waitUntil(lambda: not shown.isActiveWindow())
    session._go("stopped")
    qtbot.waitUntil(lambda: offered(shown) == {"Start again"})
    assert shown.focusWidget().text() == "&Start again"
    assert shown.verticalScrollBar().maximum() > 0
    assert shown.verticalScrollBar().value() == 0
    begun(current, plan(tmp_path))
    qtbot.waitUntil(lambda: offered(shown) == {"Stop"})
    assert shown.focusWidget().text() == "S&top"


def _key(letter: str) -> Qt.Key:
    return {"P": Qt.Key.Key_P, ".": Qt.Key.Key_Period}[letter]


async def test_figures_and_curves_are_shown_while_it_runs(shown, current, tmp_path, qtbot):
    session = begun(current, plan(tmp_path, scheme="federated"))
    happened(
        session, StatusChanged(status="local training"),
        ParticipantsChanged(participants=2, minimum=3), BATCH, EPOCH, ROUND,
    )  # fmt: skip
    session._take(1, BatchesTrained(epochs=[0.5, 1.0], losses=[0.9, 0.7], accuracies=[0.5, 0.6]))
    sent = Traffic(bytes_sent=1_500, bytes_received=3_000)
    session._take(1, TrafficCounted(traffic={"update": sent}))
    cards = shown._cards
    qtbot.waitUntil(lambda: cards["sent"].value == "1.5 kB")
    values = {name: card.value for name, card in cards.items()}
    assert values["round"] == "1 / 2"
    assert values["epoch"] == "2 / 4"
    assert values["batch"] == "6 / 24"
    assert values["participants"] == "2"
    assert values["received"] == "3.0 kB"
    assert "at least 3" in cards["participants"].accessibleName()
    assert values["left"] != values["waited"]
    assert shown._bar.value() == round(1000 * (1 + 6 / 24) / 4)
    assert shown._log.rowCount() == len(session.lines) >= 4
    assert shown._accuracy_card.isVisible()


async def test_its_end_says_what_was_achieved_and_what_is_next(shown, current, tmp_path, qtbot):
    session = begun(current, plan(tmp_path))
    happened(session, StatusChanged(status="local training"), EPOCH, ROUND)
    model = titanic_model("Mine").record
    session._take(1, Finished(weights_sha256="0", validation=FIGURES, model=model))
    session._go("finished")
    qtbot.waitUntil(shown._end.isVisible)
    assert "75.0 %" in shown._achieved.text()
    assert "1 epoch, with 1 exchange; saved as “Mine”" in shown._achieved_more.text()
    assert shown._bar.value() == 1000
    # Nobody takes part any more, and the log has the place of the table, too.
    qtbot.waitUntil(lambda: shown._log_view.width() == shown._bar.width())
    buttons = [one for one in shown._end.findChildren(QPushButton) if one.isVisible()]
    signals = (shown.test_model, shown.use_model, shown.show_model)
    for button, signal in zip(buttons, signals, strict=True):
        with qtbot.waitSignal(signal) as told:
            qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert told.args == [MODEL]


async def test_a_failure_is_said_in_words(shown, current, tmp_path, qtbot):
    session = begun(current, plan(tmp_path))
    session.error = DiscoError("worker_died", detail="exit code -9")
    session._go("failed")
    qtbot.waitUntil(lambda: bool(shown._notice.text))
    assert "exit code" not in shown._notice.text
    assert "worker_died" not in shown._notice.text
    assert shown._state.text() == "Failed"
    assert offered(shown) == {"Start again"}


async def test_the_training_of_another_task_is_named_as_the_obstacle(
    shown, current, tmp_path, qtbot
):
    other = replace(TASK, id="other")
    session = begun(current, plan(tmp_path, task=other))
    qtbot.waitUntil(lambda: not shown._start.isEnabled())
    assert shown._notice.text.startswith("Another training is running.")
    assert not shown._live.isVisible()
    session._go("stopped")
    qtbot.waitUntil(shown._start.isEnabled)


async def test_where_numbers_are_predicted_there_is_no_accuracy(page, current, tmp_path):
    task = nuclei_task()
    begun(current, plan(tmp_path, task=task))
    page.show_journey(Journey(task), together="")
    assert page._live.isVisible()
    assert not page._accuracy_card.isVisible()
    page.show_journey(Journey(TASK), together="")
    assert not page._live.isVisible()
