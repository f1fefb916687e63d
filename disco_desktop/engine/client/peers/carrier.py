"""What carries frames below a link: it knows nothing of peers, their keys or what they say."""

from __future__ import annotations

from abc import ABC, abstractmethod

from disco_desktop.engine.client.peers.transport import LARGEST_FRAME

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
