"""The prompt box: what it asks for, what it shows while a text grows, and how it ends."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from disco_desktop.app.processes.assistant_messages import Generated, GenerationEnded, Loading
from disco_desktop.app.processes.generation import LONGEST_TEXT, Generation
from disco_desktop.app.processes.worker_messages import Failed
from disco_desktop.gui.widgets.prompt import LONGEST_PROMPT, Prompt
from tests.gui.conftest import eventually

ENDED = GenerationEnded(stopped=False, tokens=20, seconds=0.5)


@pytest.fixture
def generation() -> Generation:
    return Generation()


@pytest.fixture
def prompt(theme, generation, home_window) -> Prompt:
    made = Prompt(theme, generation)
    home_window.setCentralWidget(made)
    home_window.show()
    return made


def hear(generation: Generation, *messages) -> None:
    """Take what an assistant would say."""
    generation._go("working")
    for message in messages:
        generation._hear(message)


def test_without_a_beginning_nothing_is_asked(prompt):
    asked = []
    prompt.asked.connect(lambda *told: asked.append(told))
    assert not prompt.generate.isEnabled()
    prompt.prompt.setPlainText(" \n")
    assert not prompt.generate.isEnabled()
    prompt.prompt.setPlainText("My fellow")
    prompt.tokens.setValue(30)
    prompt.temperature.setValue(0.0)
    prompt.top_k.setValue(0)
    assert prompt.top_k.text() == "all"
    prompt.generate.trigger()
    assert asked[0][:4] == ("My fellow", 30, 0.0, 0)


def test_control_and_enter_begin(prompt, qtbot):
    asked = []
    prompt.asked.connect(lambda *told: asked.append(told))
    prompt.prompt.setFocus()
    qtbot.keyClicks(prompt.prompt, "Begin")
    qtbot.keyClick(prompt.prompt, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(asked) == 1)
    assert prompt.prompt.toPlainText() == "Begin"


def test_a_beginning_that_is_too_long_is_said(prompt):
    prompt.prompt.setPlainText("a" * (LONGEST_PROMPT + 1))
    assert "too long" in prompt._notice.text
    assert not prompt.generate.isEnabled()
    prompt.prompt.setPlainText("a")
    assert not prompt._notice.text


async def test_a_text_grows_behind_its_beginning(prompt, generation):
    prompt.prompt.setPlainText("Once")
    prompt.generate.trigger()
    hear(generation, Loading())
    await eventually(lambda: prompt._said.text() == "Loading the model")
    assert not prompt.generate.isEnabled()
    assert prompt.stop_action.isEnabled()
    hear(generation, Generated(text=" upon"), Generated(text=" a\n"))
    await eventually(lambda: prompt.output.toPlainText() == "Once upon a\n")
    hear(generation, Generated(text="time"))
    await eventually(lambda: prompt.output.toPlainText() == "Once upon a\ntime")
    hear(generation, ENDED)
    await eventually(lambda: prompt._said.text() == "20 tokens in 0.5 s (40 per second)")
    assert prompt.generate.isEnabled()
    assert not prompt.stop_action.isEnabled()
    assert not prompt._bar.isVisible()
    prompt.copy.trigger()
    assert QGuiApplication.clipboard().text() == "Once upon a\ntime"


async def test_what_was_stopped_stays(prompt, generation):
    hear(generation, Generated(text="Half a"), GenerationEnded(stopped=True, tokens=2, seconds=1))
    await eventually(lambda: prompt.output.toPlainText() == "Half a")
    assert prompt._said.text().endswith("stopped")


async def test_a_failure_is_said(prompt, generation):
    hear(generation, Failed(code="assistant_died", detail="exit code 1"))
    await eventually(lambda: "ended unexpectedly" in prompt._notice.text)
    assert generation.state == "failed"


async def test_what_is_written_does_nothing(prompt, generation):
    hear(generation, Generated(text="<b>bold</b>\u202e\x1b[2J"), ENDED)
    await eventually(lambda: "<b>bold</b>" in prompt.output.toPlainText())
    assert "\u202e" not in prompt.output.toPlainText()
    assert "\x1b" not in prompt.output.toPlainText()


def test_a_text_is_bounded(generation):
    hear(generation, Generated(text="x" * LONGEST_TEXT), Generated(text="yz"))
    assert len(generation.text) == LONGEST_TEXT


async def test_it_is_drawn_in_both_themes(prompt, generation, theme):
    hear(generation, Generated(text="some text"), ENDED)
    await eventually(lambda: prompt.output.toPlainText() == "some text")
    light = prompt.grab().toImage()
    theme.choose("dark")
    assert prompt.output.toPlainText() == "some text"
    assert prompt.grab().toImage() != light
