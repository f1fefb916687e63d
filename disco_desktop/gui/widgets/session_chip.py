"""What is being trained, in the sidebar: seen from every page, and a way back to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QProgressBar

from disco_desktop.app.inert_text import inert
from disco_desktop.app.sentences import session_sentence
from disco_desktop.gui.theme.tokens import SMALL, TINY
from disco_desktop.gui.widgets.card import ChoiceCard
from disco_desktop.gui.widgets.layout import column
from disco_desktop.gui.widgets.text import Text

if TYPE_CHECKING:
    from disco_desktop.app.session import CurrentSession
    from disco_desktop.gui.navigation import Navigator

_FRAME = 200  # milliseconds between two pictures


class SessionChip(ChoiceCard):
    """Shown while a training is under way."""

    def __init__(self, current: CurrentSession, navigator: Navigator) -> None:
        self._title = Text(size="small", is_wrapped=False)
        self._state = Text(size="small", tone="muted", is_wrapped=False)
        self._bar = QProgressBar()
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        super().__init__(
            column(self._title, self._state, self._bar, spacing=TINY),
            name=self.tr("The training under way"),
            margin=SMALL,
        )
        self._current = current
        self._task_id = ""
        self._frame = QTimer(self)
        self._frame.setSingleShot(True)
        self._frame.setInterval(_FRAME)
        self._frame.timeout.connect(self._draw)
        current.observe(self._soon)
        self.chosen.connect(lambda: navigator.go("train", self._task_id))
        self.hide()

    def _soon(self) -> None:
        if not self._frame.isActive():
            self._frame.start()

    def _draw(self) -> None:
        session = self._current.session
        is_shown = session is not None and session.is_under_way
        self.setVisible(is_shown)
        if session is None or not is_shown:
            return
        task = session.folder.plan.task
        self._task_id = task.id
        metrics = self._title.fontMetrics()
        width = max(self.width() - 3 * SMALL, 100)
        title = inert(task.display.title)
        self._title.setText(metrics.elidedText(title, Qt.TextElideMode.ElideRight, width))
        self._state.setText(session_sentence(session.state, short=True))
        self.setAccessibleDescription(f"{title}: {self._state.text()}")
        self._bar.setValue(round(1000 * session.progress))
