"""The models of this machine, for a table that can be searched and sorted."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
)

from disco_desktop.app.words.inert_text import inert
from disco_desktop.gui.wording import company, moment, share, size
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from disco_desktop.engine.memory.record import ModelRecord

Index = QModelIndex | QPersistentModelIndex
SHARE = int(Qt.ItemDataRole.UserRole) + 1  # a figure between zero and one, to be drawn as a bar


class ModelColumn(IntEnum):
    """What the columns show."""

    NAME = 0
    TASK = 1
    CREATED = 2
    SCHEME = 3
    ACCURACY = 4
    SIZE = 5


class ModelsModel(QAbstractTableModel):
    """One row a model that has the words looked for, sorted.

    It sorts by itself: Qt's own proxy would ask for a thousand models' texts ten thousand times.
    Rows that stay keep their place in a selection.
    """

    def __init__(self) -> None:
        super().__init__()
        self._records: Sequence[ModelRecord] = ()
        self._rows: list[ModelRecord] = []
        self._words: list[str] = []
        self._column = ModelColumn.CREATED
        self._order = Qt.SortOrder.DescendingOrder
        self._headers = {
            ModelColumn.NAME: tr("Name"),
            ModelColumn.TASK: tr("Task"),
            ModelColumn.CREATED: tr("Trained"),
            ModelColumn.SCHEME: tr("Participants"),
            ModelColumn.ACCURACY: tr("Accuracy"),
            ModelColumn.SIZE: tr("Size"),
        }

    @property
    def is_empty(self) -> bool:
        """Whether there is no model at all, whatever is looked for."""
        return not self._records

    def show_records(self, records: Sequence[ModelRecord]) -> None:
        """Show these models."""
        self._records = records
        wanted = {record.id: record for record in records if self._is_found(record)}
        for first, last in reversed(self._stretches_without(set(wanted))):
            self.beginRemoveRows(QModelIndex(), first, last)
            del self._rows[first : last + 1]
            self.endRemoveRows()
        for place, record in enumerate(self._rows):
            if record != wanted[record.id]:
                self._rows[place] = wanted[record.id]
                self.dataChanged.emit(self.index(place, 0), self.index(place, len(ModelColumn) - 1))
        known = {record.id for record in self._rows}
        fresh = [record for record in wanted.values() if record.id not in known]
        if fresh:
            at = len(self._rows)
            self.beginInsertRows(QModelIndex(), at, at + len(fresh) - 1)
            self._rows += self._sorted(fresh)
            self.endInsertRows()
        self._sort_rows()

    def _stretches_without(self, kept: set[str]) -> list[tuple[int, int]]:
        """Return the first and last places of stretches of rows that are not kept."""
        stretches: list[tuple[int, int]] = []
        for place, record in enumerate(self._rows):
            if record.id in kept:
                continue
            if stretches and stretches[-1][1] == place - 1:
                stretches[-1] = (stretches[-1][0], place)
            else:
                stretches.append((place, place))
        return stretches

    # --- searching and sorting

    def look_for(self, text: str) -> None:
        """Show only the models whose name and task have all these words; nothing stays selected."""
        self.beginResetModel()
        self._words = text.casefold().split()
        self._rows = self._sorted(record for record in self._records if self._is_found(record))
        self.endResetModel()

    def _is_found(self, record: ModelRecord) -> bool:
        text = f"{record.name}\n{record.task_title}".casefold()
        return all(word in text for word in self._words)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; what is equal stays in the order in which it was."""
        self._column, self._order = ModelColumn(column), order
        self._sort_rows()

    def _sorted(self, records: Iterable[ModelRecord]) -> list[ModelRecord]:
        return sorted(
            records,
            key=lambda record: _sorted_by(record, self._column),
            reverse=self._order == Qt.SortOrder.DescendingOrder,
        )

    def _sort_rows(self) -> None:
        rows = self._sorted(self._rows)
        if all(new is old for new, old in zip(rows, self._rows, strict=True)):
            return
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        chosen = [self._rows[index.row()].id for index in before]
        self._rows = rows
        places = {record.id: place for place, record in enumerate(rows)}
        after = [
            self.index(places[model_id], index.column())
            for index, model_id in zip(before, chosen, strict=True)
        ]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    # --- rows

    def model_id(self, row: int) -> str:
        """Return a row's model."""
        return self._rows[row].id

    def row_of(self, model_id: str) -> int | None:
        """Return a model's row."""
        return next((row for row, record in enumerate(self._rows) if record.id == model_id), None)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008
        """Return how many models there are."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(ModelColumn)

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return a column's name."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(ModelColumn):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._headers[ModelColumn(section)]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(ModelColumn(section))
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what is shown or read aloud."""
        if not index.isValid():
            return None
        record, column = self._rows[index.row()], ModelColumn(index.column())
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._shown(record, column)
            case Qt.ItemDataRole.ToolTipRole if column in (ModelColumn.NAME, ModelColumn.TASK):
                return self._shown(record, column)
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(column)
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{self._headers[column]}: {self._shown(record, column)}"
            case _ if role == SHARE and column == ModelColumn.ACCURACY:
                return record.metrics.accuracy if record.metrics else None
        return None

    def _shown(self, record: ModelRecord, column: ModelColumn) -> str:
        match column:
            case ModelColumn.NAME:
                return inert(record.name)
            case ModelColumn.TASK:
                return inert(record.task_title)
            case ModelColumn.CREATED:
                return moment(record.created)
            case ModelColumn.SCHEME:
                return company(record)
            case ModelColumn.ACCURACY:
                return share(record.metrics.accuracy if record.metrics else None)
            case ModelColumn.SIZE:
                return size(record.size)


def _alignment(column: ModelColumn) -> Qt.AlignmentFlag:
    is_number = column in (ModelColumn.ACCURACY, ModelColumn.SIZE)
    side = Qt.AlignmentFlag.AlignRight if is_number else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _sorted_by(record: ModelRecord, column: ModelColumn) -> str | int | float:
    match column:
        case ModelColumn.NAME:
            return record.name.casefold()
        case ModelColumn.TASK:
            return record.task_title.casefold()
        case ModelColumn.CREATED:
            return record.created
        case ModelColumn.SCHEME:
            return 1 if record.scheme == "local" else record.participants
        case ModelColumn.ACCURACY:
            accuracy = record.metrics.accuracy if record.metrics else None
            return -1.0 if accuracy is None else accuracy
        case ModelColumn.SIZE:
            return record.size
