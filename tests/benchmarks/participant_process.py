"""A process with some of the participants; a round begins with a line on its standard input."""

from __future__ import annotations

import asyncio
import sys
import time

import msgspec
from msgspec import Struct

from tests.benchmarks.models import update_of
from tests.benchmarks.participants import BareParticipant, DiscoParticipant, Participant


class Work(Struct, frozen=True, kw_only=True):
    """What a process is to do: which of how many participants it holds, at which server."""

    kind: str
    url: str
    elements: int
    numbers: list[int]
    participants: int


class Exchanged(Struct, frozen=True, kw_only=True):
    """When a round's exchanges began and ended, on the machine's monotonic clock."""

    began: float
    ended: float
    sums: list[float]


def _participants(work: Work) -> list[Participant]:
    update = update_of(work.elements, seed=work.numbers[0])
    if work.kind == "disco":
        return [DiscoParticipant(work.url, update, work.participants) for _ in work.numbers]
    return [BareParticipant(work.url, update, number) for number in work.numbers]


async def take_part(work: Work) -> None:
    """Exchange once for every line of the input."""
    participants = _participants(work)
    try:
        await asyncio.gather(*(participant.begin() for participant in participants))
        _say(b"ready")
        while await asyncio.to_thread(sys.stdin.readline):
            began = time.monotonic()
            sums = await asyncio.gather(*(participant.exchange() for participant in participants))
            _say(msgspec.json.encode(Exchanged(began=began, ended=time.monotonic(), sums=sums)))
    finally:
        await asyncio.gather(*(participant.end() for participant in participants))


def _say(line: bytes) -> None:
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    asyncio.run(take_part(msgspec.json.decode(sys.argv[1], type=Work)))
