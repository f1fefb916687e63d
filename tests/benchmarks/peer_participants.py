"""A peer whose exchanges are measured: ours, with its real transport and its model on the disk."""

from __future__ import annotations

import functools
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from disco_desktop.engine.client.address import ServerAddress
from disco_desktop.engine.client.decentralized import DecentralizedClient
from disco_desktop.engine.client.identity import Identity
from disco_desktop.engine.client.peers.peer_transport import PeerTransport
from tests.benchmarks.models import peer_task_for

if TYPE_CHECKING:
    from pathlib import Path

    from disco_desktop.engine.weights.weights import Weights


class Peer(ABC):
    """Somebody who exchanges with all others, once a round.

    Attributes:
        bytes_sent: of frames, so far.
    """

    bytes_sent: int

    @abstractmethod
    async def begin(self) -> int:
        """Be there; return the port where others may call, zero where they find out themselves."""

    @abstractmethod
    async def meet(self, ports: list[int]) -> None:
        """Reach all others, of whom each has one of these ports."""

    @abstractmethod
    async def exchange(self) -> str:
        """Carry out a round; return what must be the same for all."""

    @abstractmethod
    async def end(self) -> None:
        """Leave."""


class DiscoPeer(Peer):
    """Ours, which contributes the same update every round."""

    def __init__(
        self,
        url: str,
        update: Weights,
        folder: Path,
        *,
        peers: int,
        is_secure: bool,
        is_relayed: bool,
    ) -> None:
        self._update = update
        self._round = 0
        self._is_relayed = is_relayed
        self._client = DecentralizedClient(
            peer_task_for(peers, is_secure=is_secure),
            update.manifest,
            ServerAddress(url),
            Identity.generate(),
            make_transport=functools.partial(PeerTransport, is_relay_only=is_relayed),
            held=folder,
        )

    @property
    def bytes_sent(self) -> int:  # type: ignore[override]
        """Those of the links that stand."""
        return sum(state.bytes_sent for state in self._client.peers)

    async def begin(self) -> int:
        """Join the session."""
        self._round = (await self._client.connect()).round
        return 0

    async def meet(self, ports: list[int]) -> None:
        """Carry out a round that does not count: it waits for the links to all others."""
        await self.exchange()
        ways = {state.way for state in self._client.peers}
        if len(self._client.peers) != len(ports) - 1:
            raise RuntimeError("not all peers are there")
        if ways != {"relayed" if self._is_relayed else "direct"}:
            raise RuntimeError(f"the peers were reached in other ways: {ways}")

    async def exchange(self) -> str:
        """Exchange the update; return the digest of the new model."""
        aggregate = await self._client.on_round_end_communication(
            self._update, base_round=self._round, samples=1
        )
        if aggregate.is_void or aggregate.participants != len(self._client.peers) + 1:
            raise RuntimeError("not everybody's update is in the model")
        self._round = aggregate.round
        return f"{float(aggregate.weights.buffer[::1000].sum())}"

    async def end(self) -> None:
        """Leave the session."""
        await self._client.disconnect()
