from __future__ import annotations

import pytest

from disco_desktop.app.processes.worker_messages import Happened, TrafficCounted
from disco_desktop.app.training.folder import TrainingFolder
from disco_desktop.app.training.plan import TrainingPlan
from disco_desktop.app.training.session import CurrentSession
from disco_desktop.engine.client.ledger import FRAMING, Traffic
from disco_desktop.engine.default_tasks.registry import task_provider
from disco_desktop.engine.events import Metrics, RoundEnded
from disco_desktop.gui.main_window import Place
from disco_desktop.gui.pages.leaves import LeavesPage
from tests.gui.conftest import eventually

ROUND = RoundEnded(
    round=3, rounds=5, model_round=3, participants=2, seconds=1.0, waited=0.2, is_counted=True,
    validation=Metrics(loss=0.5, accuracy=0.7, samples=10),
)  # fmt: skip


def plan(tmp_path, scheme):
    return TrainingPlan(
        task=task_provider("titanic").get_task(), data=str(tmp_path), users=1, same_data=False,
        scheme=scheme, server=None, fingerprint=None, epochs=1, round_duration=1, batch_size=30,
        seed=1, threads=None, save_as=None, created="2026-01-01T00:00:00+00:00",
    )  # fmt: skip


@pytest.fixture
async def current():
    made = CurrentSession()
    yield made
    await made.close()


@pytest.fixture
async def page(theme, navigator, current, qtbot) -> LeavesPage:
    made = LeavesPage(theme, navigator, current)
    made.resize(1064, 800)
    qtbot.addWidget(made)
    made.show()
    return made


async def test_before_any_training_there_is_nothing(page, navigator):
    assert page._none.isVisible()
    assert not page._account.isVisible()
    page._none.findChildren(type(page._none))
    navigator.go("leaves")
    assert navigator.place == Place("leaves")


async def test_whoever_trains_alone_exchanges_nothing(page, current, tmp_path):
    session = current.begin(TrainingFolder.begin(plan(tmp_path, "local")))
    await eventually(lambda: "exchanges nothing" in page._none._text.text())
    await session.stop()


async def test_the_account_grows_while_a_training_goes_on(page, current, tmp_path):
    session = current.begin(TrainingFolder.begin(plan(tmp_path, "federated")))
    traffic = {
        "hello": Traffic(messages_sent=1, bytes_sent=188),
        "update": Traffic(messages_sent=1, bytes_sent=43_428),
        "model": Traffic(messages_received=1, bytes_received=43_428),
        FRAMING: Traffic(bytes_sent=900, bytes_received=700),
    }
    session._take(1, TrafficCounted(traffic=traffic))
    await eventually(page._account.isVisible)
    assert page._cards["sent"].value == "44.5 kB"
    assert page._cards["received"].value == "44.1 kB"
    assert "Counted at the sockets" in page._framing.text()
    session._take(1, Happened(event=ROUND))
    traffic["update"].bytes_sent *= 2
    session._take(1, TrafficCounted(traffic=traffic))
    await eventually(lambda: page._cards["updates"].value == "86.9 kB")
    said = [label.text() for label in page._update.findChildren(type(page._framing))]
    assert "3" in said
    assert any(words.startswith("10,857 numbers") for words in said)
    assert any(words.startswith("43.4 kB, 32 bits") for words in said)
    await session.stop()
    await eventually(lambda: "latest training" in page._title.text())


async def test_where_framing_is_not_counted_it_is_said(page, current, tmp_path):
    session = current.begin(TrainingFolder.begin(plan(tmp_path, "federated")))
    session._take(1, TrafficCounted(traffic={"hello": Traffic(messages_sent=1, bytes_sent=188)}))
    await eventually(page._account.isVisible)
    assert "not counted" in page._framing.text()
    await session.stop()


async def test_a_narrow_page_leaves_out_how_often(page):
    page.resize(700, 600)
    assert page._table.isColumnHidden(3)
    page.resize(1100, 600)
    assert not page._table.isColumnHidden(3)
