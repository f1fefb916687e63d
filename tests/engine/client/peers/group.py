"""Members of an exchange, in one process, with real frames between them."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import numpy as np

from disco_desktop.engine.aggregator.secure import told_samples
from disco_desktop.engine.client.identity import Identity
from disco_desktop.engine.client.ledger import Ledger
from disco_desktop.engine.client.peers.exchange import Exchange
from disco_desktop.engine.client.peers.frames import ExchangeParcel
from disco_desktop.engine.client.peers.membership import Membership
from disco_desktop.engine.client.peers.memory_transport import MemoryNetwork, MemoryTransport
from disco_desktop.engine.client.peers.peer_network import PeerNetwork
from disco_desktop.engine.client.peers.summing import MeanSumming, SecureSumming
from disco_desktop.engine.messages import Attempt, AttemptMember
from disco_desktop.engine.weights.manifest import Manifest
from disco_desktop.engine.weights.weights import Weights

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Sequence

    from disco_desktop.engine.client.peers.summing import Summing
    from disco_desktop.engine.task.task import Task

SESSION = 1


class Member:
    """One participant: who it is, its links, and what it gives."""

    def __init__(
        self, task: Task, network: MemoryNetwork, update: np.ndarray, samples: int
    ) -> None:
        self.identity = Identity.generate()
        self.id = self.identity.node_id
        self.ledger = Ledger()
        self.samples = samples
        self.update = update
        self.task = task
        membership = Membership(
            identity=self.identity, task=task.id, task_digest=task.digest, session=SESSION
        )
        self.transport = MemoryTransport(membership, network)
        self.network = PeerNetwork(self.transport, membership, self.ledger)

    def summing(self, attempt: Attempt) -> Summing:
        manifest = Manifest(names=("values",), shapes=((len(self.update),),))
        base = Weights.zeros(manifest)
        update = Weights(manifest, self.update.astype(np.float32))
        if not self.task.collaboration.is_secure:
            return MeanSumming(self.task.collaboration, base, update, attempt)
        return SecureSumming(
            self.task, SESSION, attempt, self.identity,
            key_of=self.network.key_of, base=base, update=update, samples=self.samples,
        )  # fmt: skip

    async def exchange(self, attempt: Attempt) -> tuple[Weights, str]:
        try:
            return await self.carry_out(attempt)
        finally:
            self.network.parcels.end(attempt.round, attempt.attempt)

    async def carry_out(self, attempt: Attempt) -> tuple[Weights, str]:
        """Exchange, and go on giving to the others whatever comes of it."""
        return await Exchange(self.network, attempt, self.id).run(self.summing(attempt))

    def withhold(self, content: str, *, of: Collection[str]) -> None:
        """Give nothing of this kind to some, and stay as if nothing was."""
        offer = self.network.parcels.offer

        def offered(parcel, body, *, to=None) -> None:
            if isinstance(parcel, ExchangeParcel) and parcel.content == content:
                to = [member for member in to if member not in of]
            offer(parcel, body, to=to)

        self.network.parcels.offer = offered


class Group:
    """Members that know each other."""

    def __init__(self, task: Task, members: Sequence[Member], network: MemoryNetwork) -> None:
        self.task = task
        self.members = sorted(members, key=lambda member: member.id)
        self.network = network

    def attempt(
        self, number: int = 1, *, round_: int = 0, seconds: float = 20.0, silence: float = 20.0
    ) -> Attempt:
        together = self.task.collaboration
        return Attempt(
            round=round_,
            attempt=number,
            seconds=seconds,
            silence=silence,
            members=tuple(
                AttemptMember(
                    member.id,
                    told_samples(member.samples, together.weighting)
                    if together.is_secure
                    else member.samples,
                )
                for member in self.members
            ),
        )

    async def exchange(self, attempt: Attempt | None = None) -> list[tuple[Weights, str]]:
        """Let all of them exchange; their models, in the order of their ids."""
        attempt = attempt or self.attempt()
        return await asyncio.gather(*(member.exchange(attempt) for member in self.members))


@contextlib.asynccontextmanager
async def group(
    task: Task, updates: Sequence[Sequence[float]], samples: Sequence[int] | None = None
) -> AsyncIterator[Group]:
    network = MemoryNetwork()
    members = [
        Member(task, network, np.asarray(update, np.float32), many)
        for update, many in zip(updates, samples or [10] * len(updates), strict=True)
    ]
    try:
        cards = [await member.transport.start() for member in members]
        for member in members:
            member.network.introduce(cards)
        yield Group(task, members, network)
    finally:
        await asyncio.gather(*(member.network.close() for member in members))
