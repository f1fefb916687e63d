"""A log that follows its latest line, and leaves who reads in peace."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime, timedelta

import pytest

from disco_desktop.app.training.session import LogLine
from disco_desktop.gui.widgets.log_view import LogView, TrainingLogModel

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


class Log:
    """A view of a log that forgets its oldest lines."""

    def __init__(self, qtbot) -> None:
        self._model = TrainingLogModel()
        self._lines: deque[LogLine] = deque(maxlen=100)
        self._count = 0
        self.view = LogView(self._model)
        qtbot.addWidget(self.view)
        self.view.resize(400, 200)
        self.view.show()

    def write(self, number: int) -> None:
        for _ in range(number):
            self._count += 1
            self._lines.append(LogLine(BEGAN + timedelta(seconds=self._count), "training"))
        self._model.show_lines(self._lines)

    @property
    def first_seen(self) -> str:
        return self.view.indexAt(self.view.rect().topLeft()).data()

    @property
    def is_at_end(self) -> bool:
        bar = self.view.verticalScrollBar()
        return bar.value() == bar.maximum() > 0


@pytest.fixture
def log(qtbot) -> Log:
    return Log(qtbot)


def test_it_follows_the_latest_line(log, qtbot):
    for number in (50, 50, 7, 1):
        log.write(number)
        qtbot.waitUntil(lambda: log.is_at_end)


def test_what_one_reads_stays_in_its_place(log, qtbot):
    log.write(100)
    qtbot.waitUntil(lambda: log.is_at_end)
    bar = log.view.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    read = log.first_seen
    log.write(3)
    log.write(10)
    qtbot.wait(0)
    assert log.first_seen == read
    assert not log.is_at_end
