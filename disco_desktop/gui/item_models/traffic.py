"""What has left and reached this machine, by kind of message, and what is in each kind."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

from msgspec import structs
from PySide6.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
)

from disco_desktop.app.words.inert_text import inert
from disco_desktop.engine.client.ledger import FRAMING
from disco_desktop.gui.wording import NOTHING, count, size

if TYPE_CHECKING:
    from collections.abc import Mapping

    from disco_desktop.engine.client.ledger import Traffic


def _tr(text: str) -> str:
    return QCoreApplication.translate("TrafficWords", text)


def known_kinds() -> dict[str, tuple[str, str]]:
    """Return name and content of each kind of message, those that matter most first."""
    return {
        "update": (
            _tr("Update"),
            _tr("How your model has changed in a round: numbers only"),
        ),
        "part of an update": (
            _tr("Part of an update"),
            _tr("Numbers for the peer that sums them, masked or plain"),
        ),
        "sum of a part": (
            _tr("Sum of a part"),
            _tr("What the updates of all came to, in the part that one peer sums"),
        ),
        "announcement": (
            _tr("Announcement"),
            _tr("The update's size and check sums, and your number of samples"),
        ),
        "model": (_tr("Common model"), _tr("What all updates of a round were made into")),
        "piece digests": (_tr("Check sums"), _tr("To see that the model arrives undamaged")),
        "hello": (
            _tr("Hello"),
            _tr("Your public key for this task, and which task it is"),
        ),
        "challenge": (_tr("Challenge"), _tr("The server proves its key, and asks for yours")),
        "proof": (_tr("Proof"), _tr("A signature that proves your key")),
        "welcome": (_tr("Welcome"), _tr("How the training stands, and a pass for the uploads")),
        "participants": (_tr("Participants"), _tr("How many take part")),
        "roster": (_tr("Who takes part"), _tr("Their numbers on the network, and what each does")),
        "round closed": (_tr("End of a round"), _tr("That a new common model is there")),
        "introduction": (
            _tr("Introduction"),
            _tr("Where this computer is reached, and its key"),
        ),
        "peers": (_tr("Peers"), _tr("Where the others are reached, and their keys")),
        "ready": (_tr("Ready"), _tr("That you have trained, and a number of samples")),
        "attempt": (_tr("Beginning of an exchange"), _tr("Who takes part in it")),
        "exchange key": (_tr("Exchange key"), _tr("A public key for the masks of one exchange")),
        "promise": (_tr("Promise"), _tr("Check sums of what will be sent under masks")),
        "digest": (_tr("Comparison"), _tr("The check sum of the model that you came to")),
        "outcome": (_tr("Outcome"), _tr("The check sum of the new model, or that there is none")),
        "voided": (_tr("Void exchange"), _tr("That an exchange came to nothing, and why")),
        "pause": (_tr("Pause"), _tr("That the others need not wait for you")),
        "resume": (_tr("Resume"), _tr("That you train again")),
        "leave": (_tr("Leave"), _tr("That you have left")),
        "refused": (_tr("Refusal"), _tr("Why the server does not let you take part")),
        "trouble": (_tr("Trouble"), _tr("Why the server cannot go on at the moment")),
        FRAMING: (
            _tr("Framing and encryption"),
            _tr("HTTP, WebSocket and TLS around all messages"),
        ),
    }


def words_for(kind: str) -> tuple[str, str]:
    """Return name and content of a kind of message, a newer one's too."""
    return known_kinds().get(kind, (kind, _tr("A message that this page has no words for")))


def in_order(kind: str) -> tuple[int, str]:
    """Return what to sort kinds of message by: framing last, unknown ones before it."""
    order = list(known_kinds())
    last = len(order)
    if kind == FRAMING:
        return last, ""
    return (order.index(kind) if kind in order else last - 1), kind


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
