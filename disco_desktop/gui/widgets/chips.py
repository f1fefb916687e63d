"""Chips in the sidebar: which server is in use, and what is being trained."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QProgressBar, QSizePolicy, QWidget
from yarl import URL

from disco_desktop.app.words.inert_text import inert
from disco_desktop.app.words.sentences import session_sentence
from disco_desktop.gui.theme.tokens import SMALL, TINY
from disco_desktop.gui.widgets.card import ChoiceCard, column, row
from disco_desktop.gui.widgets.text import Text
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from disco_desktop.app.server.in_use import ServerInUse, TaskCatalogue
    from disco_desktop.app.training.session import CurrentSession
    from disco_desktop.gui.main_window import Navigator
    from disco_desktop.gui.theme.theme import Theme

_DOT = 9


class _Dot(QWidget):
    """A coloured dot; what it means stands beside it in words."""

    def __init__(self) -> None:
        super().__init__()
        self.colour = "#000000"
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return room for the dot."""
        return QSize(_DOT, _DOT)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(self.colour))
        painter.setBrush(QColor(self.colour))
        painter.drawEllipse(QRectF(1, 1, _DOT - 2, _DOT - 2))


class ServerChip(QWidget):
    """A dot and a few words."""

    def __init__(self, theme: Theme, server: ServerInUse, catalogue: TaskCatalogue) -> None:
        super().__init__()
        self._theme = theme
        self._server = server
        self._catalogue = catalogue
        self._dot = _Dot()
        self._text = Text(size="small", tone="muted")
        line = row(self._dot, self._text, spacing=SMALL)
        line.setContentsMargins(SMALL, 0, 0, 0)
        line.setStretch(1, 1)
        self.setLayout(line)
        server.observe(self._draw)
        catalogue.observe(self._draw)
        theme.changed.connect(self._draw)
        self._draw()

    def _draw(self) -> None:
        tokens, server = self._theme.tokens, self._server
        colours = {"ready": tokens.success, "starting": tokens.warning, "failed": tokens.danger}
        state = server.state
        if state == "ready" and self._catalogue.state == "unreachable":
            state = "failed"  # that there is an address says nothing of who answers there
        self._dot.colour = colours.get(state, tokens.muted)
        self._dot.update()
        states = {
            "starting": tr("is starting"),
            "ready": tr("is ready"),
            "failed": tr("cannot be reached"),
            "off": tr("is off"),
        }
        address = server.address
        name = (
            tr("Server on this computer")
            if server.is_here or address is None
            else inert(URL(address.url).host or "", longest=40)
        )
        self._text.setText(f"{name} {states[state]}")
        self.setAccessibleName(self._text.text())


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
            name=tr("The current training"),
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
