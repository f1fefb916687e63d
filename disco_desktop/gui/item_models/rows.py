"""The rows of a table in another process, as many as there may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from disco_desktop.app.words.inert_text import inert
from disco_desktop.app.words.sentences import cell_sentence
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from disco_desktop.app.processes.assistant_messages import Row
    from disco_desktop.app.processes.paged_rows import PagedRows

Index = QModelIndex | QPersistentModelIndex
CellTone: TypeAlias = Literal["", "muted", "filled", "warning", "danger", "success"]

TONE = int(Qt.ItemDataRole.UserRole) + 1
IS_FIGURE = int(Qt.ItemDataRole.UserRole) + 2

_READING = "…"


@dataclass(frozen=True)
class LeadingColumn:
    """A column before those of the data: its title, and what it says of a row."""

    title: str
    text: Callable[[Row], str]
    tone: Callable[[Row], CellTone] = lambda row: ""
    is_figure: bool = False


class RowsModel(QAbstractTableModel):
    """Shows what has been read, and has read what is looked at.

    Attributes:
        page_arrived: emitted when rows that were looked at have been read.
    """

    page_arrived = Signal()

    def __init__(self, leading: Sequence[LeadingColumn] = ()) -> None:
        super().__init__()
        self._leading = leading
        self._rows: PagedRows | None = None
        self._columns: Sequence[str] = ()
        self._count = 0

    def lead_with(self, leading: Sequence[LeadingColumn]) -> None:
        """Say other things of each row, before the columns of the data."""
        self.beginResetModel()
        self._leading = leading
        self.endResetModel()

    def show_rows(self, rows: PagedRows | None) -> None:
        """Show rows, or none; called again, it shows that others are looked at."""
        self.beginResetModel()
        if self._rows is not None and self._rows is not rows:
            self._rows.arrived = lambda first, last: None
        self._rows = rows
        self._columns = rows.shape.columns if rows else ()
        self._count = rows.count if rows else 0
        if rows is not None:
            rows.arrived = self._arrived
        self.endResetModel()

    @property
    def rows(self) -> PagedRows | None:
        """What is shown."""
        return self._rows

    def _arrived(self, first: int, last: int) -> None:
        last = min(last, self._count - 1)
        if first <= last and self.columnCount():
            self.dataChanged.emit(self.index(first, 0), self.index(last, self.columnCount() - 1))
            self.headerDataChanged.emit(Qt.Orientation.Vertical, first, last)
        self.page_arrived.emit()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008
        """Return how many rows are looked at."""
        return 0 if parent.isValid() else self._count

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008
        """Return how many columns are shown."""
        if parent.isValid() or self._rows is None:
            return 0
        return len(self._leading) + len(self._columns)

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return a column's name, or where a row stands in its file."""
        if self._rows is None or section < 0:
            return None
        if orientation == Qt.Orientation.Vertical:
            return self._row_header(section, role)
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        if section < len(self._leading):
            return self._leading[section].title
        place = section - len(self._leading)
        return inert(self._columns[place]) if place < len(self._columns) else None

    def _row_header(self, section: int, role: int) -> Any:
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        if self._rows is None:
            return None
        # A view asks for the headers of many rows that it does not show, to see how wide they are.
        row = self._rows.known_row(section)
        if role == Qt.ItemDataRole.DisplayRole:
            return str(row.number) if row is not None and row.number else _READING
        if row is None:
            return None
        is_line = self._rows.shape.numbering == "line"
        words = tr("Line {number}") if is_line else tr("Row {number}")
        return words.format(number=row.number)

    def _row(self, number: int) -> Row | None:
        if self._rows is None or not 0 <= number < self._count:
            return None
        return self._rows.row(number)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text, what is the matter with it, and how it is drawn."""
        if not index.isValid():
            return None
        if role == IS_FIGURE:
            return index.column() < len(self._leading) and self._leading[index.column()].is_figure
        if role not in (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.ToolTipRole,
            Qt.ItemDataRole.AccessibleDescriptionRole,
            TONE,
        ):
            return None
        row = self._row(index.row())
        if row is None:
            return _READING if role == Qt.ItemDataRole.DisplayRole else None
        place = index.column() - len(self._leading)
        if place < 0:
            return self._leading_data(self._leading[index.column()], row, role)
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._cell(row, place)
            case _ if role == TONE:
                return _tone(row, place)
        return self._remark(row, place)

    def _leading_data(self, column: LeadingColumn, row: Row, role: int) -> Any:
        if role == TONE:
            return column.tone(row)
        return column.text(row) if role == Qt.ItemDataRole.DisplayRole else None

    def _cell(self, row: Row, place: int) -> str:
        if place < len(row.cells):
            return row.cells[place]
        return tr("unreadable") if place == 0 else ""

    def _remark(self, row: Row, place: int) -> str | None:
        if code := row.marks.get(place):
            return cell_sentence(code)
        if not row.cells:
            return tr("This row cannot be read.")
        return None if row.is_used else tr("This row is left out.")


def _tone(row: Row, place: int) -> CellTone:
    code = row.marks.get(place)
    if not row.cells:
        return "danger"
    if code is None:
        return "" if row.is_used else "muted"
    if code in ("cell_far_out", "category_filled_own", "column_unknown"):
        return "warning"
    if code in ("column_empty", "values_respelt") or code.startswith("cells_filled"):
        return "filled"
    return "danger"
