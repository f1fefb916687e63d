"""Which exchange a mask belongs to: it is good for that one alone."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from disco_desktop.engine.errors import ContributionError
from disco_desktop.engine.task.task import SMALLEST_SECRET_GROUP

if TYPE_CHECKING:
    from disco_desktop.engine.messages import AttemptMember


@dataclass(frozen=True, kw_only=True)
class AttemptContext:
    """One attempt to add up the updates of a fixed set of members.

    Attributes:
        members: everybody whose update is part of the sum, in the order of their ids.

    Raises:
        ContributionError: there are too few members for anybody to be hidden among them
            (`secure_group_too_small`), or one is named twice or out of order
            (`secure_group_differs`).
    """

    task_digest: str
    session: int
    round: int
    attempt: int
    members: tuple[AttemptMember, ...]

    def __post_init__(self) -> None:
        ids = self.ids
        if len(set(ids)) < SMALLEST_SECRET_GROUP:
            raise ContributionError("secure_group_too_small", members=len(set(ids)))
        if list(ids) != sorted(set(ids)):
            raise ContributionError("secure_group_differs", detail="repeated or out of order")

    @property
    def ids(self) -> tuple[str, ...]:
        """The members' ids, in order."""
        return tuple(member.participant for member in self.members)

    def digest(self) -> bytes:
        """Return SHA-256 of all of it: 32 bytes that differ as soon as anything does.

        What the members told of their samples is part of it, since the weights follow from that.
        """
        told = [f"{member.participant} {member.samples}" for member in self.members]
        content = hashlib.sha256(b"disco attempt")
        for field in (
            bytes.fromhex(self.task_digest),
            *(number.to_bytes(8, "little") for number in (self.session, self.round, self.attempt)),
            *(each.encode() for each in told),
        ):
            content.update(len(field).to_bytes(4, "little") + field)
        return content.digest()
