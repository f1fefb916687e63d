"""Toasts: short notices that lie over the window for a while, with something one can still do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAction, QKeySequence
from PySide6.QtWidgets import QFrame, QLabel, QProgressBar, QSizePolicy, QToolButton, QWidget

from disco_desktop.gui.theme.theme import icon
from disco_desktop.gui.theme.tokens import LARGE, MEDIUM, SMALL, TINY
from disco_desktop.gui.widgets.buttons import ActionButton
from disco_desktop.gui.widgets.card import column, row
from disco_desktop.gui.widgets.text import Text
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from PySide6.QtGui import QEnterEvent

    from disco_desktop.gui.theme.theme import Theme
    from disco_desktop.gui.widgets.notice import Tone

LARGEST_NUMBER = 3
SECONDS = 8.0
_STEP = 50  # milliseconds between two pictures of the time that is left
_WIDTH = 420
_ICONS: dict[Tone, str] = {
    "info": "info",
    "success": "check",
    "warning": "warning",
    "danger": "error",
}


class Toast(QFrame):
    """One notice. Its time stands still while the pointer or the keyboard is in it.

    Attributes:
        expired: emitted once when it goes without its action having been taken.
        gone: emitted once when it goes, whatever made it go.
    """

    expired = Signal()
    gone = Signal()

    def __init__(
        self, theme: Theme, text: str, *, tone: Tone, action: QAction | None, seconds: float
    ) -> None:
        super().__init__()
        self.setProperty("role", "toast")
        self.setFixedWidth(_WIDTH)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Maximum)
        self.setAccessibleName(text)
        self._theme = theme
        self._tone = tone
        self._is_over = False
        self._action = action
        self._picture = QLabel()
        self._text = Text(text)
        self._close = QAction(tr("Close this notice"), self)
        self._close.triggered.connect(self.dismiss)
        close = QToolButton()
        close.setDefaultAction(self._close)
        close.setAccessibleName(tr("Close this notice"))
        parts: list[QWidget] = [self._picture, self._text]
        if action is not None:
            action.triggered.connect(self._take)
            parts.append(ActionButton(action, "quiet"))
        line = row(*parts, close, spacing=SMALL)
        line.setStretch(1, 1)
        line.setContentsMargins(MEDIUM, SMALL + TINY, SMALL, SMALL + TINY)
        self._left = QProgressBar()
        self._left.setProperty("role", "hairline")
        self._left.setTextVisible(False)
        self._left.setRange(0, max(1, round(seconds * 1000)))
        self._left.setValue(self._left.maximum())
        self._left.setVisible(action is not None)
        self.setLayout(column(line, self._left, spacing=0))
        self._clock = QTimer(self)
        self._clock.setInterval(_STEP)
        self._clock.timeout.connect(self._pass_time)
        self._clock.start()
        theme.changed.connect(self._paint)
        self._paint()

    @property
    def text(self) -> str:
        """What it says."""
        return self._text.text()

    @property
    def _is_attended(self) -> bool:
        return self.underMouse() or self.isAncestorOf(self.window().focusWidget() or self.window())

    def _pass_time(self) -> None:
        if self._is_attended:
            return
        self._left.setValue(self._left.value() - _STEP)
        if self._left.value() <= 0:
            self.dismiss()

    def dismiss(self) -> None:
        """Go, without its action."""
        self._end(self.expired)

    def _take(self) -> None:
        self._end()

    def _end(self, *signals: object) -> None:
        if self._is_over:
            return
        self._is_over = True
        self._clock.stop()
        if self._action is not None:
            self._action.setEnabled(False)
        for signal in (*signals, self.gone):
            signal.emit()  # type: ignore[attr-defined]

    def enterEvent(self, event: QEnterEvent) -> None:  # noqa: N802
        """Give whoever looks at it its whole time again."""
        self._left.setValue(self._left.maximum())
        super().enterEvent(event)

    def _paint(self) -> None:
        tokens = self._theme.tokens
        colour = tokens.accent if self._tone == "info" else getattr(tokens, self._tone)
        self._picture.setPixmap(icon(_ICONS[self._tone], colour).pixmap(20, 20))
        self._close.setIcon(icon("close", tokens.muted))


class Toasts(QWidget):
    """The toasts of a window, in its lower right corner; the oldest makes room for a fourth.

    F6 moves the keyboard to the latest one, and Escape closes it and moves back.
    """

    def __init__(self, theme: Theme, over: QWidget) -> None:
        super().__init__(over)
        self._theme = theme
        self._over = over
        self._before: QWidget | None = None
        self._toasts: list[Toast] = []
        self._column = column(spacing=SMALL)
        self.setLayout(self._column)
        self.setAccessibleName(tr("Notices"))
        self.attend = QAction(tr("Go to the latest notice"), self)
        self.attend.setShortcut(QKeySequence(Qt.Key.Key_F6))
        self.attend.setStatusTip(tr("Move the keyboard focus to the latest notice"))
        self.attend.triggered.connect(self._attend)
        over.addAction(self.attend)
        self._leave = QAction(tr("Close the notice"), self)
        self._leave.setShortcut(QKeySequence(Qt.Key.Key_Escape))
        self._leave.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._leave.triggered.connect(self._leave_notice)
        self.addAction(self._leave)
        over.installEventFilter(self)
        self.hide()

    @property
    def shown(self) -> list[Toast]:
        """The toasts there are, the oldest first."""
        return list(self._toasts)

    def say(
        self,
        text: str,
        *,
        tone: Tone = "info",
        action: QAction | None = None,
        seconds: float = SECONDS,
    ) -> Toast:
        """Show a notice for some seconds; a screen reader says it at once."""
        while len(self._toasts) >= LARGEST_NUMBER:
            self._toasts[0].dismiss()
        toast = Toast(self._theme, text, tone=tone, action=action, seconds=seconds)
        toast.gone.connect(lambda: self._remove(toast))
        self._toasts.append(toast)
        self._column.addWidget(toast)
        self.show()
        self.raise_()
        self._place()
        words = f"{text} {action.text().replace('&', '')}." if action is not None else text
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(toast, words))
        return toast

    def _remove(self, toast: Toast) -> None:
        had_focus = toast.isAncestorOf(self.window().focusWidget() or self.window())
        self._toasts.remove(toast)
        self._column.removeWidget(toast)
        toast.hide()
        toast.deleteLater()
        if had_focus:
            self._go_back()
        self.setVisible(bool(self._toasts))
        self._place()

    def _attend(self) -> None:
        if not self._toasts:
            return
        self._before = self.window().focusWidget()
        latest = self._toasts[-1]
        first = latest.findChild(ActionButton) or latest.findChild(QToolButton)
        if isinstance(first, QWidget):
            first.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _leave_notice(self) -> None:
        focused = self.window().focusWidget()
        for toast in self._toasts:
            if focused is not None and toast.isAncestorOf(focused):
                toast.dismiss()
                return

    def _go_back(self) -> None:
        if self._before is not None:
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)
            self._before = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Stay in the corner."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            self._place()
        return super().eventFilter(watched, event)

    def event(self, event: QEvent) -> bool:
        """Grow and shrink with what is in it."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._place()
        return super().event(event)

    def _place(self) -> None:
        size = self._column.sizeHint()
        height = max(size.height(), self._column.totalHeightForWidth(_WIDTH))
        left = self._over.width() - _WIDTH - LARGE
        self.setGeometry(left, self._over.height() - height - LARGE, _WIDTH, height)
