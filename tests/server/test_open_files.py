from __future__ import annotations

import subprocess
import sys

import pytest

resource = pytest.importorskip("resource", reason="Windows has no such limit")

PROGRAM = """
import resource, sys
from disco_desktop import logs
from disco_desktop.server.running import allow_connections
soft, hard, wanted = map(int, sys.argv[1:])
resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
logs.configure()
allow_connections(wanted)
print(*resource.getrlimit(resource.RLIMIT_NOFILE))
"""


def limits_after(soft, hard, wanted):
    """Return both limits after so many connections were asked for, and the warnings."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(soft), str(hard), str(wanted)],
        capture_output=True,
        text=True,
        check=True,
    )
    return tuple(map(int, done.stdout.split())), done.stderr


def test_the_limit_is_raised_as_far_as_needed():
    assert limits_after(200, 2_000, 1_000) == ((1_256, 2_000), "")


def test_a_limit_that_is_high_enough_is_left_alone():
    assert limits_after(1_500, 2_000, 1_000) == ((1_500, 2_000), "")


def test_a_limit_that_cannot_be_raised_enough_is_told():
    limits, warning = limits_after(200, 700, 1_000)
    assert limits == (700, 700)
    assert "about 444 connections" in warning
