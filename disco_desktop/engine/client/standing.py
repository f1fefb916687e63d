"""How a session and its exchanges stand, as far as the server has told."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from disco_desktop.engine.events import Attendee
from disco_desktop.engine.messages import (
    Attempt,
    Participants,
    Peers,
    Roster,
    RoundClosed,
    Voided,
    Welcome,
)
from disco_desktop.logs import logger

if TYPE_CHECKING:
    from disco_desktop.engine.messages import FromServer, ModelReference

LARGEST_ROOM = 10_000  # participants that we keep account of


class Standing:
    """What a participant knows of its session, and a way to wait until it changes.

    Attributes:
        is_connected: whether the server can tell us more at this moment.
        trouble: the code of what keeps the server from going on, if it said so.
        attendees: who takes part, by id.
    """

    def __init__(self, welcome: Welcome) -> None:
        self._changed = asyncio.Event()
        self.is_connected = True
        self.trouble: str | None = None
        self.attendees: dict[str, Attendee] = {}
        self._take(welcome)

    def _take(self, welcome: Welcome) -> None:
        self.token = welcome.token
        self.session = welcome.session
        self.round = welcome.round
        self.rounds = welcome.rounds
        self.model: ModelReference = welcome.model
        self.participants = welcome.participants
        self.minimum = welcome.minimum
        self.contributors = welcome.contributors
        self.contributed = welcome.contributed

    def take(self, message: FromServer) -> None:
        """Enter what a message tells."""
        match message:
            case Welcome():
                self._take(message)
                self.is_connected = True
            case Participants():
                self.participants, self.minimum = message.participants, message.minimum
            case Roster():
                self._take_roster(message)
                return
            case RoundClosed():
                self.round, self.model = message.round, message.model
                self.contributors = message.contributors
                self.trouble = None
            case _:
                self.trouble = getattr(message, "code", None)
        self.note_change()

    def _take_roster(self, roster: Roster) -> None:
        """Enter who takes part; it changes nothing that anybody would have to wait for."""
        if roster.is_whole:
            self.attendees.clear()
        for node in roster.gone:
            self.attendees.pop(node, None)
        now = time.time()
        for one in roster.present:
            if one.participant in self.attendees or len(self.attendees) < LARGEST_ROOM:
                since = now - one.seconds
                self.attendees[one.participant] = Attendee(
                    node=one.participant, presence=one.presence, since=since
                )

    def lost(self) -> None:
        """Note that the connection is gone."""
        self.is_connected = False
        self.note_change()

    @property
    def is_enough(self) -> bool:
        """Whether a round could close with those who are there."""
        return self.participants >= self.minimum

    def note_change(self) -> None:
        """Wake whoever waits for a change."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def changed(self) -> None:
        """Wait until anything changes."""
        await self._changed.wait()


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
