"""One picture, shown large, with what is known of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QColor, QPainter
from PySide6.QtWidgets import QDialog, QSizePolicy, QWidget

from disco_desktop.gui.theme.tokens import LARGE, MEDIUM, RADIUS
from disco_desktop.gui.widgets.buttons import ActionButton
from disco_desktop.gui.widgets.card import column, row
from disco_desktop.gui.widgets.pictures import decoded, fitted
from disco_desktop.gui.widgets.text import Facts, Text
from disco_desktop.gui.wording import count
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from PySide6.QtGui import QPaintEvent, QPixmap

    from disco_desktop.app.processes.assistant_messages import Row, Shape
    from disco_desktop.gui.background_tasks import Errands
    from disco_desktop.gui.item_models.pictures import PicturesModel
    from disco_desktop.gui.theme.theme import Theme

Details: TypeAlias = "Callable[[Row, Shape], list[tuple[str, str]]]"
ReadLarge: TypeAlias = "Callable[[int], Awaitable[bytes]]"

_SIDE = 440


class LargePicture(QWidget):
    """A picture, as large as there is room for."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._pixmap: QPixmap | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(_SIDE // 2, _SIDE // 2)
        theme.changed.connect(self.update)

    def show_picture(self, picture: bytes, said: str) -> None:
        """Show a JPEG, or an empty field where there is none."""
        self._pixmap = decoded(picture)
        self.setAccessibleName(said)
        self.update()

    @property
    def pixmap(self) -> QPixmap | None:
        """What is shown."""
        return self._pixmap

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return room to see something."""
        return QSize(_SIDE, _SIDE)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw the picture."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.tokens.sunken))
        painter.drawRoundedRect(QRectF(self.rect()), RADIUS, RADIUS)
        if self._pixmap is not None:
            inside = QRectF(self.rect()).adjusted(8, 8, -8, -8)
            side = int(min(inside.width(), inside.height()))
            shown = fitted(self._pixmap, side, self.devicePixelRatioF())
            target = QRectF(QPointF(), shown.deviceIndependentSize())
            target.moveCenter(inside.center())
            painter.drawPixmap(target.topLeft().toPoint(), shown)


class PictureDialog(QDialog):
    """A picture of a gallery and its neighbours; the small one shows until the large one is read.

    Attributes:
        number: which picture is shown.
    """

    def __init__(
        self,
        theme: Theme,
        pictures: PicturesModel,
        details: Details,
        read_large: ReadLarge,
        errands: Errands,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._pictures = pictures
        self._details = details
        self._read_large = read_large
        self._errands = errands
        self.number = 0
        self._drawn: int | None = None
        self._picture = LargePicture(theme)
        self._title = Text(size="heading")
        self._place = Text(tone="muted", size="small")
        self._facts = Facts()
        self._before = self._action(tr("&Previous"), Qt.Key.Key_Left, -1)
        self._after = self._action(tr("&Next"), Qt.Key.Key_Right, 1)
        close = QAction(tr("&Close"), self)
        close.triggered.connect(self.accept)
        after = ActionButton(self._after)
        after.setFocus()
        words = column(
            self._title, self._place, MEDIUM, self._facts, None,
            row(ActionButton(self._before), after, None,
                ActionButton(close, "primary")),
            spacing=MEDIUM,
        )  # fmt: skip
        line = row(self._picture, words, spacing=LARGE, margin=LARGE)
        line.setStretch(0, 3)
        line.setStretch(1, 2)
        self.setLayout(line)
        self.resize(860, 520)
        pictures.page_arrived.connect(self._draw)
        pictures.modelReset.connect(self._draw)

    def _action(self, text: str, key: Qt.Key, step: int) -> QAction:
        action = QAction(text, self)
        action.setShortcut(key)
        action.triggered.connect(lambda: self.show_picture(self.number + step))
        self.addAction(action)
        return action

    def show_picture(self, number: int) -> None:
        """Show a picture."""
        self.number = number
        self._drawn = None
        self._draw()

    def _draw(self) -> None:
        """Show what is known of the picture by now; close where there are others meanwhile."""
        last = self._pictures.count - 1
        if not 0 <= self.number <= last:
            self.reject()
            return
        self._before.setEnabled(self.number > 0)
        self._after.setEnabled(self.number < last)
        self._place.setText(
            tr("{number} of {all}").format(number=count(self.number + 1), all=count(last + 1))
        )
        known, tile = self._pictures.row(self.number), self._pictures.tile(self.number)
        rows = self._pictures.rows
        if known is None or tile is None or rows is None:
            self._title.setText("…")
            self._facts.show_facts([])
            self._picture.show_picture(b"", "")
        elif self._drawn != self.number:
            self._drawn = self.number
            self.setWindowTitle(tile.title)
            self._title.setText(tile.title)
            self._facts.show_facts(self._details(known, rows.shape))
            self._picture.show_picture(known.picture, tile.said)
            self._errands.run(self._enlarge(self.number, tile.said))

    async def _enlarge(self, number: int, said: str) -> None:
        picture = await self._read_large(number)
        if picture and number == self.number and self._drawn == number:
            self._picture.show_picture(picture, said)
