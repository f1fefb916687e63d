"""How the exchanges of a decentralized session stand, as far as the server has told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from disco_desktop.engine.messages import Attempt, Peers, Voided
from disco_desktop.logs import logger

if TYPE_CHECKING:
    from disco_desktop.engine.messages import FromServer

_log = logger(__name__)


class RoundStanding:
    """The attempt that is to be carried out, and what has become of those before.

    Attributes:
        holders: who holds the current model.
        voided: round and attempt of the latest that came to nothing.
    """

    def __init__(self) -> None:
        self.holders: tuple[str, ...] = ()
        self.voided = (0, 0)
        self._attempt: Attempt | None = None

    def take(self, message: FromServer) -> bool:
        """Enter what a message tells; return whether it was about exchanges."""
        match message:
            case Peers():
                self.holders = message.holders
            case Attempt():
                self._attempt = message
            case Voided():
                self.voided = max(self.voided, (message.round, message.attempt))
                _log.info("an exchange came to nothing: %s", message.reason)
            case _:
                return False
        return True

    def forget_attempt(self) -> None:
        """Take note that the attempt is begun, or belongs to a connection that is gone."""
        self._attempt = None

    def attempt(self, round_: int) -> Attempt | None:
        """Return the attempt that is to be carried out now in a round, if there is one."""
        attempt = self._attempt
        if attempt is None or attempt.round != round_ or self.is_void(attempt):
            return None
        return attempt

    def is_void(self, attempt: Attempt) -> bool:
        """Tell whether an attempt has come to nothing."""
        return (attempt.round, attempt.attempt) <= self.voided
