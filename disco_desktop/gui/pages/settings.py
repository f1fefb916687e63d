"""What a person can set; everything holds at once and is kept."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QAction, QDesktopServices, QStandardItemModel
from PySide6.QtWidgets import (
    QButtonGroup,
    QMessageBox,
    QRadioButton,
    QToolButton,
    QWidget,
)

from disco_desktop.app.library.devices import obstacle_to
from disco_desktop.app.library.profile import clear_cache, clear_damaged, disk_use, memory_folder
from disco_desktop.app.words.inert_text import inert
from disco_desktop.app.words.sentences import sentence
from disco_desktop.gui.pages.page import Page
from disco_desktop.gui.theme.theme import icon
from disco_desktop.gui.theme.tokens import LARGE, MEDIUM, SMALL, TINY
from disco_desktop.gui.widgets.buttons import ActionButton
from disco_desktop.gui.widgets.card import Card, SettingRow, column, line, row
from disco_desktop.gui.widgets.fields import Choice, NumberField, Slider
from disco_desktop.gui.widgets.notice import Notice
from disco_desktop.gui.widgets.peers import PeerSettings
from disco_desktop.gui.widgets.server_form import ServerForm
from disco_desktop.gui.widgets.text import Facts, Text
from disco_desktop.gui.wording import NOTHING, counted, size
from disco_desktop.translation import LANGUAGES, tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from disco_desktop.app.library.devices import Device, Obstacle
    from disco_desktop.app.library.profile import DiskUse
    from disco_desktop.app.library.settings import Preferences, ServerChoice
    from disco_desktop.app.server.in_use import ServerInUse
    from disco_desktop.app.training.session import CurrentSession
    from disco_desktop.gui.background_tasks import Errands
    from disco_desktop.gui.theme.theme import Theme

_CONTROL_WIDTH = 280
_STEP = 10  # percent
_SHOWN_DIGITS = 16


class SettingsPage(Page):
    """Server, training, other participants, appearance and storage."""

    name = "settings"
    belongs_to = "settings"

    def __init__(
        self,
        theme: Theme,
        preferences: Preferences,
        server: ServerInUse,
        current: CurrentSession,
        errands: Errands,
    ) -> None:
        super().__init__(tr("Settings"), tr("Changes apply immediately."))
        self._theme = theme
        self._preferences = preferences
        self._server = server
        self._current = current
        self._errands = errands
        self._shown_servers: tuple[Sequence[ServerChoice], ServerChoice | None] | None = None
        self._is_showing = False
        self._peers = PeerSettings(_CONTROL_WIDTH)
        self._peers.relay_only_chosen.connect(lambda chosen: self._change(relay_only=chosen))
        self._peers.port_chosen.connect(lambda port: self._change(peer_port=port))
        self.add(
            self._make_server_card(),
            self._make_training_card(),
            self._peers,
            self._make_appearance_card(),
            self._make_storage_card(),
            None,
        )
        preferences.observe(self._show)
        server.observe(self._show_server_state)
        current.observe(self._show_whether_servers_can_change)
        theme.changed.connect(self._paint)
        self._show()

    def entered(self, subject: str) -> None:
        """Look at the disk anew."""
        self._errands.run(self._look_at_disk())

    def _change(self, **changes: object) -> None:
        """Change settings that a person has changed, and not ones that are merely shown."""
        if not self._is_showing:
            self._errands.run(self._preferences.change(**changes))

    def _action(self, text: str, tip: str, slot: object) -> QAction:
        made = QAction(text, self)
        made.setStatusTip(tip)
        made.triggered.connect(slot)
        return made

    # --- servers

    def _make_server_card(self) -> Card:
        self._servers = QButtonGroup(self)
        self._server_rows = column(spacing=SMALL)
        self._server_choices = QWidget()
        self._server_choices.setLayout(self._server_rows)
        self._forgetting: list[QToolButton] = []
        self._server_state = Text(tone="muted", size="small")
        self._under_way = Notice(self._theme)
        self._form = ServerForm(self._theme, self._errands)
        self._form.confirmed.connect(self._use_new)
        self._add = QWidget()
        self._add.setLayout(
            column(Text(tr("Join a server"), size="strong"), self._form, spacing=SMALL)
        )
        return Card(
            column(
                Text(tr("Server"), size="heading"),
                Text(tr("It offers the tasks and combines all updates into one model."),
                     tone="muted"),
                self._under_way, self._server_choices, self._server_state, line(), self._add,
                spacing=MEDIUM,
            ),
            margin=LARGE,
        )  # fmt: skip

    def _show_servers(self) -> None:
        settings = self._preferences.current
        shown = (settings.servers, settings.server)
        if shown == self._shown_servers:
            return
        self._shown_servers = shown
        for button in self._servers.buttons():
            self._servers.removeButton(button)
        while (item := self._server_rows.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self._forgetting = []
        self._server_rows.addWidget(self._server_row(None))
        for choice in settings.servers:
            self._server_rows.addWidget(self._server_row(choice))
        self._paint()

    def _server_row(self, choice: ServerChoice | None) -> QWidget:
        in_use = self._preferences.current.server
        if choice is None:
            title = tr("This computer")
            text = tr("The server that comes with Disco: to try it out, and for "
                      "participants on this computer.")  # fmt: skip
        else:
            title = inert(choice.url, longest=100).replace("&", "&&")
            text = tr("signed by an authority that this computer trusts")
            if choice.fingerprint is not None:
                digits = choice.fingerprint[:_SHOWN_DIGITS]
                text = tr("identified by its fingerprint, {digits}…").format(digits=digits)
            elif choice.url.startswith("http:"):
                text = tr("on this computer")
        button = QRadioButton(title)
        button.setAccessibleDescription(text)
        button.setChecked(choice == in_use)
        button.clicked.connect(lambda: self._use(choice))
        self._servers.addButton(button)
        words = Text(text, tone="muted", size="small")
        words.setContentsMargins(LARGE, 0, 0, 0)
        parts = row(column(button, words, spacing=TINY))
        parts.setStretch(0, 1)
        if choice is not None and choice != in_use:
            parts.addWidget(self._forget_button(choice))
        made = QWidget()
        made.setLayout(parts)
        return made

    def _forget_button(self, choice: ServerChoice) -> QToolButton:
        forget = self._action(
            tr("Forget this server"), tr("Remove it from this list"),
            lambda: self._errands.run(self._preferences.forget_server(choice)),
        )  # fmt: skip
        button = QToolButton()
        button.setDefaultAction(forget)
        forget.setParent(button)
        button.setAccessibleName(
            tr("Forget {address}").format(address=inert(choice.url, longest=100))
        )
        self._forgetting.append(button)
        return button

    def _use_new(self, choice: ServerChoice) -> None:
        self._form.start_over()
        self._use(choice)

    def _use(self, choice: ServerChoice | None) -> None:
        self._errands.run(self._change_server(choice))

    async def _change_server(self, choice: ServerChoice | None) -> None:
        try:
            await self._preferences.choose_server(choice)
        finally:
            await self._server.use(choice)

    def _show_server_state(self) -> None:
        server = self._server
        address = inert(server.address.url, longest=100) if server.address else NOTHING
        words = {
            "off": "",
            "starting": tr("The server on this computer is starting."),
            "ready": tr("In use: {address}").format(address=address),
            "failed": sentence(server.error) if server.error is not None else "",
        }
        self._server_state.setText(words[server.state])
        self._server_state.set_tone("danger" if server.state == "failed" else "muted")

    def _show_whether_servers_can_change(self) -> None:
        can_change = not self._current.is_under_way
        for widget in (self._server_choices, self._add):
            widget.setEnabled(can_change)
        if can_change:
            self._under_way.hide()
        elif not self._under_way.text:
            self._under_way.say(
                tr("A training is running. You can change the server when it has ended.")
            )

    # --- training

    def _make_training_card(self) -> Card:
        self._device = Choice()
        self._device.setFixedWidth(_CONTROL_WIDTH)
        self._device.addItem(tr("Automatic"), None)
        why: dict[Obstacle, str] = {
            "no card": tr("no NVIDIA card found"),
            "no support": tr("not included in this installation"),
            "not this system": tr("not available on this system"),
        }
        devices: tuple[tuple[Device, str], ...] = (
            ("cpu", tr("Processor")),
            ("cuda", tr("NVIDIA card (CUDA)")),
            ("mps", tr("Apple graphics (MPS)")),
        )
        for device, title in devices:
            obstacle = obstacle_to(device)
            self._device.addItem(f"{title}: {why[obstacle]}" if obstacle else title, device)
            items = self._device.model()
            if obstacle and isinstance(items, QStandardItemModel):
                items.item(self._device.count() - 1).setEnabled(False)
        self._device.activated.connect(lambda: self._change(device=self._device.currentData()))
        self._share = Slider(Qt.Orientation.Horizontal)
        self._share.setRange(1, 100 // _STEP)
        self._share.setPageStep(2)
        self._share.setTracking(False)
        self._share_words = Text(is_wrapped=False)
        self._share_words.setMinimumWidth(48)
        self._share_words.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._share.valueChanged.connect(lambda value: self._change(machine_share=value * _STEP))
        self._share.sliderMoved.connect(self._say_share)
        share = QWidget()
        share.setLayout(row(self._share, self._share_words))
        share.setFixedWidth(_CONTROL_WIDTH)
        self._patience = NumberField(1, 1440)
        self._patience.setSuffix(tr(" min"))
        self._patience.setFixedWidth(_CONTROL_WIDTH)
        self._patience.valueChanged.connect(lambda value: self._change(patience_minutes=value))
        share_row = SettingRow(
            tr("Share of the processor"),
            tr("How much of it a training may use. Less leaves more for other programs."),
            share,
        )
        self._share.setAccessibleName(tr("Share of the processor"))
        return Card(
            column(
                Text(tr("Training"), size="heading"),
                SettingRow(tr("Device"), tr(
                    "Automatic uses the fastest device available."), self._device),
                line(), share_row, line(),
                SettingRow(tr("Wait for others"), tr(
                    "How long to wait for others before pausing. You can continue later."),
                    self._patience),
                Text(tr("These apply from the next training on."), tone="muted", size="small"),
                spacing=MEDIUM,
            ),
            margin=LARGE,
        )  # fmt: skip

    def _say_share(self, value: int) -> None:
        self._share_words.setText(f"{value * _STEP} %")

    # --- appearance

    def _make_appearance_card(self) -> Card:
        self._theme_choice = Choice()
        self._theme_choice.setFixedWidth(_CONTROL_WIDTH)
        for choice, title in (
            ("system", tr("Same as the system")),
            ("light", tr("Light")),
            ("dark", tr("Dark")),
        ):
            self._theme_choice.addItem(title, choice)
        self._theme_choice.activated.connect(self._choose_theme)
        self._language = Choice()
        self._language.setFixedWidth(_CONTROL_WIDTH)
        self._language.addItem(tr("Same as the system"), "system")
        for code, name in LANGUAGES.items():
            self._language.addItem(name, code)
        self._language.setAccessibleName(tr("Language"))
        self._language.activated.connect(
            lambda: self._change(language=self._language.currentData())
        )
        return Card(
            column(
                Text(tr("Appearance"), size="heading"),
                SettingRow(tr("Theme"), tr("Light or dark."), self._theme_choice),
                line(),
                SettingRow(tr("Language"), tr(
                    "Used when Disco is opened the next time."), self._language),
                spacing=MEDIUM,
            ),
            margin=LARGE,
        )  # fmt: skip

    def _choose_theme(self) -> None:
        choice = self._theme_choice.currentData()
        self._theme.choose(choice)
        self._change(theme=choice)

    # --- storage

    def _make_storage_card(self) -> Card:
        self._use_of_disk = Facts()
        folder = Text(inert(str(memory_folder()), longest=4096), is_selectable=True)
        folder.setAccessibleName(tr("Model folder"))
        open_folder = self._action(
            tr("&Open the folder"), tr("Open the folder with the models"),
            self._open_folder,
        )  # fmt: skip
        self._clear = self._action(
            tr("Clear &damaged files…"),
            tr("Delete the files that could not be read"), self._ask_to_clear,
        )  # fmt: skip
        self._clear.setEnabled(False)
        self._clear_cache = self._action(
            tr("Clear the ca&che"),
            tr("Delete what can be recreated; the next training takes longer to start"),
            lambda: self._errands.run(self._empty_cache()),
        )
        self._clear_cache.setEnabled(False)
        place = row(folder, ActionButton(open_folder), spacing=LARGE)
        place.setStretch(0, 1)
        clear = row(
            Text(tr(
                "Your files are never changed. Decoded pictures and tokenized texts are "
                "kept in a cache on this computer, which can be recreated at any time."
            ), tone="muted", size="small"),
            ActionButton(self._clear_cache), ActionButton(self._clear), spacing=LARGE,
        )  # fmt: skip
        clear.setStretch(0, 1)
        self._show_disk(None)
        return Card(
            column(
                Text(tr("Storage"), size="heading"),
                Text(tr("Models are kept in this folder:"), tone="muted"),
                place, line(), self._use_of_disk, line(), clear, spacing=MEDIUM,
            ),
            margin=LARGE,
        )  # fmt: skip

    async def _look_at_disk(self) -> None:
        self._show_disk(await asyncio.to_thread(disk_use))

    def _show_disk(self, use: DiskUse | None) -> None:
        damaged = NOTHING
        if use is not None:
            files = counted(use.damaged_files, "{count} file", "{count} files")
            damaged = f"{size(use.damaged)}, {files}" if use.damaged_files else tr("none")
        self._use_of_disk.show_facts([
            (tr("Models"), size(use.models) if use else NOTHING),
            (tr("Interrupted trainings"), size(use.trainings) if use else NOTHING),
            (tr("Server on this computer"), size(use.server) if use else NOTHING),
            (tr("Cache"), size(use.cache) if use else NOTHING),
            (tr("Damaged files"), damaged),
        ])  # fmt: skip
        self._clear.setEnabled(use is not None and use.damaged_files > 0)
        self._clear_cache.setEnabled(use is not None and use.cache > 0)

    def _open_folder(self) -> None:
        folder = memory_folder()
        folder.mkdir(parents=True, exist_ok=True)
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    def _ask_to_clear(self) -> None:
        box = QMessageBox(self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setWindowTitle(tr("Clear damaged files"))
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(tr("Delete the damaged files? This cannot be undone."))
        box.addButton(tr("&Clear"), QMessageBox.ButtonRole.AcceptRole)
        keep = box.addButton(tr("&Keep them"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(keep)
        box.accepted.connect(lambda: self._errands.run(self._clear_damaged()))
        box.open()

    async def _clear_damaged(self) -> None:
        await asyncio.to_thread(clear_damaged)
        await self._look_at_disk()

    async def _empty_cache(self) -> None:
        await asyncio.to_thread(clear_cache)
        await self._look_at_disk()

    # --- what is shown

    def _show(self) -> None:
        settings = self._preferences.current
        self._is_showing = True
        self._device.setCurrentIndex(self._device.findData(settings.device))
        self._share.setValue(settings.machine_share // _STEP)
        self._say_share(settings.machine_share // _STEP)
        self._patience.setValue(settings.patience_minutes)
        self._theme_choice.setCurrentIndex(self._theme_choice.findData(settings.theme))
        self._language.setCurrentIndex(max(0, self._language.findData(settings.language)))
        self._peers.show_settings(settings)
        self._show_servers()
        self._is_showing = False
        self._show_server_state()
        self._show_whether_servers_can_change()

    def _paint(self) -> None:
        for button in self._forgetting:
            button.defaultAction().setIcon(icon("close", self._theme.tokens.muted))
