"""Training: with whom, how it goes, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QProgressBar, QRadioButton, QWidget

from disco_desktop.app.words.sentences import event_sentence, sentence, session_sentence
from disco_desktop.engine.task.text import TextData
from disco_desktop.gui.data_words import achieved, typical_error
from disco_desktop.gui.dialogs.peer import PeerDialog
from disco_desktop.gui.pages.page import Page
from disco_desktop.gui.plots.live_plot import LivePlot
from disco_desktop.gui.theme.tokens import LARGE, MEDIUM, SMALL, WIDE_CONTENT
from disco_desktop.gui.widgets.buttons import ActionButton, CommandButtons
from disco_desktop.gui.widgets.card import Card, StatCard, column, row
from disco_desktop.gui.widgets.log_view import LogView, TrainingLogModel
from disco_desktop.gui.widgets.notice import Notice
from disco_desktop.gui.widgets.participants_table import ParticipantsTable
from disco_desktop.gui.widgets.peers import PeerRound
from disco_desktop.gui.widgets.text import Badge, Text
from disco_desktop.gui.wording import NOTHING, count, counted, duration, figure, perplexity, size
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from disco_desktop.app.training.known_keys import KnownKeys
    from disco_desktop.app.training.selection import Company, Journey
    from disco_desktop.app.training.session import CurrentSession, Session
    from disco_desktop.app.training.session_state import SessionState
    from disco_desktop.gui.background_tasks import Errands
    from disco_desktop.gui.theme.theme import Theme
    from disco_desktop.gui.widgets.text import Tone

_BELOW = (2, 3)  # shares of the width: of the participants, and of the log
_FRAME = 50  # milliseconds between two pictures of a running training

_TONES: dict[SessionState, Tone] = {
    "training": "accent",
    "sharing": "accent",
    "waiting for participants": "warning",
    "meeting peers": "accent",
    "reconnecting": "warning",
    "paused": "warning",
    "finished": "success",
    "failed": "danger",
}


class TrainPage(Page):
    """Start, watch, pause and stop a training; at its end, what was achieved and what is next."""

    name = "train"
    belongs_to = "tasks"
    widest = WIDE_CONTENT
    start = Signal()
    pause = Signal()
    resume = Signal()
    stop = Signal()
    go_on = Signal()
    test_model = Signal(str)
    use_model = Signal(str)
    show_model = Signal(str)

    def __init__(
        self, theme: Theme, current: CurrentSession, keys: KnownKeys, errands: Errands
    ) -> None:
        super().__init__(" ", "")
        self._theme = theme
        self._current = current
        self._keys = keys
        self._errands = errands
        self._journey: Journey | None = None
        self._can_go_on = False
        self._shown: Session | None = None
        self._make_actions()
        self._state = Badge()
        self._status = Text(size="heading")
        self._notice = Notice(theme)
        self._end = self._make_end()
        self._choices = self._make_choices()
        self._bar = QProgressBar()
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(tr("Progress of the training"))
        self._cards = {
            "round": StatCard(tr("Round")),
            "epoch": StatCard(tr("Epoch")),
            "batch": StatCard(tr("Batch")),
            "participants": StatCard(tr("Participants")),
            "left": StatCard(tr("Time remaining")),
            "waited": StatCard(tr("Time waiting for others")),
            "sent": StatCard(tr("Sent")),
            "received": StatCard(tr("Received")),
        }
        self._loss = LivePlot(theme, tr("Loss"))
        self._accuracy = LivePlot(theme, tr("Accuracy"), is_share=True)
        self._log = TrainingLogModel()
        self._log_view = LogView(self._log)
        self._participants = ParticipantsTable(theme, keys)
        self._participants.opened.connect(self._show_peer)
        self._peer_round = PeerRound(theme)
        self._compose()
        self._frame = QTimer(self)
        self._frame.setSingleShot(True)
        self._frame.setInterval(_FRAME)
        self._frame.timeout.connect(self._draw)
        self._clock = QTimer(self)
        self._clock.setInterval(1_000)
        self._clock.timeout.connect(self._draw)
        current.observe(self._soon)

    def _make_actions(self) -> None:
        def action(text: str, tip: str, signal: object, shortcut: str = "") -> QAction:
            made = QAction(text, self)
            made.setStatusTip(tip)
            made.triggered.connect(signal)
            if shortcut:
                made.setShortcut(shortcut)
            self.addAction(made)
            return made

        self._start = action(
            tr("&Start training"), tr("Train on your data"), self.start, "Ctrl+Return"
        )
        self._again = action(
            tr("&Start again"), tr("Train on your data"), self.start, "Ctrl+Return"
        )
        self._go_on = action(
            tr("&Continue"), tr("Continue where the training was interrupted"), self.go_on
        )
        self._pause = action(tr("&Pause"), tr("Pause after this batch"), self.pause, "Ctrl+P")
        self._resume = action(tr("&Resume"), tr("Continue the training"), self.resume, "Ctrl+R")
        self._stop = action(tr("S&top"), tr("Leave; you can continue later"), self.stop, "Ctrl+.")

    def _make_choices(self) -> Card:
        """Make the choice of company: with others, practising, or alone."""
        self._company = QButtonGroup(self)
        self._company_text: dict[Company, Text] = {}
        rows = column(Text(tr("Participants"), size="strong"), spacing=SMALL)
        choices: tuple[tuple[Company, str, str], ...] = (
            ("together", tr("Train together"), ""),
            (
                "practice",
                tr("Simulate"),
                tr(
                    "Your data are split among three pretend participants on this computer, "
                    "to show what training together is like."
                ),
            ),
            (
                "alone",
                tr("Train alone"),
                tr("Nothing is exchanged with anyone."),
            ),
        )
        for company, title, text in choices:
            button = QRadioButton(title)
            button.setProperty("company", company)
            button.setAccessibleDescription(text)
            words = Text(text, tone="muted", size="small")
            words.setContentsMargins(LARGE, 0, 0, 0)
            self._company.addButton(button)
            self._company_text[company] = words
            rows.addWidget(button)
            rows.addWidget(words)
        self._company.buttonClicked.connect(self._choose_company)
        return Card(rows, margin=LARGE)

    def _make_end(self) -> Card:
        """Make what is shown at the end of a training that was completed."""
        self._achieved = Text(size="heading")
        self._achieved_more = Text(tone="muted")
        actions = []
        for text, tip, signal in (
            (tr("T&est the model"), tr("See how well it does on other data"),
             self.test_model),
            (tr("&Use the model"), tr("Make predictions with it"), self.use_model),
            (tr("Show in &models"), tr("See its curves, rename or export it"), self.show_model),
        ):  # fmt: skip
            action = QAction(text, self)
            action.setStatusTip(tip)
            action.triggered.connect(lambda _=False, signal=signal: self._with_model(signal))
            actions.append(action)
        buttons = [ActionButton(one, "" if n else "primary") for n, one in enumerate(actions)]
        return Card(
            column(self._achieved, self._achieved_more, row(*buttons, None), spacing=SMALL),
            margin=LARGE,
        )

    def _compose(self) -> None:
        self._commands = CommandButtons(
            {
                self._go_on: "primary",
                self._start: "primary",
                self._again: "",
                self._pause: "",
                self._resume: "primary",
                self._stop: "",
            }
        )
        head = row(column(row(self._state, None), self._status, spacing=SMALL), self._commands)
        head.setStretch(0, 1)
        cards = QGridLayout()
        cards.setSpacing(SMALL)
        for place, card in enumerate(self._cards.values()):
            cards.addWidget(card, place // 4, place % 4)
            cards.setColumnStretch(place % 4, 1)
        self._plot_grid = plots = QGridLayout()
        self._accuracy_card = Card(self._accuracy, margin=SMALL)
        plots.setSpacing(MEDIUM)
        for place, plot in enumerate((Card(self._loss, margin=SMALL), self._accuracy_card)):
            plots.addWidget(plot, 0, place)
            plots.setColumnStretch(place, 1)
        self._live = QWidget()
        self._below = below = QGridLayout()
        below.setSpacing(MEDIUM)
        self._participants_card = Card(self._participants, margin=SMALL)
        for place, share in enumerate(_BELOW):
            below.setColumnStretch(place, share)
        self._is_wide: bool | None = None
        self._arrange_below(is_wide=False)
        self._live.setLayout(
            column(self._bar, cards, plots, below, self._peer_round, spacing=MEDIUM)
        )
        self.add(head, self._notice, self._end, self._live, self._choices, None)

    def _arrange_below(self, *, is_wide: bool) -> None:
        """Put table and log beside each other, or what there is of them below each other."""
        if is_wide is self._is_wide:
            return
        self._is_wide = is_wide
        for widget in (self._participants_card, self._log_view):
            self._below.removeWidget(widget)
        span = 2 if is_wide else 1
        self._below.addWidget(self._participants_card, 0, 0, 1, span)
        self._below.addWidget(self._log_view, int(is_wide), int(not is_wide), 1, span)

    # --- what is shown

    def show_journey(self, journey: Journey, *, together: str, can_go_on: bool = False) -> None:
        """Show a task's training.

        Args:
            journey: what was chosen.
            together: through which server one trains with others.
            can_go_on: whether there is an interrupted training to go on with.
        """
        self._journey = journey
        self._can_go_on = can_go_on
        self._company_text["together"].setText(together)
        self._draw()

    def _choose_company(self) -> None:
        button = self._company.checkedButton()
        if self._journey is not None and button is not None:
            self._journey.choose_company(button.property("company"))
            self._draw()

    def _show_peer(self, node: str) -> None:
        session = self._session
        if session is None:
            return
        dialog = PeerDialog(
            self._theme, self._participants.participants, node, self._keys,
            session.folder.plan.task.id, self._errands, self,
        )  # fmt: skip
        dialog.leave.connect(self.stop)
        dialog.open()

    def _with_model(self, signal: object) -> None:
        session = self._session
        if session is not None and session.finished is not None and session.finished.model:
            signal.emit(session.finished.model.id)  # type: ignore[attr-defined]

    @property
    def _session(self) -> Session | None:
        """The session of the task that is shown."""
        session, journey = self._current.session, self._journey
        if session is None or journey is None or session.folder.plan.task.id != journey.task.id:
            return None
        return session

    def _soon(self) -> None:
        """Draw in a while: events come faster than anybody can see."""
        if not self._frame.isActive():
            self._frame.start()

    def _draw(self) -> None:
        journey, session = self._journey, self._session
        if journey is None:
            return
        if session is not self._shown:
            self._shown = session
            self._loss.clear_curves()
            self._accuracy.clear_curves()
            is_text = isinstance(journey.task.data, TextData)
            self._accuracy.rename(tr("Token accuracy") if is_text else tr("Accuracy"))
            self._log.show_lines(session.lines if session else ())
        has_accuracy = not typical_error(journey.task.data, 0.0)
        self._accuracy_card.setVisible(has_accuracy)
        self._plot_grid.setColumnStretch(1, int(has_accuracy))
        self._draw_head(journey, session)
        is_under_way = session is not None and session.is_under_way
        self._choices.setVisible(not is_under_way)
        self._live.setVisible(session is not None)
        for button in self._company.buttons():
            button.setChecked(button.property("company") == journey.company)
        if is_under_way != self._clock.isActive():
            (self._clock.start if is_under_way else self._clock.stop)()
        if session is not None:
            self._draw_session(session)

    def _draw_head(self, journey: Journey, session: Session | None) -> None:
        state: SessionState = session.state if session else "idle"
        actions = session.actions if session else frozenset(("start",))
        self.title.setText(journey.task.display.title)
        self._state.show_state(session_sentence(state, short=True), _TONES.get(state, ""))
        mine = session.log.participants[0] if session else None
        self._status.setText(
            session_sentence(
                state,
                participants=mine.present if mine else 0,
                minimum=mine.minimum if mine else 0,
            )
        )
        obstacle = {
            "no data": tr("Choose data first."),
            "unusable data": tr("These data cannot be used for training."),
        }.get(journey.obstacle_to_training, "")
        elsewhere = self._current.is_under_way and session is None
        if elsewhere:
            obstacle = tr("Another training is running. Stop it, or wait until it ends.")
        is_again = state in ("finished", "stopped", "failed")
        for start in (self._start, self._again):
            start.setEnabled(not obstacle)
            start.setStatusTip(obstacle or tr("Train on your data"))
        can_go_on = self._can_go_on and "start" in actions and not elsewhere
        commands = {
            self._go_on: can_go_on,
            self._start: "start" in actions and not is_again,
            self._again: "start" in actions and is_again,
            self._pause: "pause" in actions,
            self._resume: "resume" in actions,
            self._stop: "stop" in actions,
        }
        self._commands.offer(*(one for one, is_offered in commands.items() if is_offered))
        self._draw_end(session, obstacle if state == "idle" else "")

    def _draw_end(self, session: Session | None, obstacle: str) -> None:
        """Show how it ended, or why it cannot begin."""
        is_finished = session is not None and session.state == "finished"
        self._end.setVisible(is_finished)
        if session is not None and session.state == "failed" and session.error is not None:
            self._notice.say(sentence(session.error), "danger", details=str(session.error))
        elif session is not None and session.state == "stopped":
            self._notice.say(tr("Stopped. You can continue from here."), "info")
        elif session is not None and session.problems:
            self._tell_problem(session)
        elif obstacle:
            self._notice.say(obstacle, "warning")
        else:
            self._notice.hide()
        if is_finished and session is not None and session.finished is not None:
            reached = session.finished.validation
            self._achieved.setText(achieved(session.folder.plan.task.data, reached))
            rounds = len(session.curves.rounds)
            kept = session.finished.model
            self._achieved_more.setText(
                tr("Trained for {epochs}, with {exchanges}; saved as “{name}”.").format(
                    epochs=counted(len(session.curves.epochs), "{count} epoch", "{count} epochs"),
                    exchanges=counted(rounds, "{count} exchange", "{count} exchanges"),
                    name=kept.name if kept else NOTHING,
                )
            )

    def _tell_problem(self, session: Session) -> None:
        """Say what fails now, the latest first; said already, it is left in peace."""
        words = event_sentence(list(session.problems.values())[-1])
        if words != self._notice.text:
            self._notice.say(words, "warning")

    def _batch_words(self, session: Session, loss: float) -> str:
        if isinstance(session.folder.plan.task.data, TextData):
            return tr("perplexity {number}").format(number=figure(perplexity(loss)))
        return tr("loss {loss}").format(loss=figure(loss))

    def _draw_session(self, session: Session) -> None:
        log = session.log.participants[0]
        plan = session.folder.plan
        rounds = plan.settings(1).rounds
        done = log.rounds[-1].round if log.rounds else 0
        now = log.batch.round if log.batch else done + 1
        is_over = session.state == "finished"
        rounds = max(log.rounds[-1].rounds if log.rounds else rounds, 1)
        self._cards["round"].show_value(f"{count(min(max(now, done), rounds))} / {count(rounds)}")
        epoch = log.batch.epoch if log.batch else 0
        self._cards["epoch"].show_value(f"{count(epoch)} / {count(plan.epochs)}")
        batch = log.batch
        self._cards["batch"].show_value(
            f"{count(batch.batch)} / {count(batch.batches)}" if batch else NOTHING,
            self._batch_words(session, batch.loss) if batch else "",
        )
        present = log.rounds[-1].participants if is_over and log.rounds else log.present
        needed = tr("at least {number}").format(number=log.minimum)
        is_known = log.minimum > 0 and plan.scheme != "local"
        self._cards["participants"].show_value(
            count(present) if present else NOTHING, needed if is_known else ""
        )
        left = 0.0 if is_over else session.time_left.training
        self._cards["left"].show_value(duration(left), tr("not counting waiting"))
        self._cards["waited"].show_value(duration(session.time_left.waited))
        self._cards["sent"].show_value(size(log.bytes_sent), tr("updates, not data"))
        self._cards["received"].show_value(size(log.bytes_received), tr("common models"))
        self._bar.setValue(round(1000 * session.progress))
        curves = session.curves
        for plot, figures in ((self._loss, curves.loss), (self._accuracy, curves.accuracy)):
            if figures.batches:
                plot.show_batches(curves.batch_epochs, figures.batches)
            if figures.training:
                plot.show_epochs(curves.epochs, figures.training, figures.validation)
            plot.show_rounds(curves.rounds)
        self._participants.show_session(session)
        has_table = not self._participants.isHidden()
        self._participants_card.setVisible(has_table)
        # A table of peers has many columns, and a log alone needs no half of the page.
        self._arrange_below(is_wide=plan.scheme == "decentralized" or not has_table)
        self._peer_round.show_session(session)
        self._log.show_lines(session.lines)
