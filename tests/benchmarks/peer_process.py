"""A process with one peer; a round begins with a line on its standard input.

What it hears and says is a line each: of JSON, but for the lines that begin a round.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

import msgspec
from msgspec import Struct

from tests.benchmarks.bare_peers import BarePeer
from tests.benchmarks.models import update_of
from tests.benchmarks.peer_participants import DiscoPeer, Peer


class Work(Struct, frozen=True, kw_only=True):
    """What a process is to do.

    Attributes:
        kind: `disco`, or `bare` for one that only moves bytes.
        url: the server's.
        folder: the peer's own.
        bytes_a_peer: how much a bare peer sends each of the others.
    """

    kind: str
    number: int
    peers: int
    url: str = ""
    folder: str = ""
    elements: int = 0
    is_secure: bool = False
    is_relayed: bool = False
    bytes_a_peer: int = 0


class Exchanged(Struct, frozen=True, kw_only=True):
    """When an exchange began and ended, on the machine's monotonic clock, and what came of it.

    Attributes:
        digest: what all peers must agree on.
        sent: bytes of the frames that this peer sent.
    """

    began: float
    ended: float
    digest: str
    sent: int


def _peer(work: Work) -> Peer:
    if work.kind == "bare":
        return BarePeer(work.number, work.bytes_a_peer)
    return DiscoPeer(
        work.url,
        update_of(work.elements, seed=work.number),
        Path(work.folder),
        peers=work.peers,
        is_secure=work.is_secure,
        is_relayed=work.is_relayed,
    )


async def take_part(work: Work) -> None:
    """Exchange once for every line of the input, after a first one that tells of all peers."""
    peer = _peer(work)
    try:
        _say(await peer.begin())
        await peer.meet(msgspec.json.decode(await _line(), type=list[int]))
        _say("ready")
        while await _line():
            sent = peer.bytes_sent
            began = time.monotonic()
            digest = await peer.exchange()
            ended = time.monotonic()
            sent = peer.bytes_sent - sent
            _say(Exchanged(began=began, ended=ended, digest=digest, sent=sent))
    finally:
        await peer.end()


async def _line() -> str:
    return await asyncio.to_thread(sys.stdin.readline)


def _say(what: object) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(what) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    asyncio.run(take_part(msgspec.json.decode(sys.argv[1], type=Work)))
