"""The models of this machine, for a table that can be searched and sorted."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
)

from disco_desktop.app.inert_text import inert
from disco_desktop.gui.model_words import company
from disco_desktop.gui.wording import moment, share, size

if TYPE_CHECKING:
    from collections.abc import Sequence

    from disco_desktop.engine.memory.record import ModelRecord

Index = QModelIndex | QPersistentModelIndex
SORT = int(Qt.ItemDataRole.UserRole) + 1
SHARE = int(Qt.ItemDataRole.UserRole) + 2  # a figure between zero and one, to be drawn as a bar


class ModelColumn(IntEnum):
    """What the columns show."""

    NAME = 0
    TASK = 1
    CREATED = 2
    SCHEME = 3
    ACCURACY = 4
    SIZE = 5


class ModelsModel(QAbstractTableModel):
    """One row a model; rows that stay keep their place, so that what is chosen stays chosen."""

    def __init__(self) -> None:
        super().__init__()
        self._records: list[ModelRecord] = []
        self._headers = {
            ModelColumn.NAME: self.tr("Name"),
            ModelColumn.TASK: self.tr("Task"),
            ModelColumn.CREATED: self.tr("Trained"),
            ModelColumn.SCHEME: self.tr("With whom"),
            ModelColumn.ACCURACY: self.tr("Accuracy"),
            ModelColumn.SIZE: self.tr("Size"),
        }

    def show_records(self, records: Sequence[ModelRecord]) -> None:
        """Show these models."""
        wanted = {record.id: record for record in records}
        for first, last in reversed(self._stretches_without(set(wanted))):
            self.beginRemoveRows(QModelIndex(), first, last)
            del self._records[first : last + 1]
            self.endRemoveRows()
        for place, record in enumerate(self._records):
            if record != wanted[record.id]:
                self._records[place] = wanted[record.id]
                self.dataChanged.emit(self.index(place, 0), self.index(place, len(ModelColumn) - 1))
        known = {record.id for record in self._records}
        fresh = [record for record in records if record.id not in known]
        if fresh:
            at = len(self._records)
            self.beginInsertRows(QModelIndex(), at, at + len(fresh) - 1)
            self._records += fresh
            self.endInsertRows()

    def _stretches_without(self, kept: set[str]) -> list[tuple[int, int]]:
        """Return the first and last places of stretches of rows that are not kept."""
        stretches: list[tuple[int, int]] = []
        for place, record in enumerate(self._records):
            if record.id in kept:
                continue
            if stretches and stretches[-1][1] == place - 1:
                stretches[-1] = (stretches[-1][0], place)
            else:
                stretches.append((place, place))
        return stretches

    def model_id(self, row: int) -> str:
        """Return a row's model."""
        return self._records[row].id

    def row_of(self, model_id: str) -> int | None:
        """Return a model's row."""
        return next(
            (row for row, record in enumerate(self._records) if record.id == model_id), None
        )

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008
        """Return how many models there are."""
        return 0 if parent.isValid() else len(self._records)

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
        """Return what is shown, sorted by or read aloud."""
        if not index.isValid():
            return None
        record, column = self._records[index.row()], ModelColumn(index.column())
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._shown(record, column)
            case Qt.ItemDataRole.ToolTipRole if column in (ModelColumn.NAME, ModelColumn.TASK):
                return self._shown(record, column)
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(column)
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{self._headers[column]}: {self._shown(record, column)}"
            case _ if role == SORT:
                return _sorted_by(record, column)
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
            return record.metrics.accuracy if record.metrics else -1.0
        case ModelColumn.SIZE:
            return record.size


class FoundModels(QSortFilterProxyModel):
    """The models whose name or task has all the words that are looked for, sorted."""

    def __init__(self, models: ModelsModel) -> None:
        super().__init__()
        self._words: list[str] = []
        self._models = models
        self.setSourceModel(models)
        self.setSortRole(SORT)
        self.setDynamicSortFilter(True)
        self.sort(ModelColumn.CREATED, Qt.SortOrder.DescendingOrder)

    def look_for(self, text: str) -> None:
        """Show only the models that have these words."""
        self.beginFilterChange()
        self._words = text.casefold().split()
        self.endFilterChange(QSortFilterProxyModel.Direction.Rows)

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:  # noqa: N802
        """Tell whether a model has all the words."""
        if not self._words:
            return True
        model = self._models
        shown = " ".join(
            str(model.index(source_row, column).data()).casefold()
            for column in (ModelColumn.NAME, ModelColumn.TASK)
        )
        return all(word in shown for word in self._words)
