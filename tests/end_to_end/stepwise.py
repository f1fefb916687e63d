"""Somebody who trains on Titanic step by step, in whatever scheme the server's task says."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from disco_desktop.engine.client.address import ServerAddress
from disco_desktop.engine.client.decentralized import DecentralizedClient
from disco_desktop.engine.client.federated import FederatedClient
from disco_desktop.engine.client.identity import Identity
from disco_desktop.engine.dataset.dataset import load_dataset
from disco_desktop.engine.dataset.share import Share
from disco_desktop.engine.events import (
    EpochTrained,
    Event,
    ParticipantsChanged,
    RoundEnded,
    StatusChanged,
)
from disco_desktop.engine.memory.memory import NoMemory
from disco_desktop.engine.models.network import manifest_of
from disco_desktop.engine.training.disco import Disco
from disco_desktop.engine.training.settings import TrainingSettings
from disco_desktop.resource_files import resource

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.server.running_server import RunningServer

TITANIC = resource("tasks", "titanic", "sample")
ALL = Share(1, 1)


def disco_of(server: RunningServer, *, share: Share = ALL, seed: int = 1, **settings: int):
    """A participant of the server's task with a share of the passengers."""
    task = server.task
    is_federated = task.collaboration.scheme == "federated"
    kind = FederatedClient if is_federated else DecentralizedClient
    client = kind(task, manifest_of(task), ServerAddress(server.url), Identity.generate())
    return Disco(
        task,
        load_dataset(task, TITANIC, share=share),
        client,
        memory=NoMemory(),
        settings=TrainingSettings.of(task, seed=seed, threads=1, **settings),
    )


class Participant:
    """Somebody who takes the stream of events step by step."""

    def __init__(self, disco: Disco) -> None:
        self._disco = disco
        self._events = disco.events()
        self.statuses: asyncio.Queue[str] = asyncio.Queue()
        self.participants = 0
        self.rounds: list[RoundEnded] = []

    async def next(self) -> int:
        """Finish the pending exchange, then train one round; return how many take part.

        A round is trained when its last epoch is; the exchange is the next call's.
        """
        async for event in self._events:
            self._note(event)
            if isinstance(event, EpochTrained):
                return self.participants
        return self.participants

    def _note(self, event: Event) -> None:
        if isinstance(event, StatusChanged):
            self.statuses.put_nowait(event.status)
        elif isinstance(event, ParticipantsChanged):
            self.participants = event.participants
        elif isinstance(event, RoundEnded):
            self.rounds.append(event)

    async def close(self) -> None:
        await self._disco.close()


@contextlib.asynccontextmanager
async def joining(server: RunningServer) -> AsyncIterator[list[Participant]]:
    """Keeps participants, and closes those that are still there."""
    participants: list[Participant] = []
    try:
        yield participants
    finally:
        for participant in participants:
            await participant.close()
