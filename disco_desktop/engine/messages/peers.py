"""What participants of a decentralized session and its server say: who is there, and when to begin.

The server introduces participants and agrees with them who is in each exchange; it never sees what
they exchange. All of these go over the control connection.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from disco_desktop.engine.messages.message import (
    LARGEST_SAMPLES,
    Code,
    Count,
    Digest,
    Key,
    Message,
    NodeId,
    Signature,
)

LARGEST_PEERS = 100  # of one session: their cards fit into one message
LARGEST_ATTEMPTS = 1_000

Host: TypeAlias = Annotated[str, Meta(min_length=1, max_length=64)]
Port: TypeAlias = Annotated[int, Meta(ge=1, le=65_535)]


class Place(Struct, frozen=True, forbid_unknown_fields=True, array_like=True):
    """Where a participant listens for its peers: an IP address in text, and a port."""

    host: Host
    port: Port


class PeerCard(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How to reach a participant, and how to know that it is the one; signed with its key.

    Attributes:
        public_key: its Ed25519 key, which its id follows from.
        certificate: SHA-256 of the certificate that it shows where it listens.
        places: where it listens; none where it can only be reached through the server.
        signature: over all of this and the task and session, see `statements.card_statement`.
    """

    public_key: Key
    certificate: Digest
    places: Annotated[tuple[Place, ...], Meta(max_length=8)]
    signature: Signature


class AttemptMember(Struct, frozen=True, forbid_unknown_fields=True, array_like=True):
    """One participant of an exchange, and what its update weighs.

    Attributes:
        samples: number of training samples behind the update; with secure aggregation the power
            of two at or above it.
    """

    participant: NodeId
    samples: Annotated[int, Meta(ge=1, le=LARGEST_SAMPLES)]


# --- from the participant


class Introduction(Message, frozen=True, tag="introduction"):
    """Introduce me to the others with this card; the first message after the welcome.

    Attributes:
        holds: the digest of the model that the participant holds and would give to others.
    """

    card: PeerCard
    holds: Digest | None = None


class Ready(Message, frozen=True, tag="ready"):
    """I hold the model of `round`, have trained from it, and wait for the exchange.

    Attributes:
        holds: the digest of that model.
        samples: as in an `AttemptMember`.
    """

    round: Count
    holds: Digest
    samples: Annotated[int, Meta(ge=1, le=LARGEST_SAMPLES)]


class Outcome(Message, frozen=True, tag="outcome"):
    """How an attempt ended for me.

    Attributes:
        digest: of the model that came of it; None where nothing did.
        blamed: those whose part did not come in time.
    """

    round: Count
    attempt: Count
    digest: Digest | None = None
    blamed: Annotated[tuple[NodeId, ...], Meta(max_length=LARGEST_PEERS)] = ()


# --- from the server


class Peers(Message, frozen=True, tag="peers"):
    """Everybody in the session who has introduced itself, the reader among them.

    Attributes:
        holders: those who hold the current model.
    """

    peers: Annotated[tuple[PeerCard, ...], Meta(max_length=LARGEST_PEERS)]
    holders: Annotated[tuple[NodeId, ...], Meta(max_length=LARGEST_PEERS)] = ()


class Attempt(Message, frozen=True, tag="attempt"):
    """Exchange now, among exactly these; in the order of their ids.

    Attributes:
        round: the rounds that the common model has behind it, as in `Ready`.
        attempt: counted from one in each round, and never used twice in a session.
        seconds: how long it may take.
        silence: seconds after which somebody counts as silent who does not give what all wait for.
    """

    round: Count
    attempt: Annotated[int, Meta(ge=1, le=LARGEST_ATTEMPTS)]
    members: Annotated[tuple[AttemptMember, ...], Meta(min_length=1, max_length=LARGEST_PEERS)]
    seconds: Annotated[float, Meta(gt=0, le=604_800)]
    silence: Annotated[float, Meta(gt=0, le=604_800)]


class Voided(Message, frozen=True, tag="voided"):
    """An attempt came to nothing; everybody keeps the model of `round`.

    With the mean whoever is left tries again at once. With secure aggregation the update is spent:
    each trains a fresh one and says that it is ready again.

    Attributes:
        reason: what a person reads about it.
        missing: those who are no longer there, or whose part did not come.
    """

    round: Count
    attempt: Count
    reason: Literal["peer_left", "peer_silent", "digests_differ", "server_restarted"] | Code
    missing: Annotated[tuple[NodeId, ...], Meta(max_length=LARGEST_PEERS)] = ()
