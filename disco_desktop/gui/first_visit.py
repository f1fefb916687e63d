"""A page's first showing, in steps between which the window answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PySide6.QtWidgets import QStackedWidget

    from disco_desktop.gui.pages.page import Page


class FirstVisit(QObject):
    """Makes a page, puts it among the others and lets it be shown; at once that takes up to 0.1 s.

    What Qt itself does to new widgets, style and lay them out, comes between these steps.

    Attributes:
        ready: emitted with the page.
    """

    ready = Signal(object)

    def __init__(self, make: Callable[[], Page], pages: QStackedWidget) -> None:
        super().__init__(pages)
        self._make = make
        self._pages = pages
        self._steps = self._prepare()
        # Started again after each step, so that whatever has become due meanwhile comes first.
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._go_on)
        self._timer.start(0)

    def _go_on(self) -> None:
        for _ in self._steps:
            self._timer.start(0)
            return
        self.deleteLater()

    def _prepare(self) -> Iterator[None]:
        page = self._make()
        yield
        self._pages.addWidget(page)
        yield
        self.ready.emit(page)
