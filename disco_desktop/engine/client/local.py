"""The client of somebody who trains alone."""

from __future__ import annotations

from disco_desktop.engine.client.client import Aggregate, Client, Session
from disco_desktop.engine.weights.weights import Weights


class LocalClient(Client):
    """Talks to nobody: the model of the next round is our own."""

    def __init__(self, initial: Weights, *, round: int = 0) -> None:  # noqa: A002
        super().__init__()
        self._weights = initial
        self._round = round

    async def connect(self) -> Session:
        """Return the weights that training starts from."""
        self.notices.set_participants(1, 1)
        return Session(weights=self._weights, round=self._round, rounds=0)

    async def on_round_end_communication(
        self, update: Weights, *, base_round: int, samples: int
    ) -> Aggregate:
        """Add our own update to our own weights, which whoever was given them before still has."""
        own = self._weights
        self._weights = Weights(own.manifest, own.buffer + update.buffer)
        self._round = base_round + 1
        return Aggregate(weights=self._weights, round=self._round, participants=1)

    async def disconnect(self) -> None:
        """Do nothing: nobody is connected."""
