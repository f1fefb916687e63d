"""The seam between what peers say and the way it takes: direct, relayed, or within a process."""

from __future__ import annotations

from abc import ABC, abstractmethod
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
