"""How the desktop program is called: a wrong call is told in one sentence, before any window."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from disco_desktop.app.words.command_line import WRONG_CALL
from disco_desktop.gui.application import main, parse_arguments

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("call", "mentioned"),
    [
        (["--fly"], "--fly"),
        (["titanic"], "titanic"),
        (["--server"], "--server"),
        (["--serv", "http://127.0.0.1:9"], "--serv"),
        (["--profile", "FILE"], "cannot be a folder"),
        (["--profile", "FILE/within"], "cannot be a folder"),
        (["--profile", "a\0b\x1b[31m"], "cannot be a folder"),
    ],
)
def test_a_wrong_call_is_told_in_one_sentence(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, call: list[str], mentioned: str
) -> None:
    file = tmp_path / "file"
    file.write_text("")
    assert main([word.replace("FILE", str(file)) for word in call]) == WRONG_CALL
    said = capsys.readouterr()
    (line,) = said.err.splitlines()
    assert line.startswith("disco-desktop: ")
    assert mentioned in line
    assert line.endswith("`disco-desktop --help` shows how to call it.")
    assert "\x1b" not in line
    assert said.out == ""


def test_a_right_call_is_read(tmp_path: Path) -> None:
    profile = tmp_path / "new" / "profile"
    chosen = parse_arguments(["--profile", str(profile), "--server", "http://127.0.0.1:9"])
    assert chosen.profile == profile
    assert chosen.server == "http://127.0.0.1:9"
    assert not profile.exists()
