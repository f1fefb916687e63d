"""Pictures in another process, as many as there may be, in a grid as wide as there is room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

if TYPE_CHECKING:
    from collections.abc import Callable

    from disco_desktop.app.processes.assistant_messages import Row, Shape
    from disco_desktop.app.processes.paged_rows import PagedRows
    from disco_desktop.gui.widgets.text import Tone

Index = QModelIndex | QPersistentModelIndex

TILE = int(Qt.ItemDataRole.UserRole) + 1
PICTURE = int(Qt.ItemDataRole.UserRole) + 2

_MOST_TILES = 1_000  # whose words are kept
_READING = "…"


@dataclass(frozen=True, kw_only=True)
class Tile:
    """What is said of a picture.

    Attributes:
        title, text: the two lines below it.
        tone, sign: a colour and the icon that says the same to whoever cannot tell colours apart.
        said: all of it in words.
    """

    title: str
    text: str = ""
    tone: Tone = ""
    sign: str = ""
    said: str = ""


TileOf: TypeAlias = "Callable[[Row, Shape], Tile]"


class PicturesModel(QAbstractTableModel):
    """Row by row the pictures that there are; has read what is looked at.

    A grid instead of a list, since Qt's list view lays all items out at once: with a hundred
    thousand of them that takes a second, and a table with rows of one height takes no time.

    Attributes:
        page_arrived: emitted when pictures that were looked at have been read.
    """

    page_arrived = Signal()

    def __init__(self, tile_of: TileOf) -> None:
        super().__init__()
        self._tile_of = tile_of
        self._rows: PagedRows | None = None
        self._count = 0
        self._across = 1
        self._tiles: dict[int, Tile] = {}

    @property
    def rows(self) -> PagedRows | None:
        """What is shown."""
        return self._rows

    @property
    def count(self) -> int:
        """How many pictures are looked at."""
        return self._count

    @property
    def across(self) -> int:
        """How many stand side by side."""
        return self._across

    def show_rows(self, rows: PagedRows | None) -> None:
        """Show pictures, or none; called again, it shows that others are looked at."""
        self.beginResetModel()
        if self._rows is not None and self._rows is not rows:
            self._rows.arrived = lambda first, last: None
        self._rows = rows
        self._count = rows.count if rows else 0
        self._tiles.clear()
        if rows is not None:
            rows.arrived = self._arrived
        self.endResetModel()

    def put_across(self, number: int) -> None:
        """Put so many side by side."""
        if number != self._across:
            self.beginResetModel()
            self._across = number
            self.endResetModel()

    def _arrived(self, first: int, last: int) -> None:
        last = min(last, self._count - 1)
        if first <= last:
            top, bottom = first // self._across, last // self._across
            self.dataChanged.emit(self.index(top, 0), self.index(bottom, self._across - 1))
        self.page_arrived.emit()

    # --- which picture is where

    def place(self, number: int) -> QModelIndex:
        """Return where a picture is."""
        return self.index(*divmod(number, self._across))

    def number(self, index: Index) -> int | None:
        """Return which picture is somewhere; none at the end of the last row, or outside."""
        if not index.isValid():
            return None
        number = index.row() * self._across + index.column()
        return number if number < self._count else None

    def row(self, number: int) -> Row | None:
        """Return what is known of a picture; None while it is being read."""
        if self._rows is None or not 0 <= number < self._count:
            return None
        return self._rows.row(number)

    def tile(self, number: int) -> Tile | None:
        """Return what is said of a picture; None while it is being read."""
        row = self.row(number)
        if row is None or self._rows is None:
            return None
        tile = self._tiles.get(number)
        if tile is None:
            if len(self._tiles) >= _MOST_TILES:
                self._tiles.clear()
            tile = self._tiles[number] = self._tile_of(row, self._rows.shape)
        return tile

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008
        """Return how many lines of pictures there are."""
        return 0 if parent.isValid() else -(-self._count // self._across)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008
        """Return how many pictures stand in a line."""
        return 0 if parent.isValid() else self._across

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let nobody go behind the last picture."""
        if self.number(index) is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a picture, what is drawn below it, or what is read aloud."""
        number = self.number(index)
        if number is None:
            return None
        if role == PICTURE:
            row = self.row(number)
            return row.picture if row is not None else b""
        if role not in (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.ToolTipRole,
            Qt.ItemDataRole.AccessibleTextRole,
            TILE,
        ):
            return None
        tile = self.tile(number)
        if tile is None:
            return None if role == TILE else _READING
        if role == TILE:
            return tile
        return tile.title if role == Qt.ItemDataRole.DisplayRole else tile.said
