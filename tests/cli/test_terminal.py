"""What a training looks like on a terminal: bars that move, and no line for each epoch."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
from typing import IO, TYPE_CHECKING

import pytest

from tests.cli.program import PATIENCE, command, environment

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="it has no such terminals")

_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def on_a_terminal(
    *arguments: str | Path, home: Path, output: IO[bytes] | None = None
) -> tuple[int, str]:
    """Run the program on a terminal of its own; return its code and all that it shows there.

    Standard output may go elsewhere.
    """
    ours, theirs = os.openpty()
    variables = {**environment(home), "TERM": "xterm-256color", "COLUMNS": "110", "LINES": "40"}
    with subprocess.Popen(
        command(*arguments), stdin=theirs, stdout=output or theirs, stderr=theirs, env=variables
    ) as process:
        os.close(theirs)
        shown = bytearray()
        with contextlib.suppress(OSError), os.fdopen(ours, "rb", buffering=0) as terminal:
            while content := terminal.read(1 << 16):  # Linux ends it with an error, not with EOF
                shown += content
        return process.wait(PATIENCE), shown.decode()


@pytest.mark.timeout(300)
def test_bars_move_and_a_table_of_rounds_grows(passengers: Path, tmp_path: Path) -> None:
    code, shown = on_a_terminal(
        *("train", "titanic", "--data", passengers, "--users", "2", "--epochs", "4"),
        home=tmp_path,
    )
    text = _CONTROL.sub("", shown)
    assert code == 0, text
    assert "\x1b[?25l" in shown  # the cursor is hidden meanwhile
    assert "\x1b[?25h" in shown  # and there again afterwards
    assert len(re.findall("participant 1 ━.*epoch \\d of 4", text)) > 2
    assert re.search("✓ participant 2 ━.*epoch 4 of 4 *finished", text)
    assert re.search(r"Round +Time +Participants +Validation loss +Validation accuracy", text)
    assert "training loss" not in text  # such a line is for a log
    assert "All have the same weights: SHA-256" in " ".join(text.split())


def test_a_result_for_a_script_leaves_standard_output_to_it(
    passengers: Path, tmp_path: Path
) -> None:
    """The bars are still for the person, on standard error."""
    result = tmp_path / "result.json"
    with result.open("wb") as file:
        code, shown = on_a_terminal(
            *("train", "titanic", "--data", passengers, "--scheme", "local", "--epochs", "2"),
            *("--json", "-"),
            home=tmp_path,
            output=file,
        )
    assert code == 0, shown
    assert "━" in shown
    assert json.loads(result.read_text())["task"] == "titanic"
