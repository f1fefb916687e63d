"""A transport within one process: for tests, which cut links and hold back frames at will."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from disco_desktop.engine.client.peers.membership import card_id
from disco_desktop.engine.client.peers.peer_link import FrameQueue
from disco_desktop.engine.client.peers.transport import (
    LARGEST_FRAME,
    Link,
    LinkLimits,
    LinkLostError,
    Transport,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from disco_desktop.engine.client.peers.membership import Membership
    from disco_desktop.engine.messages import PeerCard

_NO_CERTIFICATE = "0" * 64


class MemoryNetwork:
    """What joins the transports of one test."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, str], asyncio.Future[MemoryLink]] = {}
        self._links: dict[frozenset[str], list[MemoryLink]] = {}
        self._cut: set[frozenset[str]] = set()
        self._held: set[frozenset[str]] = set()

    def cut(self, one: str, other: str) -> None:
        """End the links between two peers, and let them make none until `mend`."""
        pair = frozenset((one, other))
        self._cut.add(pair)
        for link in self._links.pop(pair, []):
            link.end("the link was cut")

    def mend(self, one: str, other: str) -> None:
        """Let two peers make links again."""
        self._cut.discard(frozenset((one, other)))

    def hold(self, one: str, other: str) -> None:
        """Hold back all frames between two peers, in both directions, until `let_flow`."""
        self._held.add(frozenset((one, other)))
        self._set_flow(one, other)

    def let_flow(self, one: str, other: str) -> None:
        """Let frames that were held back go on, in order."""
        self._held.discard(frozenset((one, other)))
        self._set_flow(one, other)

    def _set_flow(self, one: str, other: str) -> None:
        pair = frozenset((one, other))
        for link in self._links.get(pair, []):
            link.set_flow(is_held=pair in self._held)

    async def join(self, own: str, peer: str, seconds: float) -> MemoryLink:
        """Return our end of a link as soon as the peer asks for its own.

        Raises:
            LinkLostError: the two are cut from each other, or the peer does not ask in time.
        """
        pair = frozenset((own, peer))
        if pair in self._cut:
            raise LinkLostError("the link is cut")
        other = self._waiting.pop((peer, own), None)
        if other is not None and not other.done():
            ours, theirs = self._pair(own, peer)
            other.set_result(theirs)
            return ours
        return await self._wait(own, peer, seconds)

    async def _wait(self, own: str, peer: str, seconds: float) -> MemoryLink:
        future: asyncio.Future[MemoryLink] = asyncio.get_running_loop().create_future()
        self._waiting[own, peer] = future
        try:
            async with asyncio.timeout(seconds):
                return await future
        except TimeoutError as error:
            raise LinkLostError("the peer does not call") from error
        finally:
            if self._waiting.get((own, peer)) is future:
                del self._waiting[own, peer]

    def _pair(self, own: str, peer: str) -> tuple[MemoryLink, MemoryLink]:
        pair = frozenset((own, peer))
        there, back = FrameQueue(), FrameQueue()
        made = MemoryLink(peer, there, back), MemoryLink(own, back, there)
        made[0].other, made[1].other = made[::-1]
        self._links[pair] = [*made]  # those of before have ended, or their peers let go of them
        self._set_flow(own, peer)
        return made


class MemoryLink(Link):
    """One end of a link within the process; it is as bounded as a real one.

    Attributes:
        other: its other end.
    """

    def __init__(self, peer: str, sent: FrameQueue, received: FrameQueue) -> None:
        super().__init__(peer, "memory")
        self._sent = sent
        self._received = received
        self._flowing = asyncio.Event()
        self.other: MemoryLink | None = None
        self._sending = asyncio.Lock()

    async def send(self, frame: bytes | bytearray | memoryview) -> None:
        """Send a frame; wait where the peer reads too slowly."""
        if len(frame) > LARGEST_FRAME:
            raise ValueError(f"a frame of {len(frame)} bytes; {LARGEST_FRAME} are the most")
        async with self._sending:
            await self._sent.put(memoryview(bytes(frame)))

    async def receive(self) -> memoryview:
        """Return the next frame."""
        await self._flowing.wait()
        return await self._received.get()

    async def close(self) -> None:
        """End the link; the peer still gets what was sent."""
        self._received.clear()
        self.end("the link was closed")

    def set_flow(self, *, is_held: bool) -> None:
        """Hold back what the peer has sent, or let it through."""
        if is_held and not self._received.has_ended:
            self._flowing.clear()
        else:
            self._flowing.set()

    def end(self, reason: str) -> None:
        """End both directions."""
        self._sent.end(reason)
        self._received.end(reason)
        for link in (self, self.other):
            if link is not None:
                link.set_flow(is_held=False)


class MemoryTransport(Transport):
    """Links to others of the same `MemoryNetwork`."""

    def __init__(
        self, membership: Membership, network: MemoryNetwork, *, limits: LinkLimits | None = None
    ) -> None:
        self._membership = membership
        self._network = network
        self._limits = limits or LinkLimits()
        self._links: list[MemoryLink] = []
        self._is_open = False

    async def start(self) -> PeerCard:
        """Return a card that names no place."""
        self._is_open = True
        return self._membership.card(_NO_CERTIFICATE, ())

    def introduce(self, cards: Iterable[PeerCard]) -> None:
        """Let everybody in: within a process nobody comes by chance."""

    async def connect(self, card: PeerCard) -> Link:
        """Make a link to a peer that calls at about the same time."""
        peer = card_id(card)
        if not self._is_open or not self._membership.holds(card) or peer == self._membership.id:
            raise LinkLostError("the transport is closed, or the card does not hold")
        link = await self._network.join(self._membership.id, peer, self._limits.connect)
        self._links.append(link)
        return link

    async def close(self) -> None:
        """End all links."""
        self._is_open = False
        for link in self._links:
            link.end("the transport was closed")
        self._links.clear()
