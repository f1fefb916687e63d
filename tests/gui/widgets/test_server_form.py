from __future__ import annotations

import asyncio
import contextlib

import pytest
from PySide6.QtCore import Qt

from disco_desktop.app.library.settings import ServerChoice
from disco_desktop.gui.widgets.server_form import ServerForm
from disco_desktop.server.certificates import own_certificate
from tests.gui.conftest import eventually
from tests.server.running_server import running_server, weights_of


@pytest.fixture
async def form(theme, errands, qtbot):
    made = ServerForm(theme, errands)
    qtbot.addWidget(made)
    made.show()
    made.choices = []
    made.confirmed.connect(made.choices.append)
    return made


@contextlib.asynccontextmanager
async def stranger(folder):
    """A server with a certificate that nobody vouches for; gives its address and certificate."""

    async def handle(reader, writer):
        with contextlib.suppress(ConnectionError, OSError):
            await reader.read(100)
        writer.close()

    certificate = own_certificate(folder, [])
    listener = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=certificate.context)
    async with listener:
        yield f"https://127.0.0.1:{listener.sockets[0].getsockname()[1]}", certificate


async def check(form: ServerForm, qtbot, url: str) -> None:
    form.address.clear()
    qtbot.keyClicks(form.address, url)
    qtbot.keyClick(form.address, Qt.Key.Key_Return)
    await eventually(lambda: form._seen.isVisible() or bool(form._trouble.text))


async def test_a_stranger_is_pinned_only_after_the_fingerprint_was_shown(form, qtbot, tmp_path):
    async with stranger(tmp_path) as (url, certificate):
        await check(form, qtbot, url)
    shown = form._fingerprint.text().replace(" ", "").replace("\n", "")
    assert shown == certificate.fingerprint.replace(":", "").lower()
    assert form.told.isVisible()
    assert form.choices == []
    form.use.trigger()
    assert form.choices == [ServerChoice(url, shown)]
    assert not form._seen.isVisible()


async def test_what_one_was_told_is_compared(form, qtbot, tmp_path):
    async with stranger(tmp_path) as (url, certificate):
        await check(form, qtbot, url)
    qtbot.keyClicks(form.told, "ab" * 32)
    assert "does not match" in form._verdict.text()
    assert not form.use.isEnabled()
    form.told.setText(certificate.fingerprint.upper())
    assert form._verdict.text() == "It matches."
    assert form.use.isEnabled()


async def test_a_server_on_this_computer_needs_no_comparison(form, qtbot, tmp_path):
    async with running_server(tmp_path, initial=weights_of([0.0])) as server:
        await check(form, qtbot, server.url)
        assert form._title.text() == "This is a Disco server."
        assert not form.told.isVisible()
        form.use.trigger()
    assert form.choices == [ServerChoice(server.url)]


async def test_what_is_wrong_is_said_in_words(form, qtbot):
    await check(form, qtbot, "http://example.org")
    assert "https://" in form._trouble.text
    assert not form._seen.isVisible()
    qtbot.keyClicks(form.address, "x")
    assert form._trouble.text == ""


async def test_an_address_that_changed_meanwhile_is_not_confirmed(form, qtbot, tmp_path):
    async with stranger(tmp_path) as (url, _):
        await check(form, qtbot, url)
    form.address.setText("https://other.example")
    assert not form._seen.isVisible()
    form.use.trigger()
    assert form.choices == []
