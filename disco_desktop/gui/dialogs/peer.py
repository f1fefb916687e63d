"""One peer: how it is reached, and the code by which its key is confirmed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QFont, QFontDatabase
from PySide6.QtWidgets import QDialog, QLineEdit

from disco_desktop.app.training.known_keys import LONGEST_NAME
from disco_desktop.app.words.sentences import (
    HOW_TO_COMPARE,
    key_changed_sentence,
    key_sentence,
    key_words,
    presence_words,
)
from disco_desktop.gui.item_models.participants import (
    KEY_TONES,
    bytes_words,
    latency_words,
    way_words,
)
from disco_desktop.gui.theme.tokens import LARGE, MEDIUM, SMALL
from disco_desktop.gui.widgets.buttons import ActionButton
from disco_desktop.gui.widgets.card import Card, column, row
from disco_desktop.gui.widgets.notice import Notice
from disco_desktop.gui.widgets.text import Badge, Facts, Text, font_of
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from disco_desktop.app.training.known_keys import KnownKey, KnownKeys, Verdict
    from disco_desktop.app.words.sentences import KeyStanding
    from disco_desktop.gui.background_tasks import Errands
    from disco_desktop.gui.item_models.participants import ParticipantsModel
    from disco_desktop.gui.theme.theme import Theme
    from disco_desktop.gui.widgets.notice import Tone

_WIDTH = 620
_GROUPS_A_LINE = 4

_NOTICES: dict[KeyStanding, Tone] = {
    "unconfirmed": "warning",
    "confirmed": "success",
    "refused": "danger",
    "here": "info",
}


class PeerDialog(QDialog):
    """What is known of a peer, and what a person says of its key; open it with `open()`.

    It follows the table of participants. A peer that has left meanwhile can still be judged: what
    is judged is the key that the dialog was opened with.

    Attributes:
        leave: emitted when the person wants to leave the training.
    """

    leave = Signal()

    def __init__(
        self,
        theme: Theme,
        participants: ParticipantsModel,
        node: str,
        keys: KnownKeys,
        task: str,
        errands: Errands,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(_WIDTH)
        found = participants.find(node)
        assert found is not None  # noqa: S101 - it was chosen in that table
        assert found.peer is not None  # noqa: S101
        self._participants, self._keys, self._errands = participants, keys, errands
        self._node, self._task = node, task
        self._row, self._peer = found, found.peer
        self._title = Text(size="heading")
        self._standing = Badge()
        self._facts = Facts()
        self._notice = Notice(theme)
        self._make_actions()
        self._compose()
        self._draw()
        for signal in (
            participants.dataChanged,
            participants.rowsInserted,
            participants.rowsRemoved,
        ):
            signal.connect(self._draw)
        self.finished.connect(keys.observe(self._draw))

    def _make_actions(self) -> None:
        def action(text: str, tip: str, act: Callable[[], object]) -> QAction:
            made = QAction(text, self)
            made.setStatusTip(tip)
            made.triggered.connect(lambda: act())
            return made

        self.same = action(
            tr("The codes are the &same"),
            tr("Remember on this computer that this key belongs to them"),
            lambda: self._judge("confirmed"),
        )
        self.differ = action(
            tr("They are &different"),
            tr("Remember on this computer not to trust this key"),
            lambda: self._judge("refused"),
        )
        self.forget = action(
            tr("&Forget"),
            tr("Forget this key on this computer"),
            lambda: self._errands.run(self._keys.forget(self._task, self._peer.public_key)),
        )
        self.leave_training = action(
            tr("&Leave the training"), tr("Stop now; you can continue later"), self._leave
        )
        self.close_ = action(tr("&Close"), "", self.accept)

    def _compose(self) -> None:
        self._compare = self._make_comparison()
        head = row(self._title, self._standing)
        head.setStretch(0, 1)
        close = ActionButton(self.close_)
        close.setDefault(True)  # Enter in the field must judge nothing
        foot = row(
            ActionButton(self.forget), ActionButton(self.leave_training, "danger"), None, close
        )
        self._layout = column(
            head, self._facts, self._notice, self._compare, foot, spacing=MEDIUM, margin=LARGE
        )
        self.setLayout(self._layout)

    def _make_comparison(self) -> Card:
        """Make the code, what to do with it, and what a person can say of it."""
        self.code = Text(_in_lines(self._peer.safety_code), is_wrapped=False, is_selectable=True)
        self.code.setFont(_digits_font(self))
        self.code.setProperty("role", "code")
        self.code.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # so that a screen reader comes by
        self.code.setAccessibleName(tr("Safety code: {code}").format(code=self._peer.safety_code))
        known = self._keys.find(self._task, self._peer.public_key)
        self.name = QLineEdit(known.name if known else "")
        self.name.setMaxLength(LONGEST_NAME)
        self.name.setPlaceholderText(tr("For example, the hospital and the person"))
        self.name.setAccessibleName(tr("Your name for them"))
        return Card(
            column(
                Text(tr("Compare the safety code"), size="strong"),
                Text(tr(HOW_TO_COMPARE), tone="muted"),
                row(None, self.code, None),
                Text(tr("Your name for them; it stays on this computer"), size="small"),
                self.name,
                row(None, ActionButton(self.differ, "danger"), ActionButton(self.same, "primary")),
                spacing=SMALL,
            ),
            margin=MEDIUM,
        )

    # --- what is shown

    def _draw(self) -> None:
        """Show what is known by now."""
        is_there = self._take_news()
        known = self._keys.find(self._task, self._peer.public_key)
        standing = self._standing_of(known)
        self.setWindowTitle(self._row.name)
        self._title.setText(self._row.name)
        self._standing.show_state(key_words(standing), KEY_TONES[standing])
        self._show_facts(is_there=is_there)
        self._notice.say(self._said(known, standing), _NOTICES[standing])
        self._compare.setVisible(standing != "here")
        self.differ.setVisible(standing != "refused")
        self.same.setVisible(standing != "confirmed")
        self.forget.setVisible(known is not None)
        self.leave_training.setVisible(standing == "refused")
        self.setFixedHeight(self._layout.totalHeightForWidth(_WIDTH))

    def _take_news(self) -> bool:
        """Take what the table says of the peer now; tell whether it is still there."""
        found = self._participants.find(self._node)
        if found is None or found.peer is None:
            return False
        if found.peer.public_key != self._peer.public_key:
            return False
        self._row, self._peer = found, found.peer
        return True

    def _show_facts(self, *, is_there: bool) -> None:
        does = presence_words(self._row.attendee.presence)
        self._facts.show_facts([
            (tr("Connection"), way_words(self._peer)),
            (tr("State"), does if is_there else tr("Left")),
            (tr("Sent"), bytes_words(self._peer, "sent")),
            (tr("Received"), bytes_words(self._peer, "received")),
            (tr("Round trip"), latency_words(self._peer)),
        ])  # fmt: skip

    def _said(self, known: KnownKey | None, standing: KeyStanding) -> str:
        day = f"{known.at.astimezone():%d %B %Y}".lstrip("0") if known else ""
        said = key_sentence(standing, day=day)
        absent = self._keys.absent(self._task, self._participants.public_keys)
        if standing == "unconfirmed" and absent:
            said += "\n\n" + key_changed_sentence([one.name for one in absent])
        return said

    def _standing_of(self, known: KnownKey | None) -> KeyStanding:
        if self._row.key == "here":
            return "here"
        return "unconfirmed" if known is None else known.verdict

    # --- what is said

    def _judge(self, verdict: Verdict) -> None:
        name = self.name.text().strip() or self._row.name
        self._errands.run(
            self._keys.note(self._task, self._peer.public_key, name=name, verdict=verdict)
        )

    def _leave(self) -> None:
        self.leave.emit()
        self.accept()


def _in_lines(code: str) -> str:
    groups = code.split()
    lines = [groups[at : at + _GROUPS_A_LINE] for at in range(0, len(groups), _GROUPS_A_LINE)]
    return "\n".join("  ".join(line) for line in lines)


def _digits_font(widget: QWidget) -> QFont:
    """Return a font in which all digits are as wide, so that groups stand below each other."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPointSizeF(font_of(widget, "heading").pointSizeF())
    return font
