"""Asking the system not to fall asleep, and taking that back."""

from __future__ import annotations

import asyncio
import threading

import pytest

from disco_desktop.app.training import session_state as stay_awake
from disco_desktop.app.training.session_state import staying_awake


class Request:
    """What a desktop is asked: who asked, and who took it back."""

    active = True

    def __init__(self) -> None:
        self.entered: list[str] = []
        self.left: list[str] = []
        self.answer = threading.Event()
        self.answer.set()

    def __enter__(self) -> Request:
        assert self.answer.wait(30)
        self.entered.append(threading.current_thread().name)
        return self

    def __exit__(self, *_: object) -> None:
        self.left.append(threading.current_thread().name)


@pytest.fixture
def request_of(monkeypatch: pytest.MonkeyPatch) -> Request:
    """A desktop that can be looked into, since a machine without one takes no request."""
    made = Request()
    monkeypatch.setattr(stay_awake.keep, "running", lambda **options: made)
    return made


def awake_threads() -> list[str]:
    return [one.name for one in threading.enumerate() if one.name.startswith("awake")]


async def test_where_there_is_no_desktop_it_does_nothing_and_leaves_nothing() -> None:
    async with staying_awake():
        assert len(awake_threads()) == 1
    assert awake_threads() == []


async def test_whoever_asked_takes_it_back_at_the_end(request_of: Request) -> None:
    async with staying_awake():
        assert (len(request_of.entered), request_of.left) == (1, [])
    assert request_of.left == request_of.entered
    assert request_of.left[0].startswith("awake")


async def test_it_is_taken_back_after_a_failure_too(request_of: Request) -> None:
    with pytest.raises(ValueError, match="the training"):
        async with staying_awake():
            raise ValueError("the training")
    assert request_of.left == request_of.entered
    assert awake_threads() == []


async def test_a_desktop_that_does_not_answer_is_not_waited_for(
    request_of: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stay_awake, "_PATIENCE", 0.05)
    request_of.answer.clear()
    async with asyncio.timeout(20), staying_awake():
        assert request_of.entered == []
        request_of.answer.set()
    assert len(request_of.left) == 1
