from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from tests.cli.program import disco

if TYPE_CHECKING:
    from tests.cli.conftest import Run


def test_the_demo_trains_tests_and_keeps_a_model(run: Run) -> None:
    ended = disco("demo")
    assert ended.code == 0, ended.error
    assert ended.error == ""
    lines = ended.out.splitlines()
    header = next(place for place, line in enumerate(lines) if line.startswith("Round "))
    rounds = [line.split() for line in lines[header + 1 : header + 6]]
    assert [row[0] for row in rounds] == ["1", "2", "3", "4", "5"]
    assert {row[3] for row in rounds} == {"3"}
    assert "all hold the same weights" in ended.out
    assert "Tested on 178 passengers" in ended.out
    accuracy = re.search(r"^accuracy ([\d.]+) %", ended.out, re.MULTILINE)
    assert accuracy is not None
    assert float(accuracy[1]) > 60
    model = next(line for line in lines if line.endswith(".safetensors"))
    assert Path(model).is_file()
    assert "Titanic demo" in run("models", "show", "Titanic demo").out
