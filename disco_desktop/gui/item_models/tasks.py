"""The tasks on offer, as rows of a list that are drawn as cards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from disco_desktop.app.words.inert_text import inert
from disco_desktop.gui.theme.tokens import MEDIUM, RADIUS, SMALL, TINY
from disco_desktop.gui.widgets.text import font_of
from disco_desktop.gui.wording import count
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget

    from disco_desktop.engine.messages import TaskSummary
    from disco_desktop.gui.theme.theme import Theme
    from disco_desktop.gui.widgets.text import Tone

CARD = int(Qt.ItemDataRole.UserRole) + 1

_BADGE_HEIGHT = 20


@dataclass(frozen=True, kw_only=True)
class CardContent:
    """What a row says.

    Attributes:
        badges: words with their tones.
        aside: what stands at the right, such as a figure.
    """

    title: str
    text: str
    badges: tuple[tuple[str, Tone], ...] = ()
    aside: str = ""


class CardDelegate(QStyledItemDelegate):
    """Draws rows whose model gives a CardContent for the role CARD."""

    def __init__(self, theme: Theme, view: QWidget) -> None:
        super().__init__(view)
        self._theme = theme
        self._title = font_of(view, "heading")
        self._body = font_of(view, "body")
        self._small = font_of(view, "small")

    def sizeHint(  # noqa: N802
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """Return room for three lines and the distances between them."""
        lines = QFontMetrics(self._title).height() + QFontMetrics(self._body).height()
        return QSize(200, lines + _BADGE_HEIGHT + 2 * MEDIUM + 3 * SMALL)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Draw a card."""
        content = index.data(CARD)
        tokens = self._theme.tokens
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(option.rect).adjusted(1, 1, -1, -SMALL)
        state = option.state
        is_chosen = bool(state & QStyle.StateFlag.State_HasFocus)
        is_hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        edge = tokens.accent if is_chosen or is_hovered else tokens.border
        painter.setPen(QPen(QColor(edge), 2 if is_chosen else 1))
        painter.setBrush(QColor(tokens.surface))
        painter.drawRoundedRect(area, RADIUS, RADIUS)
        inside = area.adjusted(MEDIUM, MEDIUM - TINY, -MEDIUM, -MEDIUM + TINY)
        if content.aside:
            painter.setFont(self._title)
            painter.setPen(QColor(tokens.text))
            flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(inside, flags, content.aside)
            inside.setRight(inside.right() - QFontMetrics(self._title).horizontalAdvance(
                content.aside) - MEDIUM)  # fmt: skip
        top = self._line(painter, inside, self._title, tokens.text, content.title)
        inside.setTop(top + TINY)
        top = self._line(painter, inside, self._body, tokens.muted, content.text)
        inside.setTop(top + SMALL)
        self._badges(painter, inside, content)
        painter.restore()

    def _line(self, painter: QPainter, area: QRectF, font: object, colour: str, text: str) -> float:
        """Draw a line of text, cut where it is too long; return where it ends."""
        painter.setFont(font)  # type: ignore[arg-type]
        metrics = painter.fontMetrics()
        painter.setPen(QColor(colour))
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(area.width()))
        line = QRectF(area.left(), area.top(), area.width(), metrics.height())
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft, shown)
        return line.bottom()

    def _badges(self, painter: QPainter, area: QRectF, content: CardContent) -> None:
        tokens = self._theme.tokens
        painter.setFont(self._small)
        metrics = painter.fontMetrics()
        left = area.left()
        for words, tone in content.badges:
            width = metrics.horizontalAdvance(words) + 2 * SMALL + 2
            badge = QRectF(left, area.top(), width, _BADGE_HEIGHT)
            if badge.right() > area.right():
                break
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(getattr(tokens, f"{tone}_soft") if tone else tokens.sunken))
            painter.drawRoundedRect(badge, _BADGE_HEIGHT / 2, _BADGE_HEIGHT / 2)
            painter.setPen(QColor(getattr(tokens, tone) if tone else tokens.muted))
            painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, words)
            left = badge.right() + SMALL


Index = QModelIndex | QPersistentModelIndex


class TaskModel(QAbstractListModel):
    """One row a task; what a search looks at is the row's text."""

    def __init__(self) -> None:
        super().__init__()
        self._tasks: Sequence[TaskSummary] = ()
        self._texts: list[str] = []

    def show_tasks(self, tasks: Sequence[TaskSummary]) -> None:
        """Show these tasks; where only figures have changed, the rows stay."""
        if tasks is self._tasks:
            return
        if [task.id for task in tasks] == [task.id for task in self._tasks]:
            pairs = zip(tasks, self._tasks, strict=True)
            changed = [row for row, (new, old) in enumerate(pairs) if new != old]
            self._tasks = tasks
            for row in changed:
                self._texts[row] = _text(tasks[row])
            if changed:
                self.dataChanged.emit(self.index(changed[0]), self.index(changed[-1]))
            return
        self.beginResetModel()
        self._tasks = tasks
        self._texts = [_text(task) for task in tasks]
        self.endResetModel()

    def task_id(self, index: Index) -> str:
        """Return a row's task."""
        return self._tasks[index.row()].id

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008
        """Return how many tasks there are."""
        return 0 if parent.isValid() else len(self._tasks)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what is shown, searched or read aloud."""
        if not index.isValid():
            return None
        task = self._tasks[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._texts[index.row()]
            case Qt.ItemDataRole.AccessibleTextRole:
                return inert(task.title)
            case Qt.ItemDataRole.AccessibleDescriptionRole:
                return inert(task.summary)
            case _ if role == CARD:
                return self._card(task)
        return None

    def _card(self, task: TaskSummary) -> CardContent:
        schemes = {
            "federated": tr("via server"),
            "decentralized": tr("peer to peer"),
            "local": tr("alone"),
        }
        kinds = {"tabular": tr("table"), "image": tr("pictures"), "text": tr("text")}
        here = (
            tr("{number} training now").format(number=count(task.participants))
            if task.participants
            else tr("no one training now")
        )
        return CardContent(
            title=inert(task.title),
            text=inert(task.summary),
            badges=(
                (kinds.get(task.data, task.data), ""),
                (schemes.get(task.scheme, task.scheme), ""),
                (here, "success" if task.participants else ""),
            ),
        )


def _text(task: TaskSummary) -> str:
    return f"{inert(task.title)} {inert(task.summary)}"
