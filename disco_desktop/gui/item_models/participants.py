"""Who takes part in a training, for a table whose rows come, change and go one by one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
)

from disco_desktop.app.words.inert_text import inert
from disco_desktop.app.words.sentences import key_words, presence_words
from disco_desktop.gui.item_models.rows import IS_FIGURE, TONE
from disco_desktop.gui.wording import NOTHING, size
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from disco_desktop.app.words.sentences import KeyStanding
    from disco_desktop.engine.client.ledger import PeerState
    from disco_desktop.engine.events import Attendee, Presence
    from disco_desktop.gui.widgets.text import Tone


def runs(places: Iterable[int]) -> list[tuple[int, int]]:
    """Return the first and last of each run of rising places without a gap."""
    found: list[tuple[int, int]] = []
    for place in places:
        if found and found[-1][1] == place - 1:
            found[-1] = found[-1][0], place
        else:
            found.append((place, place))
    return found


Index = QModelIndex | QPersistentModelIndex

MOST_CHANGES = 250  # rows that come or go at once; the rest waits for the next picture

_TONES: dict[Presence, str] = {"contributed": "success", "paused": "muted", "away": "muted"}


@dataclass(frozen=True)
class ParticipantRow:
    """One participant.

    Attributes:
        attendee: what the server says of it.
        name: what it is called in the table.
        peer: how it is reached, where one exchanges with it directly.
        key: what the person knows of its key, where there is a peer.
    """

    attendee: Attendee
    name: str
    peer: PeerState | None = None
    key: KeyStanding = "unconfirmed"


@dataclass(frozen=True)
class ParticipantColumn:
    """What a column shows of each participant.

    Attributes:
        title: of the column.
        words: writes it.
        is_figure: whether it is a number, on the right.
        tone: gives the colour in which it is written; none where it is plain.
    """

    title: str
    words: Callable[[ParticipantRow], str]
    is_figure: bool = False
    tone: Callable[[ParticipantRow], str] | None = None


class ParticipantsModel(QAbstractTableModel):
    """One row a participant, and as many columns as there is to say of them.

    Args:
        further: columns beside those that every training has.
    """

    def __init__(self, further: Sequence[ParticipantColumn] = ()) -> None:
        super().__init__()
        self._rows: list[ParticipantRow] = []
        self._columns = (
            ParticipantColumn(tr("Participant"), lambda row: row.name),
            ParticipantColumn(
                tr("State"),
                lambda row: presence_words(row.attendee.presence),
                tone=lambda row: _TONES.get(row.attendee.presence, ""),
            ),
            ParticipantColumn(tr("Since"), lambda row: _moment(row.attendee.since)),
            *further,
        )

    def show_rows(self, rows: Iterable[ParticipantRow]) -> bool:
        """Show these participants; new ones come at the end, except where all others are older.

        Returns:
            Whether all of it is shown: else this is to be called again in a while.
        """
        wanted = {row.attendee.node: row for row in rows}
        changes = self._remove_others(wanted)
        self._update(wanted)
        known = {row.attendee.node for row in self._rows}
        fresh = [row for node, row in wanted.items() if node not in known]
        some = fresh[: max(MOST_CHANGES - changes, 0)]
        # The person's own row is wanted first, and may become known last.
        first = next(iter(wanted.values()), None)
        if some and self._rows and some[0] is first:
            self._insert(0, some[:1])
            some = some[1:]
        self._insert(len(self._rows), some)
        return set(wanted) == {row.attendee.node for row in self._rows}

    def _remove_others(self, wanted: dict[str, ParticipantRow]) -> int:
        gone = [place for place, row in enumerate(self._rows) if row.attendee.node not in wanted]
        for first, last in reversed(runs(gone[:MOST_CHANGES])):
            self.beginRemoveRows(QModelIndex(), first, last)
            del self._rows[first : last + 1]
            self.endRemoveRows()
        return min(len(gone), MOST_CHANGES)

    def _insert(self, place: int, rows: Sequence[ParticipantRow]) -> None:
        if rows:
            self.beginInsertRows(QModelIndex(), place, place + len(rows) - 1)
            self._rows[place:place] = rows
            self.endInsertRows()

    def _update(self, wanted: dict[str, ParticipantRow]) -> None:
        changed = []
        for place, row in enumerate(self._rows):
            fresh = wanted.get(row.attendee.node, row)
            if fresh is not row and fresh != row:
                self._rows[place] = fresh
                changed.append(place)
        for first, last in runs(changed):
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(self._columns) - 1))

    def row(self, place: int) -> ParticipantRow:
        """Return who is shown at a place."""
        return self._rows[place]

    def find(self, node: str) -> ParticipantRow | None:
        """Return what is known of a participant; nothing where it is not shown."""
        return next((row for row in self._rows if row.attendee.node == node), None)

    @property
    def public_keys(self) -> set[bytes]:
        """The keys of all peers that are shown."""
        return {row.peer.public_key for row in self._rows if row.peer is not None}

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008
        """Return how many take part, as far as they are shown."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(self._columns)

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return a column's title, which stands where its figures do."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self._columns):
            return None
        column = self._columns[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and column.is_figure:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return column.title if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what is shown, its colour, or a participant's whole id."""
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], self._columns[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.words(row)
        if role == Qt.ItemDataRole.ToolTipRole:
            return inert(row.attendee.node) if index.column() == 0 else None
        if role == IS_FIGURE:
            return column.is_figure
        return column.tone(row) if role == TONE and column.tone is not None else None


def _moment(since: float) -> str:
    """Write when something began: the time of today, or the day."""
    try:
        at = datetime.fromtimestamp(since)
    except (ValueError, OverflowError, OSError):
        return ""
    is_today = at.date() == datetime.now().date()
    return f"{at:%H:%M:%S}" if is_today else f"{at.day} {at:%b}, {at:%H:%M}"


KEY_TONES: dict[KeyStanding, Tone] = {
    "confirmed": "success",
    "refused": "danger",
    "unconfirmed": "",
    "here": "muted",
}


def peer_columns() -> tuple[ParticipantColumn, ...]:
    """Return the columns beside those that every training has."""
    return (
        ParticipantColumn(tr("Connection"), lambda row: way_words(row.peer), tone=_tone),
        ParticipantColumn(tr("Round trip"), lambda row: latency_words(row.peer), is_figure=True),
        ParticipantColumn(tr("Sent"), lambda row: bytes_words(row.peer, "sent"), is_figure=True),
        ParticipantColumn(
            tr("Received"), lambda row: bytes_words(row.peer, "received"), is_figure=True
        ),
        ParticipantColumn(tr("Key"), _key, tone=_key_tone),
    )


def way_words(peer: PeerState | None) -> str:
    """Say how a peer is reached."""
    if peer is None:
        return NOTHING
    ways = {"direct": tr("direct"), "relayed": tr("via server"), "memory": tr("direct")}
    return tr("not reachable") if peer.way is None else ways[peer.way]


def _tone(row: ParticipantRow) -> str:
    if row.peer is None:
        return "muted"
    return {"direct": "success", "relayed": "", None: "danger"}.get(row.peer.way, "")


def latency_words(peer: PeerState | None) -> str:
    """Write how long the way there and back is."""
    if peer is None or peer.latency is None:
        return NOTHING
    return tr("{number} ms").format(number=f"{1000 * peer.latency:.1f}")


def bytes_words(peer: PeerState | None, direction: Literal["sent", "received"]) -> str:
    """Say how many bytes went one way."""
    if peer is None:
        return NOTHING
    return size(peer.bytes_sent if direction == "sent" else peer.bytes_received)


def _key(row: ParticipantRow) -> str:
    return NOTHING if row.peer is None else key_words(row.key)


def _key_tone(row: ParticipantRow) -> str:
    return "muted" if row.peer is None else KEY_TONES[row.key]
