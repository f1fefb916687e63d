"""What is said on every control connection, whatever the scheme."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct, field

from disco_desktop.engine.messages.message import (
    Code,
    Count,
    Digest,
    Key,
    Message,
    NodeId,
    Nonce,
    Role,
    Signature,
)

LARGEST_ROSTER = 1_000  # participants in one message, and as many that are gone: they fit

Presence: TypeAlias = Literal["training", "contributed", "paused", "away"]


# --- from the participant


class Hello(Message, frozen=True, tag="hello"):
    """The first word: who wants to do what.

    Attributes:
        nonce: for the server to sign.
        session: the session to come back to; none to join whichever is open.
    """

    protocol: int
    task_schema: int
    task_digest: Digest
    role: Role
    public_key: Key
    nonce: Nonce
    session: Count | None = None


class Proof(Message, frozen=True, tag="proof"):
    """The participant's answer to the challenge: that the key of its hello is its own."""

    signature: Signature


class Pause(Message, frozen=True, tag="pause"):
    """Do not wait for me until I resume."""


class Resume(Message, frozen=True, tag="resume"):
    """I train again."""


class Leave(Message, frozen=True, tag="leave"):
    """I am done; what I contributed counts."""


# --- from the server


class ModelReference(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where a model is to be had: by its digest, in pieces."""

    digest: Digest
    size: Count


class Challenge(Message, frozen=True, tag="challenge"):
    """The server's proof of its own key, and a nonce for the participant to sign."""

    public_key: Key
    nonce: Nonce
    signature: Signature


class Welcome(Message, frozen=True, tag="welcome"):
    """The participant is in.

    Attributes:
        participant: its id on the network, derived from its key.
        token: for its uploads; a new one at each connection, and the one before is void.
        session: the number of the task's training; `rounds` rounds, `round` of them done.
        contributors: how many the current model is made of; zero before the first round.
        contributed: the base round of this participant's latest contribution that counts.
    """

    participant: NodeId
    token: Annotated[str, Meta(max_length=128)]
    session: Count
    round: Count
    rounds: Count
    model: ModelReference
    participants: Count
    minimum: Count
    contributors: Count
    contributed: Count | None = None


class Refused(Message, frozen=True, tag="refused"):
    """No; the connection closes after it. The code names the sentence for the person."""

    code: Code
    arguments: dict[str, str | int] = field(default_factory=dict)


class Participants(Message, frozen=True, tag="participants"):
    """How many take part now, and how many a round needs."""

    participants: Count
    minimum: Count


class Attendant(Struct, frozen=True, forbid_unknown_fields=True, array_like=True):
    """One participant of a session, and what it does.

    Attributes:
        presence: contributed is who waits for the end of this round; away is whose connection is
            gone, and who is waited for.
        seconds: how long it has been so, since clocks may differ.
    """

    participant: NodeId
    presence: Presence
    seconds: Count


class Roster(Message, frozen=True, tag="roster"):
    """Who takes part, as far as it is not known yet.

    Attributes:
        is_whole: whether everything told before is void.
        present: who is new, or does something else now.
        gone: who takes part no longer.
    """

    is_whole: bool = False
    present: Annotated[tuple[Attendant, ...], Meta(max_length=LARGEST_ROSTER)] = ()
    gone: Annotated[tuple[NodeId, ...], Meta(max_length=LARGEST_ROSTER)] = ()


class RoundClosed(Message, frozen=True, tag="round_closed"):
    """A new model is there.

    Attributes:
        round: how many rounds it has behind it.
        contributors: how many it is made of.
    """

    round: Count
    model: ModelReference
    contributors: Count


class Trouble(Message, frozen=True, tag="trouble"):
    """The server cannot go on at the moment, says why, and tries again."""

    code: Code
