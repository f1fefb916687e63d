"""What a trainer asks of a client, whatever it talks to."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from disco_desktop.engine.client.ledger import Ledger
from disco_desktop.engine.client.notices import Notices

if TYPE_CHECKING:
    from disco_desktop.engine.weights.weights import Weights


@dataclass(frozen=True, kw_only=True)
class Session:
    """What a participant is told when it joins.

    Attributes:
        weights: the current model, to train from.
        round: how many rounds those weights have behind them.
        rounds: how many rounds the session has in all; zero where it has no end of its own.
        contributed: the base round of our latest contribution that counts; None where there is
            none yet.
    """

    weights: Weights
    round: int
    rounds: int
    contributed: int | None = None


@dataclass(frozen=True, kw_only=True)
class Aggregate:
    """The result of one exchange.

    Attributes:
        weights: the new model, the same bits for every participant.
        round: how many rounds it has behind it.
        participants: how many contributions it is made of.
        is_counted: whether our own contribution is one of them.
        is_stale: whether we were too late and must start afresh from these weights.
        is_last: whether the session has ended with this round.
        is_void: whether the exchange came to nothing and our update is spent: the round is to be
            trained once more from these weights, which are those of before.
    """

    weights: Weights
    round: int
    participants: int
    is_counted: bool = True
    is_stale: bool = False
    is_last: bool = False
    is_void: bool = False


class Client(ABC):
    """A participant's side of the communication.

    Attributes:
        spends_updates: whether an update must never be handed over twice, not even after a restart.
        notices: statuses and numbers of participants, in the order in which they came about.
        ledger: the messages sent and received, counted by kind.
    """

    spends_updates = False

    def __init__(self) -> None:
        self.notices = Notices()
        self.ledger = Ledger()

    @abstractmethod
    async def connect(self) -> Session:
        """Join, and return the current model.

        Raises:
            ServerError: it could not be done; the error says why and what to do.
        """

    async def on_round_begin_communication(self) -> None:  # noqa: B027 - most have nothing to say
        """Tell whom it concerns that a round of training begins."""

    @abstractmethod
    async def on_round_end_communication(
        self, update: Weights, *, base_round: int, samples: int
    ) -> Aggregate:
        """Contribute an update and wait for the model of the next round.

        Args:
            update: the change against the weights of `base_round`; the callee may overwrite it.
            base_round: the round of the weights that training began from.
            samples: number of training samples behind the update.

        Raises:
            ServerError: the wait came to its limit, or the server refused us.
            ContributionError: the update was refused; nothing was counted.
        """

    async def pause(self) -> None:  # noqa: B027
        """Tell the others not to wait for us."""

    async def resume(self) -> None:  # noqa: B027
        """Tell the others that we train again."""

    @abstractmethod
    async def disconnect(self) -> None:
        """Leave. Safe to call at any time, and more than once."""
