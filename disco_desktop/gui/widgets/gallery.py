"""The samples of somebody's data: a table of rows, or a gallery of pictures, by label."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from disco_desktop.app.processes.assistant_messages import View
from disco_desktop.app.words.inert_text import inert
from disco_desktop.gui.dialogs.picture import PictureDialog
from disco_desktop.gui.item_models.pictures import PicturesModel
from disco_desktop.gui.widgets.card import column
from disco_desktop.gui.widgets.data_table import DataTable
from disco_desktop.gui.widgets.fields import Choice
from disco_desktop.gui.widgets.pictures import PictureDelegate
from disco_desktop.gui.wording import count
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent, QResizeEvent

    from disco_desktop.app.processes.paged_rows import PagedRows
    from disco_desktop.engine.dataset.report import Report
    from disco_desktop.gui.background_tasks import Errands
    from disco_desktop.gui.dialogs.picture import Details, ReadLarge
    from disco_desktop.gui.item_models.pictures import TileOf
    from disco_desktop.gui.item_models.rows import RowsModel
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
        self.setAccessibleDescription(tr("Press Enter to enlarge a picture"))
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


class SamplesView(QWidget):
    """Shows rows in the form that suits them."""

    def __init__(
        self,
        theme: Theme,
        model: RowsModel,
        name: str,
        *,
        tile_of: TileOf,
        details: Details,
        read_large: ReadLarge,
        errands: Errands,
    ) -> None:
        super().__init__()
        self._theme = theme
        self._details = details
        self._read_large = read_large
        self._errands = errands
        self._rows_model = model
        self.pictures = PicturesModel(tile_of)
        self.table = DataTable(theme, model, name)
        self.gallery = Gallery(theme, self.pictures, name)
        self.gallery.opened.connect(self._enlarge)
        self.gallery.hide()
        self.setLayout(column(self.table, self.gallery, spacing=0))

    @property
    def rows(self) -> PagedRows | None:
        """What is shown."""
        return self.pictures.rows or self._rows_model.rows

    def show_rows(self, rows: PagedRows | None) -> None:
        """Show rows, or none; called again, it shows that others are looked at."""
        has_pictures = rows is not None and rows.shape.has_pictures
        table, gallery = self._rows_model, self.pictures
        self.table.setVisible(not has_pictures)
        self.gallery.setVisible(has_pictures)
        # One of the two lets go of the rows before the other takes them up.
        first, second = (table, gallery) if has_pictures else (gallery, table)
        first.show_rows(None)
        second.show_rows(rows)

    def show_row(self, number: int) -> None:
        """Scroll to a row, select it, and go there with the keyboard too."""
        if self.pictures.rows is not None:
            self.gallery.show_picture(number)
        else:
            self.table.show_row(number)

    def _enlarge(self, number: int) -> None:
        dialog = PictureDialog(
            self._theme, self.pictures, self._details, self._read_large, self._errands,
            self.window(),
        )  # fmt: skip
        dialog.finished.connect(lambda _: self.gallery.show_picture(dialog.number))
        dialog.show_picture(number)
        dialog.open()


_WIDTH = 260


class _Choice(NamedTuple):
    """Which samples are shown, and how many those are."""

    view: View
    number: int


class LabelFilter(Choice):
    """One entry a label, with how many samples have it.

    Attributes:
        chosen: emitted with the view and the number of its samples.
    """

    chosen = Signal(View, int)

    def __init__(self) -> None:
        super().__init__()
        self._choices: list[_Choice] = []
        self.setAccessibleName(tr("Which pictures to show"))
        self.setFixedWidth(_WIDTH)
        self.activated.connect(self._choose)

    def show_report(self, report: Report) -> None:
        """Offer what there is in checked data; all of it is shown."""
        self.clear()
        self._choices = []
        self._offer(tr("All"), View(), report.rows)
        if left_out := report.rows - report.usable_rows:
            self._offer(tr("Left out"), View(is_left_out=True), left_out)
        for place, (label, number) in enumerate(report.balance.items()):
            if number:
                self._offer(inert(label, longest=40), View(truth=place), number)

    def show_predictions(self, labels: Sequence[str], counts: Sequence[int], rows: int) -> None:
        """Offer each label that was predicted, with how often; all rows are shown."""
        self.clear()
        self._choices = []
        self._offer(tr("All"), View(), rows)
        for place, (label, number) in enumerate(zip(labels, counts, strict=True)):
            if number:
                self._offer(inert(label, longest=40), View(prediction=place), number)

    def _offer(self, words: str, view: View, number: int) -> None:
        self._choices.append(_Choice(view, number))
        self.addItem(f"{words} ({count(number)})")

    def _choose(self, place: int) -> None:
        self.chosen.emit(*self._choices[place])

    def choose_all(self) -> None:
        """Go back to all of them."""
        if self.currentIndex() > 0:
            self.setCurrentIndex(0)
            self._choose(0)
