"""What has left and reached this machine, by kind of message, and what is in each kind."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

from msgspec import structs
from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
)

from disco_desktop.app.words.inert_text import inert
from disco_desktop.engine.client.ledger import FRAMING
from disco_desktop.gui.wording import NOTHING, count, size
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from collections.abc import Mapping

    from disco_desktop.engine.client.ledger import Traffic


def known_kinds() -> dict[str, tuple[str, str]]:
    """Return name and content of each kind of message, those that matter most first."""
    return {
        "update": (
            tr("Update"),
            tr("How your model changed in a round: numbers only"),
        ),
        "part of an update": (
            tr("Part of an update"),
            tr("Numbers for the peer that adds them up, masked or not"),
        ),
        "sum of a part": (
            tr("Sum of a part"),
            tr("The sum of all updates, for the part that one peer adds up"),
        ),
        "announcement": (
            tr("Announcement"),
            tr("The size and checksums of the update, and your number of samples"),
        ),
        "model": (tr("Common model"), tr("The combination of all updates of a round")),
        "piece digests": (tr("Checksums"), tr("To verify that the model arrives undamaged")),
        "hello": (
            tr("Hello"),
            tr("Your public key for this task, and which task it is"),
        ),
        "challenge": (tr("Challenge"), tr("The server proves its key, and asks for yours")),
        "proof": (tr("Proof"), tr("A signature that proves your key")),
        "welcome": (tr("Welcome"), tr("The state of the training, and a token for uploads")),
        "participants": (tr("Participants"), tr("How many take part")),
        "roster": (tr("Who takes part"), tr("Their network IDs, and what each is doing")),
        "round closed": (tr("End of a round"), tr("A new common model is available")),
        "introduction": (
            tr("Introduction"),
            tr("This computer's addresses and its key"),
        ),
        "peers": (tr("Peers"), tr("The other participants' addresses and keys")),
        "ready": (tr("Ready"), tr("You have finished training, and a number of samples")),
        "attempt": (tr("Start of an exchange"), tr("Who takes part in it")),
        "exchange key": (tr("Exchange key"), tr("A public key for the masks of one exchange")),
        "promise": (tr("Commitment"), tr("Checksums of the masked values to come")),
        "digest": (tr("Comparison"), tr("The checksum of your resulting model")),
        "outcome": (tr("Outcome"), tr("The checksum of the new model, or that there is none")),
        "voided": (tr("Failed exchange"), tr("An exchange failed, and why")),
        "pause": (tr("Pause"), tr("The others need not wait for you")),
        "resume": (tr("Resume"), tr("You are training again")),
        "leave": (tr("Leave"), tr("You have left")),
        "refused": (tr("Refusal"), tr("Why the server does not let you take part")),
        "trouble": (tr("Problem"), tr("Why the server cannot continue at the moment")),
        FRAMING: (
            tr("Framing and encryption"),
            tr("HTTP, WebSocket and TLS overhead of all messages"),
        ),
    }


def words_for(kind: str) -> tuple[str, str]:
    """Return name and content of a kind of message, a newer one's too."""
    return known_kinds().get(kind, (kind, tr("A message of an unknown kind")))


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
            TrafficColumn.KIND: tr("Message"),
            TrafficColumn.CONTENT: tr("Content"),
            TrafficColumn.SENT: tr("Sent"),
            TrafficColumn.MESSAGES_SENT: tr("Count"),
            TrafficColumn.RECEIVED: tr("Received"),
            TrafficColumn.MESSAGES_RECEIVED: tr("Count"),
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
