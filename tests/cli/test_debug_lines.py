"""Debug lines by module, from all the processes that a training takes part in.

That nothing is heard where nothing was asked for is seen in `test_train.py`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.cli.program import disco

if TYPE_CHECKING:
    from pathlib import Path

LINE = re.compile(r"^\S+ \S+ (DEBUG|INFO) (disco[.\w]*): (.*)$", re.MULTILINE)


@pytest.mark.timeout(300)
def test_a_module_is_heard_where_it_was_asked_for(
    passengers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCO_DEBUG", "disco:aggregator, disco:client*")
    done = disco(
        *("train", "titanic", "--data", passengers, "--users", "2", "--epochs", "4"),
        home=tmp_path,
    )
    assert done.code == 0, done.error
    lines = [(module, text) for _, module, text in LINE.findall(done.error)]
    assert {module for module, _ in lines} == {
        "disco.aggregator.aggregator",  # in the server's process
        "disco.client.federated",  # in the participants'
        "disco.client.served",
    }
    told = [text for module, text in lines if module.startswith("disco.client.")]
    assert sum(text.startswith("joined session 1, round 0 of 2, as ") for text in told) == 2
    assert told.count("the update of round 2 counts in 2") == 2
    added = [text for module, text in lines if module == "disco.aggregator.aggregator"]
    assert added.count("round 2: the model of 2 updates") == 1
    assert sum(text.startswith("round 2: added ") for text in added) == 2
