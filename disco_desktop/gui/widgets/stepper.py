"""The steps of a task, from choosing it to using its model, and the bar that shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QKeySequence, QPainter, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QSizePolicy, QToolButton, QWidget

from disco_desktop.gui.theme.theme import icon
from disco_desktop.gui.theme.tokens import MEDIUM, SMALL, TINY
from disco_desktop.gui.widgets.card import row
from disco_desktop.gui.widgets.text import font_of
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent

    from disco_desktop.app.training.selection import Journey
    from disco_desktop.app.training.session import CurrentSession
    from disco_desktop.gui.main_window import Navigator
    from disco_desktop.gui.theme.theme import Theme

_DISC = 24


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step.

    Attributes:
        obstacle: why it cannot be gone to yet; nothing where it can.
    """

    name: str
    title: str
    is_done: bool = False
    obstacle: str = ""


class _StepButton(QAbstractButton):
    """A step's number or tick with its title."""

    def __init__(self, theme: Theme, number: int, step: Step, *, is_current: bool) -> None:
        super().__init__()
        self._theme = theme
        self._number = number
        self._step = step
        self._is_current = is_current
        self.setFont(font_of(self, "strong" if is_current else "body"))
        self.setText(step.title)
        self.setEnabled(not step.obstacle)
        self.setToolTip(step.obstacle)
        state = "current" if is_current else "done" if step.is_done else step.obstacle
        self.setAccessibleName(f"{number}. {step.title}")
        self.setAccessibleDescription(state)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        if not step.obstacle:
            self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return room for the disc and the title."""
        width = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(_DISC + SMALL + width + 2 * TINY, _DISC + 2 * TINY)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw the disc, what is in it, and the title."""
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        disc = QRectF(TINY, TINY, _DISC, _DISC)
        is_filled = self._is_current or self._step.is_done
        ground = tokens.accent if self._is_current else tokens.accent_soft if is_filled else None
        painter.setPen(QPen(QColor(tokens.accent if is_filled else tokens.strong_border), 1.2))
        painter.setBrush(QColor(ground) if ground else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(disc.adjusted(0.6, 0.6, -0.6, -0.6))
        ink = tokens.on_accent if self._is_current else tokens.accent
        painter.setPen(QPen(QColor(ink if is_filled else tokens.muted), 1.8))
        if self._step.is_done and not self._is_current:
            middle = disc.center()
            painter.drawPolyline(
                [middle + QPointF(-4.5, 0.5), middle + QPointF(-1, 4), middle + QPointF(5, -3.5)]
            )
        else:
            painter.drawText(disc, Qt.AlignmentFlag.AlignCenter, str(self._number))
        words = tokens.text if self._is_current else tokens.muted
        painter.setPen(QColor(words))
        place = self.rect().adjusted(TINY + _DISC + SMALL, 0, 0, 0)
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, self.text())
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)


class Stepper(QWidget):
    """All steps in a row; those that cannot be gone to say why."""

    chosen = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._row = row(spacing=SMALL)
        self.setLayout(self._row)
        self._shown: tuple[tuple[Step, ...], str] = ((), "")
        theme.changed.connect(self.update)

    def show_steps(self, steps: Sequence[Step], current: str) -> None:
        """Show the steps, with the one where we are."""
        shown = (tuple(steps), current)
        if shown == self._shown:
            return
        self._shown = shown
        while (item := self._row.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for number, step in enumerate(steps, start=1):
            if number > 1:
                self._row.addWidget(_Dash(self._theme))
            button = _StepButton(self._theme, number, step, is_current=step.name == current)
            button.clicked.connect(lambda _=False, name=step.name: self.chosen.emit(name))
            self._row.addWidget(button)
        self._row.addStretch(1)


class _Dash(QWidget):
    """The line between two steps."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setFixedSize(28, _DISC)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setPen(QPen(QColor(self._theme.tokens.border), 1.5))
        middle = self.height() / 2
        painter.drawLine(QPointF(2, middle), QPointF(self.width() - 2, middle))


class TaskBar(QFrame):
    """Shown on the pages that belong to a task's way.

    Attributes:
        stepper: the steps; emits the name of the one that is chosen.
    """

    def __init__(self, theme: Theme, navigator: Navigator) -> None:
        super().__init__()
        self.setProperty("role", "bar")
        self._theme = theme
        back = QAction(tr("Back"), self)
        back.setShortcut(QKeySequence.StandardKey.Back)
        back.setStatusTip(tr("Go back"))
        back.triggered.connect(navigator.back)
        self._back = back
        button = QToolButton()
        button.setDefaultAction(back)
        button.setAccessibleName(tr("Back"))
        self.stepper = Stepper(theme)
        self.setLayout(row(button, self.stepper, spacing=MEDIUM, margin=SMALL))
        theme.changed.connect(self._paint)
        self._paint()
        self.hide()

    def show_steps(self, steps: Sequence[Step], current: str) -> None:
        """Show where one is on the way."""
        self.stepper.show_steps(steps, current)
        self.show()

    def _paint(self) -> None:
        self._back.setIcon(icon("back", self._theme.tokens.muted))


def steps_of(journey: Journey, current: CurrentSession) -> list[Step]:
    """Return the five steps as they stand."""
    session = current.session
    is_here = session is not None and session.folder.plan.task.id == journey.task.id
    obstacles = {
        "": "",
        "no data": tr("Choose data first."),
        "unusable data": tr("These data cannot be used for training: see the problems found."),
    }
    to_training = "" if is_here else obstacles[journey.obstacle_to_training]
    without_model = "" if journey.model_id else tr("Train a model first.")
    has_data = journey.report is not None and journey.report.is_usable
    return [
        Step(name="task", title=tr("Task"), is_done=True),
        Step(name="data", title=tr("Data"), is_done=has_data),
        Step(
            name="train",
            title=tr("Train"),
            is_done=journey.model_id is not None,
            obstacle=to_training,
        ),
        Step(name="test", title=tr("Test"), obstacle=without_model),
        Step(name="predict", title=tr("Use"), obstacle=without_model),
    ]
