"""The most memory that a process has held: its own, not that of whoever started it."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from disco_desktop.engine.training.peak_memory import peak_memory

MUCH = 256 << 20  # bytes


def test_what_is_held_counts_after_it_is_given_back() -> None:
    much = np.ones(MUCH, np.uint8)
    assert peak_memory() > MUCH
    del much

    assert peak_memory() > MUCH


@pytest.mark.skipif(sys.platform == "win32", reason="the system does not tell")
def test_a_program_does_not_count_what_its_starter_held() -> None:
    much = np.ones(MUCH, np.uint8)
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from disco_desktop.engine.training.peak_memory import peak_memory\n"
            "print(peak_memory())",
        ],
        capture_output=True,
        text=True,
        check=True,
    )

    assert len(much) == MUCH
    assert 0 < int(done.stdout) < MUCH
