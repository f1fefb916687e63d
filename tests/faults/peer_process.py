"""A peer in a process of its own: `python -m tests.faults.peer_process SETTINGS`.

It exchanges once for each line `exchange` of its standard input, and says in a line of JSON what
came of it. Where it is to stop in the middle it says so, once, when it has sent a piece of a part
and is about to send the next one; then it waits for a line before it does anything at all.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from disco_desktop.engine.client import control_connection
from disco_desktop.engine.client.address import ServerAddress
from disco_desktop.engine.client.decentralized import DecentralizedClient
from disco_desktop.engine.client.identity import Identity
from disco_desktop.engine.client.peers.conversation import Conversation
from disco_desktop.engine.client.peers.frames import ExchangeParcel, Piece
from disco_desktop.engine.task.task import read_task
from disco_desktop.engine.weights.weights import Weights
from tests.faults.participant_process import update_of
from tests.faults.recomputation import digest_of
from tests.server.running_server import weights_of

if TYPE_CHECKING:
    from disco_desktop.engine.client.peers.frames import Head

HEARTBEAT_SECONDS = 1.0


def say(**what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


class StoppingOnce(Conversation):
    """Stops within a part, and with it the whole process, until it may go on."""

    has_stopped = False

    async def _send(self, head: Head, body: bytes | memoryview = b"") -> None:
        is_part = isinstance(head, Piece) and isinstance(head.parcel, ExchangeParcel)
        if is_part and head.parcel.content == "part" and head.offset and not self.has_stopped:
            StoppingOnce.has_stopped = True
            say(event="in the middle")
            sys.stdin.readline()
        await super()._send(head, body)


async def take_part(settings: dict[str, object]) -> None:
    elements, seed = settings["elements"], settings["seed"]
    folder = Path(settings["folder"])
    manifest = weights_of(np.zeros(elements)).manifest
    client = DecentralizedClient(
        read_task(folder / "task.json"),
        manifest,
        ServerAddress(settings["url"], settings["fingerprint"]),
        Identity.load_or_create(folder / f"{seed}.pem"),
        held=folder / f"held-{seed}",
    )
    session = await client.connect()
    number = session.round
    say(event="joined", round=number)
    while (line := await asyncio.to_thread(sys.stdin.readline)).strip() == "exchange":
        aggregate = await client.on_round_end_communication(
            Weights(manifest, update_of(seed, number, elements)), base_round=number, samples=1
        )
        number = aggregate.round
        say(
            event="exchanged",
            round=number,
            digest=digest_of(aggregate.weights.buffer),
            participants=aggregate.participants,
            is_counted=aggregate.is_counted,
            is_void=aggregate.is_void,
            ways={one.participant: one.way for one in client.peers},
            id=client._identity.node_id,
        )
    assert not line
    await client.disconnect()


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    control_connection.HEARTBEAT_SECONDS = HEARTBEAT_SECONDS
    if given["is_stopping"]:
        from disco_desktop.engine.client.peers import peer_network

        peer_network.Conversation = StoppingOnce
    asyncio.run(take_part(given))
