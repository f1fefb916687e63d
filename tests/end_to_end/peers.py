"""Participants of a decentralized session, over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import numpy as np

from disco_desktop.engine.client.decentralized import DecentralizedClient
from disco_desktop.engine.client.identity import Identity
from disco_desktop.engine.client.peers.frames import ExchangeParcel
from disco_desktop.engine.task.task import SecureAggregation
from disco_desktop.engine.weights.weights import Weights
from tests.server.running_server import RunningServer, running_server, task_with, weights_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from pathlib import Path

    from disco_desktop.engine.client.client import Aggregate, Session
    from disco_desktop.engine.task.task import Task

MEAN = task_with(scheme="decentralized", minimum_participants=2, weighting="equal")
SECURE = task_with(
    scheme="decentralized",
    minimum_participants=3,
    weighting="equal",
    aggregation=SecureAggregation(largest_change=64.0),
)
# Who vanishes is missed soon, and the next attempt follows soon.
HASTY = {"vanished_seconds": 0.2, "reconnect_seconds": 1.0, "notice_seconds": 1e-3}


class Participant:
    """One client that hands over vectors instead of training."""

    def __init__(self, server: RunningServer, **options: object) -> None:
        self.identity = options.pop("identity", None) or Identity.generate()
        self.client = DecentralizedClient(
            server.task,
            server.initial.manifest,
            server.address,
            self.identity,
            **options,
        )
        self.session: Session | None = None
        self.voids = 0

    @property
    def id(self) -> str:
        return self.identity.node_id

    async def join(self) -> Session:
        self.session = await self.client.connect()
        return self.session

    async def exchange(
        self, values: Sequence[float], *, round_: int, samples: int = 10
    ) -> Aggregate:
        """Hand over values as often as it takes: each time an update of its own."""
        while True:
            update = Weights(self.client._manifest, np.asarray(values, np.float32))
            aggregate = await self.client.on_round_end_communication(
                update, base_round=round_, samples=samples
            )
            if not aggregate.is_void:
                return aggregate
            self.voids += 1

    def vanish_at(self, content: str) -> asyncio.Event:
        """Be gone as soon as something of this kind is to be given; returns what tells so."""

        def go() -> None:
            asyncio.get_running_loop().create_task(self.vanish())

        return self._withhold(content, go)

    def fall_silent_at(self, content: str) -> asyncio.Event:
        """Stay, and give nothing of this kind; returns what tells that it was due."""
        return self._withhold(content, lambda: None)

    def _withhold(self, content: str, at_first: Callable[[], None]) -> asyncio.Event:
        parcels = self.client._peers.parcels
        offer, due = parcels.offer, asyncio.Event()

        def offered(parcel, body, *, to=None) -> None:
            if isinstance(parcel, ExchangeParcel) and parcel.content == content:
                if not due.is_set():
                    due.set()
                    at_first()
                return
            offer(parcel, body, to=to)

        parcels.offer = offered
        return due

    async def vanish(self) -> None:
        """Be gone without a word, as a process that is killed."""
        client = self.client
        if client._listening is not None:
            client._listening.cancel()
            await asyncio.gather(client._listening, return_exceptions=True)
        if client._connection is not None:
            client._connection._socket._response.connection.transport.abort()
            client._connection = None
        if client._network is not None:
            await client._network.close()

    async def leave(self) -> None:
        await self.client.disconnect()


@contextlib.asynccontextmanager
async def session(
    folder: Path,
    task: Task,
    *,
    values: int = 4,
    port: int = 0,
    is_tls: bool = False,
    **limits: float,
) -> AsyncIterator[RunningServer]:
    initial = weights_of([0.0] * values)
    async with running_server(
        folder, initial=initial, task=task, port=port, is_tls=is_tls, **(HASTY | limits)
    ) as server:
        yield server


@contextlib.asynccontextmanager
async def together(
    server: RunningServer, number: int, **options: object
) -> AsyncIterator[list[Participant]]:
    """So many participants that have joined; those that are still there leave in the end."""
    everybody = [Participant(server, **options) for _ in range(number)]
    try:
        for one in everybody:
            await one.join()
        yield everybody
    finally:
        await asyncio.gather(*(one.leave() for one in everybody))
