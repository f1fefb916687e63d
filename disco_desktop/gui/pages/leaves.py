"""What leaves this machine: every byte, by kind of message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QGridLayout, QHeaderView, QLabel, QWidget

from disco_desktop.app.words.inert_text import inert
from disco_desktop.engine.client.ledger import FRAMING
from disco_desktop.gui.item_models.traffic import TrafficColumn, TrafficModel, known_kinds
from disco_desktop.gui.pages.page import Page
from disco_desktop.gui.theme.theme import icon
from disco_desktop.gui.theme.tokens import LARGE, MEDIUM, SMALL
from disco_desktop.gui.widgets.card import Card, StatCard, column, row
from disco_desktop.gui.widgets.data_table import PlainTable
from disco_desktop.gui.widgets.notice import Placeholder
from disco_desktop.gui.widgets.text import Facts, Text
from disco_desktop.gui.wording import NOTHING, count, counted, size
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from disco_desktop.app.training.session import CurrentSession, Session
    from disco_desktop.gui.main_window import Navigator
    from disco_desktop.gui.theme.theme import Theme

_FRAME = 200  # milliseconds between two pictures of figures that grow
_NARROW = 860
_BYTES = {"fp32": 4, "bf16": 2}  # a number, as it travels


class LeavesPage(Page):
    """What never leaves, and a live account of what does."""

    name = "leaves"
    belongs_to = "leaves"

    def __init__(self, theme: Theme, navigator: Navigator, current: CurrentSession) -> None:
        super().__init__(
            tr("Privacy log"),
            tr("Every byte that a training sends and receives, as it happens."),
        )
        self._theme = theme
        self._current = current
        self._picture = QLabel()
        self._cards = {
            "sent": StatCard(tr("Sent")),
            "updates": StatCard(tr("Updates sent")),
            "received": StatCard(tr("Received")),
        }
        self._traffic = TrafficModel()
        self._title = Text(size="strong")
        self._framing = Text(tone="muted", size="small")
        self._update = Facts()
        to_tasks = QAction(tr("&Choose a task"), self)
        to_tasks.setStatusTip(tr("Choose what to train"))
        to_tasks.triggered.connect(lambda: navigator.go("tasks"))
        self._none = Placeholder(theme, "shield", "", "", to_tasks)
        self._compose()
        self._frame = QTimer(self)
        self._frame.setSingleShot(True)
        self._frame.setInterval(_FRAME)
        self._frame.timeout.connect(self._draw)
        current.observe(self._soon)
        theme.changed.connect(self._paint)
        self._paint()
        self._draw()

    def _compose(self) -> None:
        promise = column(
            Text(tr("Your files never leave this computer."), size="heading"),
            Text(tr(
                "They are read and used here. No row, picture, text or file name is part of "
                "any message below."
            )),
            Text(tr(
                "What is sent does depend on your data: an update is a list of numbers by "
                "which your model changed. With great skill, someone who sees a single "
                "update may learn something about the data behind it: the fewer samples and "
                "the larger the model, the more. A server that makes the common model sees "
                "it; peer to peer, each participant sees a part of it; with masks, nobody "
                "does."
            ), tone="muted"),
            spacing=SMALL,
        )  # fmt: skip
        said = row(self._picture, promise, spacing=MEDIUM)
        said.setStretch(1, 1)
        cards = QGridLayout()
        cards.setSpacing(SMALL)
        for place, card in enumerate(self._cards.values()):
            cards.addWidget(card, 0, place)
            cards.setColumnStretch(place, 1)
        self._table = table = PlainTable(
            self._traffic,
            tr("Messages by kind"),
            stretched=TrafficColumn.CONTENT,
            most_rows=len(known_kinds()),
        )
        for part, width in ((TrafficColumn.SENT, 96), (TrafficColumn.RECEIVED, 96),
                            (TrafficColumn.MESSAGES_SENT, 68),
                            (TrafficColumn.MESSAGES_RECEIVED, 68)):  # fmt: skip
            # Figures that grow must not make the columns jump.
            table.horizontalHeader().setSectionResizeMode(part, QHeaderView.ResizeMode.Fixed)
            table.horizontalHeader().resizeSection(part, width)
        self._account = QWidget()
        self._account.setLayout(
            column(
                self._title, cards,
                Card(column(table, self._framing, spacing=SMALL)),
                Card(column(Text(tr("Your last update"), size="strong"), self._update,
                            spacing=MEDIUM), margin=LARGE),
                spacing=MEDIUM,
            )
        )  # fmt: skip
        self.add(Card(said, margin=LARGE), self._account, self._none, None)

    def _paint(self) -> None:
        colour = self._theme.tokens.success
        self._picture.setPixmap(icon("shield", colour, size=40).pixmap(40, 40))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Leave out how often each was sent where there is no room for it."""
        is_narrow = event.size().width() < _NARROW
        for part in (TrafficColumn.MESSAGES_SENT, TrafficColumn.MESSAGES_RECEIVED):
            self._table.setColumnHidden(part, is_narrow)
        super().resizeEvent(event)

    def entered(self, subject: str) -> None:
        """Show the figures as they are now."""
        self._draw()

    def _soon(self) -> None:
        if not self._frame.isActive() and self.isVisible():
            self._frame.start()

    def _draw(self) -> None:
        session = self._current.session
        traffic = session.traffic if session is not None else {}
        self._account.setVisible(bool(traffic))
        self._none.setVisible(not traffic)
        if session is None:
            self._none.say(
                tr("Nothing has been sent"),
                tr("The log starts with the first training since Disco was opened."),
            )
        elif not traffic:
            is_alone = session.folder.plan.scheme == "local"
            self._none.say(
                tr("Nothing has been sent"),
                tr("This training exchanges nothing with anyone.") if is_alone
                else tr("Nothing was sent yet."),
            )  # fmt: skip
        else:
            self._draw_account(session)

    def _draw_account(self, session: Session) -> None:
        traffic, task = session.traffic, session.folder.plan.task
        title = inert(task.display.title)
        more = tr("{title}: the current training, as your participant")
        if not session.is_under_way:
            more = tr("{title}: the latest training, as your participant")
        self._title.setText(more.format(title=title))
        sent = sum(kind.bytes_sent for kind in traffic.values())
        received = sum(kind.bytes_received for kind in traffic.values())
        updates = traffic.get("update") or traffic.get("part of an update")
        self._cards["sent"].show_value(size(sent), tr("in total"))
        self._cards["received"].show_value(size(received), tr("in total"))
        rounds = [ended for ended in session.log.participants[0].rounds if ended.is_counted]
        self._cards["updates"].show_value(
            size(updates.bytes_sent) if updates else NOTHING,
            counted(len(rounds), "{count} round counted", "{count} rounds counted"),
        )
        self._traffic.show_traffic(traffic)
        counted_here = tr(
            "Counted at the sockets, including framing and encryption. Browsing a server's "
            "tasks only asks for its list, which contains nothing of yours and is not "
            "counted here."
        )
        not_counted = tr(
            "Framing and encryption (HTTP, WebSocket, TLS) are not counted on this system; "
            "they add a few percent."
        )
        self._framing.setText(counted_here if FRAMING in traffic else not_counted)
        self._draw_update(session, rounds[-1].round if rounds else None)

    def _draw_update(self, session: Session, last: int | None) -> None:
        task = session.folder.plan.task
        width = _BYTES[task.collaboration.codec]
        self._update.show_facts([
            (tr("Round"), count(last) if last else tr("none finished yet")),
            (tr("Content"), tr(
                "{number}, one for each weight of the model: how much it changed"
            ).format(number=counted(task.elements, "{count} number", "{count} numbers"))),
            (tr("Size"), tr("{size}, {bits} bits per number").format(
                size=size(task.elements * width), bits=8 * width)),
            (tr("Sent with it"), tr(
                "the order of magnitude of your number of training samples, as its weight"
            ) if task.collaboration.is_secure else tr(
                "your number of training samples, as its weight"
            )),
        ])  # fmt: skip
