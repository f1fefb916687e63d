"""A page's first showing, in steps between which the window answers."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from disco_desktop.gui.pages.page import Page

_STEP = 0.008  # seconds of work between two looks at what else there is to do


class FirstVisit(QObject):
    """Makes a page and styles its widgets, some at a time; all at once it takes up to 0.1 s.

    Attributes:
        ready: emitted with the page.
    """

    ready = Signal(object)

    def __init__(self, make: Callable[[], Page], parent: QObject) -> None:
        super().__init__(parent)
        self._make = make
        self._steps = self._prepare()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._go_on)
        self._timer.start(0)

    def _go_on(self) -> None:
        end = time.perf_counter() + _STEP
        for page in self._steps:
            if page is not None:
                self._timer.stop()
                self.ready.emit(page)
                self.deleteLater()
                return
            if time.perf_counter() > end:
                return
        self._timer.stop()  # it could not be made

    def _prepare(self) -> Iterator[Page | None]:
        """Yield nothing after each small step, and the page when it is ready."""
        page = self._make()
        page.hide()
        yield None
        for widget in page.findChildren(QWidget):
            widget.ensurePolished()
            yield None
        for widget in reversed(page.findChildren(QWidget)):
            layout = widget.layout()
            if layout is not None:
                layout.sizeHint()  # from the innermost outwards, each is remembered
                yield None
        yield page
