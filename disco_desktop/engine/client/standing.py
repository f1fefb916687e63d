"""How a session stands, as far as the server has told."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from disco_desktop.engine.events import Attendee
from disco_desktop.engine.messages import Participants, Roster, RoundClosed, Welcome

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
