"""A participant in a process of its own: `python -m tests.faults.participant_process SETTINGS`.

It trains all rounds of a session, and writes a line for each model that it is given: its round and
its digest. Killed and started again on the same folder, it comes back as the same participant.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import numpy as np

from disco_desktop.engine.client.address import ServerAddress
from disco_desktop.engine.client.federated import FederatedClient
from disco_desktop.engine.client.identity import Identity
from disco_desktop.engine.task.task import read_task
from disco_desktop.engine.weights.weights import Weights
from tests.faults.recomputation import digest_of
from tests.server.running_server import weights_of


def update_of(seed: int, base_round: int, elements: int) -> np.ndarray:
    """What a participant contributes to a round, so that it can be made once more."""
    return np.random.default_rng([seed, base_round]).standard_normal(elements).astype(np.float32)


async def train(folder: Path, url: str, seed: int, elements: int) -> None:
    task = read_task(folder / "task.json")
    manifest = weights_of(np.zeros(elements)).manifest
    identity = Identity.load_or_create(folder / "identity.pem")
    client = FederatedClient(task, manifest, ServerAddress(url), identity, session=1)
    session = await client.connect()
    number, model = session.round, session.weights
    while True:
        sys.stdout.write(f"{number} {digest_of(model.buffer)}\n")
        sys.stdout.flush()
        if number == task.training.rounds:
            break
        update = Weights(manifest, update_of(seed, number, elements))
        aggregate = await client.on_round_end_communication(update, base_round=number, samples=seed)
        number, model = aggregate.round, aggregate.weights
    await client.disconnect()


if __name__ == "__main__":
    settings = json.loads(sys.argv[1])
    asyncio.run(
        train(Path(settings["folder"]), settings["url"], settings["seed"], settings["elements"])
    )
