"""Which server is in use and whether it answers, in the sidebar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget
from yarl import URL

from disco_desktop.app.inert_text import inert
from disco_desktop.gui.theme.tokens import SMALL
from disco_desktop.gui.widgets.layout import row
from disco_desktop.gui.widgets.text import Text

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from disco_desktop.app.server_in_use import ServerInUse
    from disco_desktop.app.task_catalogue import TaskCatalogue
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
            "starting": self.tr("is starting"),
            "ready": self.tr("is ready"),
            "failed": self.tr("cannot be reached"),
            "off": self.tr("is off"),
        }
        address = server.address
        name = (
            self.tr("The server here")
            if server.is_here or address is None
            else inert(URL(address.url).host or "", longest=40)
        )
        self._text.setText(f"{name} {states[state]}")
        self.setAccessibleName(self._text.text())
