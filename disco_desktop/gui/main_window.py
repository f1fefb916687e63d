"""The main window: the sidebar, the bar above a task's steps, and its pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QObject, QSize, QTimer, Signal
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QWidget

from disco_desktop.app.words.sentences import sentence
from disco_desktop.gui.widgets.card import column, row
from disco_desktop.gui.widgets.notice import Notice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PySide6.QtGui import QCloseEvent

    from disco_desktop.engine.errors import DiscoError
    from disco_desktop.gui.pages.page import Page
    from disco_desktop.gui.theme.theme import Theme
    from disco_desktop.gui.widgets.sidebar import Sidebar


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


SMALLEST = (960, 640)
FIRST = (1280, 800)


class MainWindow(QMainWindow):
    """Shows the page of the place where one is.

    Attributes:
        close_asked: emitted when somebody closes the window; it stays until `really_close`.
    """

    close_asked = Signal()

    def __init__(self, navigator: Navigator, sidebar: Sidebar, theme: Theme) -> None:
        super().__init__()
        self.setWindowTitle("Disco Desktop")
        room = self.screen().availableSize()
        self.setMinimumSize(QSize(*SMALLEST).boundedTo(room))
        self.resize(QSize(*FIRST).boundedTo(room))
        self._sidebar = sidebar
        self._pages: dict[str, Page] = {}
        self._makers: dict[str, Callable[[], Page]] = {}
        self._place: Place | None = None
        self._may_close = False
        self._notice = Notice(theme)
        self._stack = QStackedWidget()
        self._above = column(spacing=0)
        self._whole = QWidget()
        content = column(self._above, self._notice, self._stack, spacing=0)
        self._whole.setLayout(row(sidebar, content, spacing=0))
        self.setCentralWidget(self._whole)
        navigator.moved.connect(self.show_place)

    def add_page(self, page: Page) -> None:
        """Make a page one that can be gone to."""
        self._pages[page.name] = page
        self._stack.addWidget(page)

    def offer_page(self, name: str, make: Callable[[], Page]) -> None:
        """Offer a page that is made when one goes there first."""
        self._makers[name] = make

    def show_above(self, widget: QWidget) -> None:
        """Put something above the pages."""
        self._above.addWidget(widget)

    def tell(self, error: DiscoError) -> None:
        """Say what went wrong, above the page."""
        self._notice.say(sentence(error), "danger", details=str(error))

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Let the services decide, and end first."""
        if self._may_close:
            event.accept()
            return
        event.ignore()
        self.close_asked.emit()

    def begin_closing(self) -> None:
        """Take no more input: the services are being ended."""
        self._whole.setEnabled(False)

    @property
    def placement(self) -> str:
        """Place, size and state, to be kept for the next time."""
        return bytes(self.saveGeometry().data()).hex()

    def place_as(self, placement: str) -> None:
        """Be where the window was last time, as far as today's screens allow it."""
        if placement:
            self.restoreGeometry(QByteArray(bytes.fromhex(placement)))
            room = self.screen().availableSize()
            if not self.isMaximized() and not self.isFullScreen():
                self.resize(self.size().boundedTo(room))

    def really_close(self) -> None:
        """Close, now that nothing needs the window any more."""
        self._may_close = True
        self.close()

    def show_place(self, place: Place) -> None:
        """Show a place's page; one that has to be made first is shown in a moment."""
        self._place = place
        self._notice.hide()
        make = self._makers.pop(place.page, None)
        if make is not None:
            FirstVisit(make, self._stack).ready.connect(self._show_first)
        elif place.page in self._pages:
            self._show(self._pages[place.page], place)

    def _show_first(self, page: Page) -> None:
        """Show a page that has just been made, unless one has gone elsewhere meanwhile."""
        self._pages[page.name] = page
        if self._place is not None and self._place.page == page.name:
            self._show(page, self._place)

    def _show(self, page: Page, place: Place) -> None:
        page.entered(place.subject)
        self._stack.setCurrentWidget(page)
        self._sidebar.show_place(place, belongs_to=page.belongs_to)
        page.verticalScrollBar().setValue(0)


_LONGEST_WAY_BACK = 50


@dataclass(frozen=True)
class Place:
    """A page, and what it shows: for instance a task's or a model's id."""

    page: str
    subject: str = ""


class Navigator(QObject):
    """Moves between places.

    Attributes:
        moved: emitted with the new place.
    """

    moved = Signal(object)

    def __init__(self, start: Place) -> None:
        super().__init__()
        self._way = [start]

    @property
    def place(self) -> Place:
        """Where one is."""
        return self._way[-1]

    @property
    def can_go_back(self) -> bool:
        """Whether there is a place to go back to."""
        return len(self._way) > 1

    def go(self, page: str, subject: str = "") -> None:
        """Go to a place; where one is there already, nothing happens."""
        place = Place(page, subject)
        if place != self.place:
            self._way.append(place)
            del self._way[:-_LONGEST_WAY_BACK]
            self.moved.emit(place)

    def back(self) -> None:
        """Go back to where one was before."""
        if self.can_go_back:
            self._way.pop()
            self.moved.emit(self.place)
