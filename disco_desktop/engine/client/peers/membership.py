"""Who we are in one session of a task, whose cards hold in it, and the code that confirms a key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from disco_desktop.engine.client.identity import Identity, node_id, verify
from disco_desktop.engine.client.statements import card_statement, digest_of
from disco_desktop.engine.messages import PeerCard

if TYPE_CHECKING:
    from collections.abc import Iterable

    from disco_desktop.engine.messages import Place

_PURPOSE = b"disco safety code"
_DIGITS = 60
_GROUP = 5  # digits that one can keep in mind while reading them out


def safety_code(one: bytes, other: bytes, *, task: str) -> str:
    """Return the code of two keys, in twelve groups of five digits; the same from either side.

    Args:
        one: the 32 bytes of a public key.
        other: the 32 bytes of the other one's.
        task: the id of the task that both keys belong to, as each installation has a key a task.
    """
    digest = digest_of((_PURPOSE, task.encode(), *sorted((one, other))))
    number = int.from_bytes(digest, "big") % 10**_DIGITS
    digits = f"{number:0{_DIGITS}d}"
    return " ".join(digits[start : start + _GROUP] for start in range(0, _DIGITS, _GROUP))


@dataclass(frozen=True, kw_only=True)
class Membership:
    """Our part in a session.

    Attributes:
        identity: the key by which the others know us.
        task: the task's id, as in the server's addresses.
        task_digest: SHA-256 of the task, in hexadecimal.
        session: the number of the session.
    """

    identity: Identity
    task: str
    task_digest: str
    session: int

    @property
    def id(self) -> str:
        """Our id among the peers."""
        return self.identity.node_id

    def is_chooser(self, peer: str) -> bool:
        """Whether it is us, of the two, who says which of several links it shall be."""
        return self.id < peer

    def card(self, certificate: str, places: Iterable[Place]) -> PeerCard:
        """Return our card, signed."""
        found = tuple(places)
        statement = card_statement(
            task_digest=self.task_digest,
            session=self.session,
            public_key=self.identity.public_key,
            certificate=certificate,
            places=found,
        )
        return PeerCard(
            public_key=self.identity.public_key,
            certificate=certificate,
            places=found,
            signature=self.identity.sign(statement),
        )

    def holds(self, card: PeerCard) -> bool:
        """Tell whether a card was signed by whose key it names, for this task and session."""
        statement = card_statement(
            task_digest=self.task_digest,
            session=self.session,
            public_key=card.public_key,
            certificate=card.certificate,
            places=card.places,
        )
        return verify(card.public_key, statement, card.signature)

    def safety_code(self, card: PeerCard) -> str:
        """Return the code that we and whom a card is about compare."""
        return safety_code(self.identity.public_key, card.public_key, task=self.task)


def card_id(card: PeerCard) -> str:
    """Return the id of whom a card is about."""
    return node_id(card.public_key)
