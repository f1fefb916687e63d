"""What has left and reached this machine, by kind of message, for a table."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

from msgspec import structs
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from disco_desktop.app.inert_text import inert
from disco_desktop.engine.client.ledger import FRAMING
from disco_desktop.gui.traffic_words import in_order, words_for
from disco_desktop.gui.wording import NOTHING, count, size

if TYPE_CHECKING:
    from collections.abc import Mapping

    from disco_desktop.engine.client.ledger import Traffic

Index = QModelIndex | QPersistentModelIndex


class TrafficColumn(IntEnum):
    """What the columns show."""

    KIND = 0
    CONTENT = 1
    SENT = 2
    MESSAGES_SENT = 3
    RECEIVED = 4
    MESSAGES_RECEIVED = 5


class TrafficModel(QAbstractTableModel):
    """One row a kind of message; rows are added, and their figures grow."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[tuple[str, Traffic]] = []
        self._headers = {
            TrafficColumn.KIND: self.tr("Message"),
            TrafficColumn.CONTENT: self.tr("What is in it"),
            TrafficColumn.SENT: self.tr("Sent"),
            TrafficColumn.MESSAGES_SENT: self.tr("Times"),
            TrafficColumn.RECEIVED: self.tr("Received"),
            TrafficColumn.MESSAGES_RECEIVED: self.tr("Times"),
        }

    def show_traffic(self, traffic: Mapping[str, Traffic]) -> None:
        """Show these figures."""
        kinds = sorted(traffic, key=in_order)
        rows = [(kind, structs.replace(traffic[kind])) for kind in kinds]
        if kinds != [kind for kind, _ in self._rows]:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()
            return
        for place, fresh in enumerate(rows):
            if fresh != self._rows[place]:
                self._rows[place] = fresh
                last = self.index(place, len(TrafficColumn) - 1)
                self.dataChanged.emit(self.index(place, TrafficColumn.SENT), last)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008
        """Return how many kinds there were."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(TrafficColumn)

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return a column's name."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(TrafficColumn):
            return None
        column = TrafficColumn(section)
        if role == Qt.ItemDataRole.DisplayRole:
            return self._headers[column]
        return _alignment(column) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what is shown or read aloud."""
        if not index.isValid():
            return None
        (kind, traffic), column = self._rows[index.row()], TrafficColumn(index.column())
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._shown(kind, traffic, column)
            case Qt.ItemDataRole.ToolTipRole if column == TrafficColumn.CONTENT:
                return self._shown(kind, traffic, column)
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(column)
        return None

    def _shown(self, kind: str, traffic: Traffic, column: TrafficColumn) -> str:
        name, content = words_for(kind)
        match column:
            case TrafficColumn.KIND:
                return inert(name)
            case TrafficColumn.CONTENT:
                return content
            case TrafficColumn.SENT:
                return size(traffic.bytes_sent) if traffic.bytes_sent else NOTHING
            case TrafficColumn.RECEIVED:
                return size(traffic.bytes_received) if traffic.bytes_received else NOTHING
            case TrafficColumn.MESSAGES_SENT:
                return _times(kind, traffic.messages_sent)
            case TrafficColumn.MESSAGES_RECEIVED:
                return _times(kind, traffic.messages_received)


def _times(kind: str, messages: int) -> str:
    """Write how often; framing goes with every message and is none itself."""
    return NOTHING if kind == FRAMING or not messages else count(messages)


def _alignment(column: TrafficColumn) -> Qt.AlignmentFlag:
    is_figure = column >= TrafficColumn.SENT
    side = Qt.AlignmentFlag.AlignRight if is_figure else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
