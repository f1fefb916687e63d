"""One participant's training, as a worker carries it out and tells of it."""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from pathlib import Path
from typing import TYPE_CHECKING

from disco_desktop.app.processes.worker_messages import (
    BatchesTrained,
    Finished,
    Happened,
    PeersTold,
    Started,
    TrafficCounted,
)
from disco_desktop.engine.client.address import ServerAddress
from disco_desktop.engine.client.client import LocalClient
from disco_desktop.engine.client.decentralized import DecentralizedClient
from disco_desktop.engine.client.identity import Identity
from disco_desktop.engine.client.joining import client_at
from disco_desktop.engine.client.served import ServedClient
from disco_desktop.engine.dataset.dataset import load_dataset
from disco_desktop.engine.dataset.share import Share
from disco_desktop.engine.events import BatchTrained, RoundEnded
from disco_desktop.engine.memory.disk_memory import DiskMemory
from disco_desktop.engine.models.network import manifest_of
from disco_desktop.engine.training.disco import Disco
from disco_desktop.engine.weights.model_file import read_model

if TYPE_CHECKING:
    from disco_desktop.app.processes.worker_messages import TrainRequest
    from disco_desktop.engine.client.client import Client
    from disco_desktop.engine.dataset.samples import Dataset
    from disco_desktop.engine.events import Event
    from disco_desktop.worker.channel import Channel

BATCH_INTERVAL = 0.05  # seconds between two batches that are told of; nobody sees more
LARGEST_BATCHES = 256  # whose figures go in one message
TRAFFIC_INTERVAL = 0.5  # seconds; an upload may take minutes


class WorkerTraining:
    """Carries out one request."""

    def __init__(self, request: TrainRequest, channel: Channel) -> None:
        self._request = request
        self._channel = channel
        self._disco: Disco | None = None
        self._client: Client | None = None
        self._batches: list[BatchTrained] = []
        self._batch_told = -math.inf

    def pause(self) -> None:
        """Stop before the next batch."""
        if self._disco is not None:
            self._disco.pause()

    def resume(self) -> None:
        """Go on after a pause."""
        if self._disco is not None:
            self._disco.resume()

    async def carry_out(self) -> Finished:
        """Train to the end, telling what happens; a cancelled one keeps its last checkpoint.

        Raises:
            DiscoError: it could not be done.
        """
        request = self._request
        dataset = await asyncio.to_thread(_load, request)
        identity = await asyncio.to_thread(_identity, request)
        self._client = await asyncio.to_thread(_client, request, identity)
        self._disco = disco = Disco(
            request.task,
            dataset,
            self._client,
            memory=DiskMemory(Path(request.memory)),
            settings=request.settings,
            resume=request.resume,
            name=request.save_as,
            is_kept=request.save_as is not None,
            slot=request.slot,
            device=request.device,
            former_digest=request.former_digest,
        )
        counting: asyncio.Task[None] | None = None
        try:
            async for event in disco.events():
                if counting is None:
                    await self._channel.send(self._started(identity, dataset))
                    counting = asyncio.create_task(self._keep_telling_traffic())
                await self._tell(event)
        finally:
            if counting is not None:
                counting.cancel()
                with contextlib.suppress(asyncio.CancelledError, BrokenPipeError):
                    await counting
            self._disco = None
            await disco.close()
            await self._tell_traffic()
        result = disco.result
        if result is None or not result.is_complete:
            raise asyncio.CancelledError
        return Finished(
            weights_sha256=result.weights.sha256(),
            validation=result.final_validation,
            model=result.model,
        )

    def _started(self, identity: Identity, dataset: Dataset) -> Started:
        client = self._client if isinstance(self._client, ServedClient) else None
        return Started(
            node=identity.node_id if client else None,
            session=client.session if client else None,
            training=len(dataset.training),
            validation=len(dataset.validation),
        )

    async def _tell(self, event: Event) -> None:
        """Pass an event on; of many batches, as many as somebody can see, and all their figures."""
        if isinstance(event, BatchTrained):
            self._batches.append(event)
            if not self._is_worth_telling(event):
                return
            await self._tell_batches()
        await self._channel.send(Happened(event=event))
        if isinstance(event, RoundEnded):
            await self._tell_traffic()

    def _is_worth_telling(self, event: BatchTrained) -> bool:
        now = time.monotonic()
        is_soon = now < self._batch_told + BATCH_INTERVAL
        if is_soon and event.batch < event.batches and len(self._batches) < LARGEST_BATCHES:
            return False
        self._batch_told = now
        return True

    async def _tell_batches(self) -> None:
        batches, self._batches = self._batches, []
        await self._channel.send(
            BatchesTrained(
                epochs=[one.epoch - 1 + one.batch / one.batches for one in batches],
                losses=[one.loss for one in batches],
                accuracies=[one.accuracy for one in batches if one.accuracy is not None],
            )
        )

    async def _keep_telling_traffic(self) -> None:
        """Tell of the bytes while they go, where any went, and of how peers are reached."""
        if self._client is None:
            return
        ledger = self._client.ledger
        told, peers = (0, 0), PeersTold(peers=())
        while True:
            if told != (now := (ledger.bytes_sent, ledger.bytes_received)):
                told = now
                await self._tell_traffic()
            if peers != (there := _peers(self._client)):
                peers = there
                await self._channel.send(peers)
            await asyncio.sleep(TRAFFIC_INTERVAL)

    async def _tell_traffic(self) -> None:
        if self._client is not None:
            await self._channel.send(TrafficCounted(traffic=self._client.ledger.traffic))


def _peers(client: Client) -> PeersTold:
    if not isinstance(client, DecentralizedClient):
        return PeersTold(peers=())
    return PeersTold(peers=client.peers, clipped_share=client.clipped_share)


def _load(request: TrainRequest) -> Dataset:
    share = Share(request.share, request.shares)
    return load_dataset(request.task, Path(request.data), share=share, seed=request.share_seed)


def _identity(request: TrainRequest) -> Identity:
    return (
        Identity.load_or_create(Path(request.identity)) if request.identity else Identity.generate()
    )


def _client(request: TrainRequest, identity: Identity) -> Client:
    if request.scheme == "local" or request.server is None:
        weights, _ = read_model(Path(request.initial or ""))
        return LocalClient(weights)
    return client_at(
        ServerAddress(request.server, request.fingerprint),
        request.task,
        manifest_of(request.task),
        identity=identity,
        session=request.session,
        patience=request.patience,
        is_relay_only=request.relay_only,
        peer_port=request.peer_port,
        held=Path(request.held) if request.held else None,
    )
