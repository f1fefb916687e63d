"""Pictures side by side, any number of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from disco_desktop.gui.widgets.picture_delegate import PictureDelegate

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent, QResizeEvent

    from disco_desktop.gui.item_models.pictures import PicturesModel
    from disco_desktop.gui.theme.theme import Theme

_LEAST_LINES = 3

_Cursor = QAbstractItemView.CursorAction


class Gallery(QTableView):
    """As many pictures in a line as there is room for; the arrows go from one to the next.

    Attributes:
        opened: emitted with the number of a picture that somebody wants to see large.
    """

    opened = Signal(int)

    def __init__(self, theme: Theme, model: PicturesModel, name: str) -> None:
        super().__init__()
        self._pictures = model
        self._delegate = PictureDelegate(theme, self)
        self._tile = self._delegate.tile_size()
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName(name)
        self.setAccessibleDescription(self.tr("Enter shows a picture large"))
        self.setProperty("role", "plain")
        self.setStyleSheet("QTableView { selection-background-color: transparent; }")
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.hide()
            header.setMinimumSectionSize(1)
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(self._tile.height())
        self.setMinimumHeight(_LEAST_LINES * self._tile.height())
        self.activated.connect(self._open)
        model.modelReset.connect(self._begin)
        theme.changed.connect(self.viewport().update)

    @property
    def pictures(self) -> PicturesModel:
        """What is shown."""
        return self._pictures

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw what is in sight; pictures that could not be decoded in time come next."""
        self._delegate.begin_frame()
        super().paintEvent(event)
        if self._delegate.is_late:
            QTimer.singleShot(0, self.viewport().update)

    def _begin(self) -> None:
        self.scrollToTop()
        self._share_width()

    def _open(self, index: QModelIndex) -> None:
        number = self._pictures.number(index)
        if number is not None:
            self.opened.emit(number)

    def show_picture(self, number: int) -> None:
        """Scroll to a picture, select it, and go there with the keyboard too."""
        if 0 <= number < self._pictures.count:
            index = self._pictures.place(number)
            self.setCurrentIndex(index)
            self.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)

    # --- the grid

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Put as many side by side as there is room for now; stay where one is."""
        super().resizeEvent(event)
        if event.size().width() == event.oldSize().width():
            return
        across = max(self.viewport().width() // self._tile.width(), 1)
        if across != self._pictures.across:
            current = self._pictures.number(self.currentIndex())
            top = self._pictures.number(self.indexAt(self.viewport().rect().topLeft()))
            self._pictures.put_across(across)
            if current is not None:
                self.setCurrentIndex(self._pictures.place(current))
            if top:
                place = self._pictures.place(top)
                self.scrollTo(place, QAbstractItemView.ScrollHint.PositionAtTop)
        self._share_width()

    def _share_width(self) -> None:
        """Spread the pictures over the whole width."""
        across = self._pictures.across
        width, rest = divmod(self.viewport().width(), across)
        for place in range(across):
            self.setColumnWidth(place, width + (place < rest))

    def moveCursor(  # noqa: N802
        self, action: _Cursor, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        """Go on in the next line at the end of one, as in a text."""
        number = self._pictures.number(self.currentIndex())
        last = self._pictures.count - 1
        if number is None or last < 0:
            return super().moveCursor(action, modifiers)
        across = self._pictures.across
        page = across * max(self.viewport().height() // self._tile.height(), 1)
        steps = {
            _Cursor.MoveLeft: -1,
            _Cursor.MovePrevious: -1,
            _Cursor.MoveRight: 1,
            _Cursor.MoveNext: 1,
            _Cursor.MoveUp: -across if number >= across else 0,
            _Cursor.MoveDown: across if number // across < last // across else 0,
            _Cursor.MovePageUp: -page,
            _Cursor.MovePageDown: page,
            _Cursor.MoveHome: -number,
            _Cursor.MoveEnd: last - number,
        }
        return self._pictures.place(min(max(number + steps[action], 0), last))
