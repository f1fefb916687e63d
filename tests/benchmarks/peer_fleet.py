"""Peers in processes of their own that exchange with each other."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import msgspec

from tests.benchmarks.json_process import json_process, next_line
from tests.benchmarks.peer_process import Exchanged, Work

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator, Sequence

T = TypeVar("T")


@dataclass(frozen=True)
class Round:
    """What a round took.

    Attributes:
        seconds: until the last peer has the model, from when the first was told to begin.
        sent: the bytes of frames of the peer that sent most.
    """

    seconds: float
    sent: int


class PeerFleet:
    """All peers of one session."""

    def __init__(self, processes: list[subprocess.Popen[bytes]]) -> None:
        self._processes = processes

    def exchange(self) -> Round:
        """Let everybody exchange at once."""
        self._tell(b"\n")
        told = self._hear(Exchanged)
        if len({one.digest for one in told}) != 1:
            raise RuntimeError("the peers have different models")
        return Round(
            seconds=max(one.ended for one in told) - min(one.began for one in told),
            sent=max(one.sent for one in told),
        )

    def meet(self) -> None:
        """Tell everybody where the others are, and wait until all have reached all."""
        self._tell(msgspec.json.encode(self._hear(int)) + b"\n")
        self._hear(str)

    def _tell(self, line: bytes) -> None:
        for process in self._processes:
            assert process.stdin is not None
            process.stdin.write(line)
            process.stdin.flush()

    def _hear(self, kind: type[T]) -> list[T]:
        return [msgspec.json.decode(next_line(process), type=kind) for process in self._processes]


@contextlib.contextmanager
def peer_fleet(works: Sequence[Work]) -> Iterator[PeerFleet]:
    """Run a process for each peer, and let them meet."""
    with contextlib.ExitStack() as stack:
        fleet = PeerFleet(
            [stack.enter_context(json_process("peer_process", work)) for work in works]
        )
        fleet.meet()
        yield fleet
