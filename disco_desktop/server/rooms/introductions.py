"""The cards of a room's participants, checked, and which model each of them holds."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

import msgspec

from disco_desktop.engine.client.identity import node_id, verify
from disco_desktop.engine.client.statements import card_statement
from disco_desktop.engine.errors import ServerError
from disco_desktop.engine.messages import Peers

if TYPE_CHECKING:
    from disco_desktop.engine.messages import Introduction, PeerCard

# So that the cards of `LARGEST_PEERS` fit into one message with the ids of all holders.
LARGEST_CARD = 600  # bytes


class Introductions:
    """Who has introduced itself in one session of one task."""

    def __init__(self, task_digest: str, session: int) -> None:
        self._task_digest = task_digest
        self._session = session
        self._cards: dict[str, PeerCard] = {}
        self._holds: dict[str, str] = {}

    def __contains__(self, participant: str) -> bool:
        return participant in self._cards

    def add(self, participant: str, introduction: Introduction) -> None:
        """Take a card, in place of an earlier one of the same participant.

        Raises:
            ServerError: it is not this participant's own, or nobody could use it.
        """
        self._check(participant, introduction.card)
        self._cards[participant] = introduction.card
        self.note_model(participant, introduction.holds)

    def _check(self, participant: str, card: PeerCard) -> None:
        statement = card_statement(
            task_digest=self._task_digest,
            session=self._session,
            public_key=card.public_key,
            certificate=card.certificate,
            places=card.places,
        )
        is_own = node_id(card.public_key) == participant
        if not is_own or not verify(card.public_key, statement, card.signature):
            raise ServerError("card_not_proved")
        is_small = len(msgspec.msgpack.encode(card)) <= LARGEST_CARD
        if not is_small or not all(_is_address(place.host) for place in card.places):
            raise ServerError("card_not_usable")

    def note_model(self, participant: str, digest: str | None) -> None:
        """Note which model somebody holds, if any."""
        if digest is None:
            self._holds.pop(participant, None)
        else:
            self._holds[participant] = digest

    def holders(self, digest: str) -> frozenset[str]:
        """Return who holds a model."""
        return frozenset(name for name, held in self._holds.items() if held == digest)

    def remove(self, participant: str) -> None:
        """Forget somebody."""
        self._cards.pop(participant, None)
        self._holds.pop(participant, None)

    def told(self, digest: str) -> Peers:
        """Return what everybody is told, where `digest` is the current model's."""
        peers = tuple(self._cards[name] for name in sorted(self._cards))
        return Peers(peers=peers, holders=tuple(sorted(self.holders(digest))))


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
