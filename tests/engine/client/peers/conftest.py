"""Peers of one session, real sockets between them, and proof that nothing is left behind."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass

import psutil
import pytest

from disco_desktop.engine.client.identity import Identity
from disco_desktop.engine.client.ledger import Ledger
from disco_desktop.engine.client.peers.limits import LinkLimits
from disco_desktop.engine.client.peers.membership import Membership
from disco_desktop.engine.client.peers.peer_transport import PeerTransport
from disco_desktop.engine.client.peers.relayed import Relay
from disco_desktop.engine.messages import PeerCard
from tests.engine.client.peers.relay_server import RelayServer, running_relay


def membership(**changes: object) -> Membership:
    """A new participant of the session that all tests are about."""
    settings = {
        "identity": Identity.generate(),
        "task": "titanic",
        "task_digest": "ab" * 32,
        "session": 3,
    }
    return Membership(**{**settings, **changes})


def low_and_high(**changes: object) -> tuple[Membership, Membership]:
    """Two participants, the chooser first."""
    pair = sorted((membership(**changes), membership(**changes)), key=lambda member: member.id)
    return pair[0], pair[1]


@dataclass
class Peer:
    """A participant whose transport runs."""

    member: Membership
    transport: PeerTransport
    ledger: Ledger
    card: PeerCard

    @property
    def id(self) -> str:
        return self.member.id


class Peers:
    """Makes participants, and joins them."""

    def __init__(self, relay: RelayServer) -> None:
        self.relay = relay
        self._made: list[Peer] = []

    async def add(
        self,
        member: Membership | None = None,
        *,
        limits: LinkLimits | None = None,
        is_relay_only: bool = False,
    ) -> Peer:
        member = member or membership()
        ledger = Ledger()
        transport = PeerTransport(
            member,
            Relay(self.relay.address, lambda: member.id),
            ledger,
            limits=limits,
            is_relay_only=is_relay_only,
        )
        peer = Peer(member, transport, ledger, await transport.start())
        self._made.append(peer)
        return peer

    async def pair(self, **options: object) -> tuple[Peer, Peer]:
        """Two participants, the chooser first, each introduced to the other."""
        first, second = low_and_high()
        pair = await self.add(first, **options), await self.add(second, **options)
        for peer in pair:
            peer.transport.introduce([other.card for other in pair])
        return pair

    async def close(self) -> None:
        await asyncio.gather(*(peer.transport.close() for peer in self._made))


async def joined(one: Peer, other: Peer):
    """Both ends of a link."""
    return await asyncio.gather(
        one.transport.connect(other.card), other.transport.connect(one.card)
    )


def open_sockets() -> int:
    return len(psutil.Process().net_connections(kind="tcp"))


@pytest.fixture
async def peers():
    """Participants behind one relay; at the end no task and no socket is left."""
    tasks, sockets = asyncio.all_tasks(), open_sockets()
    async with running_relay() as relay:
        made = Peers(relay)
        try:
            yield made
        finally:
            await made.close()
    async with asyncio.timeout(10):
        while left := asyncio.all_tasks() - tasks:
            await asyncio.wait(left)
        while lingering() > sockets:
            await asyncio.sleep(0)
    assert open_sockets() <= sockets


def lingering() -> int:
    """Sockets of ours; those in TIME_WAIT belong to nobody."""
    return open_sockets()


@contextlib.asynccontextmanager
async def within(seconds: float):
    async with asyncio.timeout(seconds):
        yield
