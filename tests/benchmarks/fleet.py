"""Participants, spread over processes, that exchange at the same time."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import msgspec

from tests.benchmarks.json_process import json_process, next_line
from tests.benchmarks.participant_process import Exchanged, Work

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

MOST_PROCESSES = 4


class Fleet:
    """All participants of one server."""

    def __init__(self, processes: list[subprocess.Popen[bytes]]) -> None:
        self._processes = processes

    def exchange(self) -> float:
        """Let everybody exchange at once; return the seconds until the last has the model."""
        for process in self._processes:
            assert process.stdin is not None
            process.stdin.write(b"\n")
            process.stdin.flush()
        rounds = [
            msgspec.json.decode(next_line(process), type=Exchanged) for process in self._processes
        ]
        if len({total for round_ in rounds for total in round_.sums}) != 1:
            raise RuntimeError("the participants have different models")
        return max(round_.ended for round_ in rounds) - min(round_.began for round_ in rounds)


@contextlib.contextmanager
def fleet(kind: str, url: str, *, elements: int, participants: int) -> Iterator[Fleet]:
    """Run participants of a kind, at most so many processes of them."""
    shares = [
        list(range(first, participants, MOST_PROCESSES))
        for first in range(min(participants, MOST_PROCESSES))
    ]
    with contextlib.ExitStack() as stack:
        processes = []
        for numbers in shares:
            work = Work(
                kind=kind, url=url, elements=elements, numbers=numbers, participants=participants
            )
            processes.append(stack.enter_context(json_process("participant_process", work)))
        for process in processes:
            if next_line(process) != b"ready\n":
                raise RuntimeError("a participant did not start")
        yield Fleet(processes)
