"""The application as people use it: real windows, real server, real workers, clicks and keys."""

from __future__ import annotations

import re
import socket
from typing import TYPE_CHECKING

import pytest

from tests.window.conftest import PATIENCE, done, ended_well, task_server, warned_so_far

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# Each opens the application once or twice, with torch in up to three processes.
pytestmark = pytest.mark.timeout(3 * PATIENCE)


def test_from_the_first_run_to_a_prediction(application: Callable, tmp_path: Path) -> None:
    ended_well(application("first_run_to_prediction", tmp_path))


def test_a_killed_server_comes_back_and_the_training_is_finished(
    application: Callable, tmp_path: Path
) -> None:
    process = application("server_dies", tmp_path)
    _, warned = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, warned
    assert "the server ended with code -9 and is started anew" in warned
    assert len(warned.strip().splitlines()) == 1, warned


def test_a_killed_worker_and_a_killed_application_can_be_gone_on_from(
    application: Callable, tmp_path: Path
) -> None:
    first = application("worker_dies", tmp_path)
    assert first.stdout.readline() == "the end\n", warned_so_far(first)
    assert warned_so_far(first) == ""
    first.kill()
    first.communicate()
    printed = ended_well(application("go_on", tmp_path))
    rounds = re.search(r"rounds (\d+)", printed)
    assert rounds is not None
    assert int(rounds[1]) > 4  # two before the worker was killed, two after


def test_a_server_that_is_away_is_said_and_tried_again(
    application: Callable, tmp_path: Path
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    person = application("server_is_away", tmp_path / "profile", f"http://127.0.0.1:{port}")
    assert person.stdout.readline() == "the server\n"
    with task_server(port, tmp_path / "server"):
        done(person)
        assert person.stdout.readline() == "the end of the server\n"
    done(person)
    assert person.stdout.readline() == "the server\n"
    with task_server(port, tmp_path / "server"):
        done(person)
        ended_well(person)


def test_who_leaves_and_rejoins_ends_with_the_same_model(
    application: Callable, tmp_path: Path
) -> None:
    staying = application("stay_while_another_leaves", tmp_path / "staying")
    url = staying.stdout.readline().strip()
    leaving = application("leave_and_rejoin", tmp_path / "leaving", url)
    assert leaving.stdout.readline().strip() == url
    assert leaving.stdout.readline() == "the way back\n"
    assert staying.stdout.readline() == "the other\n"
    for process in (staying, leaving):
        done(process)
    weights = {ended_well(process).strip() for process in (staying, leaving)}
    assert len(weights) == 1
