"""The two kinds of participants whose exchanges are compared."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import aiohttp
import numpy as np

from disco_desktop.engine.client.address import ServerAddress
from disco_desktop.engine.client.federated import FederatedClient
from disco_desktop.engine.client.identity import Identity
from tests.benchmarks.bare_transfer import exchange
from tests.benchmarks.models import task_for

if TYPE_CHECKING:
    from disco_desktop.engine.weights.weights import Weights


class Participant(ABC):
    """Somebody who contributes the same update every round."""

    @abstractmethod
    async def begin(self) -> None:
        """Connect."""

    @abstractmethod
    async def exchange(self) -> float:
        """Contribute and fetch the new model; return its sum, to see that all have the same."""

    @abstractmethod
    async def end(self) -> None:
        """Leave."""


class DiscoParticipant(Participant):
    """Ours."""

    def __init__(self, url: str, update: Weights, participants: int) -> None:
        self._update = update
        self._round = 0
        self._client = FederatedClient(
            task_for(participants), update.manifest, ServerAddress(url), Identity.generate()
        )

    async def begin(self) -> None:
        session = await self._client.connect()
        self._round = session.round

    async def exchange(self) -> float:
        aggregate = await self._client.on_round_end_communication(
            self._update, base_round=self._round, samples=1
        )
        self._round = aggregate.round
        return float(aggregate.weights.buffer[::1000].sum())

    async def end(self) -> None:
        await self._client.disconnect()


class BareParticipant(Participant):
    """The bare loop's."""

    def __init__(self, url: str, update: Weights, number: int) -> None:
        self._content = update.buffer.data.cast("B")
        self._url = f"{url}/exchange/{number}"
        self._http: aiohttp.ClientSession | None = None

    async def begin(self) -> None:
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None))

    async def exchange(self) -> float:
        assert self._http is not None
        model = await exchange(self._http, self._url, self._content)
        return float(np.frombuffer(model, np.float32)[::1000].sum())

    async def end(self) -> None:
        if self._http is not None:
            await self._http.close()
