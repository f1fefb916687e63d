"""The seam between what peers say and what carries it: direct, relayed, or within a process."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

    from disco_desktop.engine.errors import DiscoError
    from disco_desktop.engine.messages import PeerCard

Way: TypeAlias = Literal["direct", "relayed", "memory"]

LARGEST_FRAME = (1 << 20) + 1024  # bytes: one piece of a model and what it is a piece of


class LinkLostError(Exception):
    """There is no way to a peer at the moment; another one may be had."""


class Link(ABC):
    """A way to one peer that has proved its key: whole frames, in order, in both directions.

    Attributes:
        peer: the other's id.
        way: which way it takes.
    """

    def __init__(self, peer: str, way: Way) -> None:
        self.peer = peer
        self.way = way

    @abstractmethod
    async def send(self, frame: bytes | bytearray | memoryview) -> None:
        """Send a frame of at most `LARGEST_FRAME` bytes; wait where the peer reads too slowly.

        Raises:
            LinkLostError: it cannot be sent, or the peer did not read in time.
        """

    @abstractmethod
    async def receive(self) -> memoryview:
        """Return the next frame.

        Raises:
            LinkLostError: there will be none: the link is closed, or the peer broke its rules.
        """

    @abstractmethod
    async def close(self) -> None:
        """End the link. Safe to call at any time, and more than once."""


class Transport(ABC):
    """Makes links to those whom the server introduced.

    Attributes:
        trouble: why others cannot call us as it was wished, once it has started; there may be
            other ways.
    """

    trouble: DiscoError | None = None

    @abstractmethod
    async def start(self) -> PeerCard:
        """Begin to listen, and return the card by which others find us.

        Where this machine lets nobody listen the card names no place.

        Raises:
            StorageError: this machine has no room for the file that a certificate is loaded from.
        """

    @abstractmethod
    def introduce(self, cards: Iterable[PeerCard]) -> None:
        """Let those of these cards in from now on, and nobody else; links that stand stay."""

    @abstractmethod
    async def connect(self, card: PeerCard) -> Link:
        """Make a link to a peer; it does the same at its end, at about the same time.

        Both ends get the two ends of one and the same link.

        Raises:
            LinkLostError: no way was found in time, or the peer did not prove its key.
        """

    @abstractmethod
    async def close(self) -> None:
        """End all links and listen no longer."""


KIND_BYTES = 1  # what tells a peer's frame from the link's own words
LARGEST_CARRIED = LARGEST_FRAME + KIND_BYTES
LARGEST_GREETING = 256  # bytes of a frame of those who have not proved their key


class Carrier(ABC):
    """Whole frames, in order, in both directions."""

    @property
    @abstractmethod
    def heard(self) -> float:
        """The loop's time at which the other side last said anything, be it part of a frame."""

    @abstractmethod
    async def send(self, *parts: bytes | bytearray | memoryview) -> None:
        """Send the parts as one frame; wait where the other side reads too slowly.

        Raises:
            LinkLostError: it cannot be sent.
        """

    @abstractmethod
    async def receive(self, largest: int) -> memoryview:
        """Return the next frame.

        Raises:
            LinkLostError: there is none, or it has more than `largest` bytes.
        """

    @abstractmethod
    async def close(self) -> None:
        """Send what is left, within a short time, and end."""

    @abstractmethod
    def abort(self) -> None:
        """End at once."""


DIRECT_SECONDS = 2.5  # before the way through the server is taken


@dataclass(frozen=True, kw_only=True)
class LinkLimits:
    """Bounds of a transport; all times in seconds.

    Attributes:
        handshake: for TLS and the proof of both keys together.
        direct: how long only direct ways are tried.
        connect: until a peer counts as out of reach.
        ping: an idle link says something this often.
        silence: a link that says nothing for so long is lost. With the time between two looks,
            half a `ping`, that makes a minute.
        stall: a peer that reads nothing of what waits for it for so long is lost.
        retry: between two calls at the same place, or at the server's relay.
        kept: how long a link is kept for a `connect` that has not come yet.
        closing: what a link may take to say its last bytes.
        unproven: connections that have not proved a key; beyond it the oldest is dropped, of the
            address that has the most.
        of_one_peer: links that one peer has proved and nobody has taken yet.
    """

    handshake: float = 10.0
    direct: float = DIRECT_SECONDS
    connect: float = 25.0
    ping: float = 20.0
    silence: float = 50.0
    stall: float = 60.0
    retry: float = 0.5
    kept: float = 30.0
    closing: float = 2.0
    unproven: int = 64
    of_one_peer: int = 8
