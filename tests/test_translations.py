"""Every sentence that a person reads can be translated, and is, in each language."""

from __future__ import annotations

import ast
import gettext
import re
import string
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from babel.messages.pofile import read_po

import disco_desktop
from disco_desktop import translation
from disco_desktop.translation import tr, trn

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(disco_desktop.__file__).parent
CHECKOUT = PACKAGE.parent
OTHERS = [code for code in translation.LANGUAGES if code != "en"]


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(translation.VARIABLE, "en")


def catalogue(code: str):
    with (CHECKOUT / "resources" / "locale" / code / "LC_MESSAGES" / "disco.po").open("rb") as file:
        return read_po(file, locale=code)


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_the_catalogues_are_those_of_the_program() -> None:
    script = CHECKOUT / "packaging" / "messages.py"
    done = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True)
    assert done.returncode == 0, f"run `python packaging/messages.py`\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize("code", OTHERS)
def test_a_language_is_complete_and_keeps_every_field(code: str) -> None:
    messages = [message for message in catalogue(code) if message.id]
    assert len(messages) > 1_000
    lacking, wrong = [], []
    for message in messages:
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        said = [message.string] if isinstance(message.string, str) else list(message.string)
        if not all(said):
            lacking.append(ids[0])
        elif (
            {frozenset(fields(text)) for text in said} != {frozenset(fields(ids[-1]))}
            or any(("&" in one) != ("&" in ids[0]) for one in said)
            or any(one.endswith(".") != ids[0].endswith(".") for one in said)
        ):
            wrong.append(ids[0])
    assert lacking == []
    assert wrong == []


@pytest.mark.parametrize(
    ("code", "one", "many"), [("de", "1 Zeile", "2 Zeilen"), ("fr", "1 ligne", "2 lignes")]
)
def test_numbers_have_their_forms(
    code: str, one: str, many: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(translation.VARIABLE, code)
    said = [trn("{count} row", "{count} rows", n).format(count=n) for n in (1, 2)]
    assert said == [one, many]


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"LANG": "de_CH.UTF-8"}, "de"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "ja_JP.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "fr:de"}, "fr"),
        ({"LANG": "fr_FR.UTF-8", translation.VARIABLE: "de"}, "de"),
        ({"LANG": "fr_FR.UTF-8", translation.VARIABLE: "tlh"}, "fr"),
    ],
)
def test_the_language_is_the_chosen_one_or_the_systems(
    environment: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LANG", "LC_ALL", "LC_MESSAGES", "LANGUAGE", translation.VARIABLE):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    translation.system_language.cache_clear()
    try:
        assert translation.language() == expected
    finally:
        translation.system_language.cache_clear()


def test_children_speak_the_language_of_their_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(translation.VARIABLE, "de")
    command = [sys.executable, "-m", "disco_desktop", "train", "nobody", "--data", str(CHECKOUT)]
    said = subprocess.run(command, capture_output=True, text=True).stderr
    assert "Auf diesem Computer gibt es keine Aufgabe namens nobody" in said


def test_the_pseudo_language_is_longer_and_keeps_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(translation.VARIABLE, translation.PSEUDO)
    said = tr("Saved {rows} to {file}.")
    assert said.startswith("[Sávéd {rows} tó {file}.~")
    assert said.format(rows=1, file="x")
    assert isinstance(translation._translations("en"), gettext.NullTranslations)


# What shows text, and at which place of the call the text stands.
SHOWING = {
    "Text": 0, "QPushButton": 0, "QAction": 0, "QLabel": 0, "StatCard": 0, "setText": 0,
    "setWindowTitle": 0, "setToolTip": 0, "setStatusTip": 0, "setAccessibleName": 0,
    "setPlaceholderText": 0, "addItem": 0, "rename": 0, "say": 0,
}  # fmt: skip
# Names and symbols that are the same in each language.
SAME = {"Disco Desktop", "Disco", "https://disco.example.org:8765"}


def plain_texts(path: Path) -> Iterator[str]:
    """Find English words that are shown as they stand in the source."""
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        if name not in SHOWING or len(node.args) <= SHOWING[name]:
            continue
        shown = node.args[SHOWING[name]]
        parts = shown.values if isinstance(shown, ast.JoinedStr) else [shown]
        for part in parts:
            is_text = isinstance(part, ast.Constant) and isinstance(part.value, str)
            if is_text and re.search("[A-Za-z]{3}", part.value) and part.value not in SAME:
                yield f"{path.relative_to(PACKAGE)}:{node.lineno}: {part.value}"


def test_no_text_is_shown_as_it_stands_in_the_source() -> None:
    found = [
        text
        for folder in ("gui", "cli")
        for path in sorted((PACKAGE / folder).rglob("*.py"))
        for text in plain_texts(path)
    ]
    assert found == []


def test_sentences_are_not_glued_together() -> None:
    """A piece that begins or ends with a blank or a comma is part of a sentence made of pieces."""
    glued = [
        message.id
        for message in catalogue("de")
        if isinstance(message.id, str) and message.id and re.search(r"^[ ,;]|[ ,]$", message.id)
    ]
    # A unit behind a number, and the place of a training behind its kind.
    assert sorted(glued) == [" at {server}", " min"]
