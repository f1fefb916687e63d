"""How two peers who call each other at the same time end up with one link."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from disco_desktop.engine.client.peers.transport import LinkLostError

if TYPE_CHECKING:
    from disco_desktop.engine.client.peers.peer_link import PeerLink
    from disco_desktop.engine.client.peers.transport import LinkLimits


class Meeting:
    """Links to one peer, of which the chooser of the two takes the first that stands.

    The chooser says so on that link and waits until the other has taken it. The other waits for
    that word on all of them. What is not taken is ended, so that both hold the same one.
    """

    def __init__(self, *, is_chooser: bool, most: int) -> None:
        self._is_chooser = is_chooser
        self._most = most
        self._offered: asyncio.Queue[PeerLink] = asyncio.Queue()
        self._links: list[PeerLink] = []
        self._waits: list[asyncio.Task[None]] = []
        loop = asyncio.get_running_loop()
        self._taken: asyncio.Future[PeerLink] = loop.create_future()

    def offer(self, link: PeerLink) -> None:
        """Add a link that stands; it belongs to the meeting from now on."""
        self._links = [known for known in self._links if not known.has_ended]
        if self._taken.done() or len(self._links) >= self._most:
            link.abort()
            return
        self._links.append(link)
        if self._is_chooser:
            self._offered.put_nowait(link)
        else:
            self._waits.append(asyncio.get_running_loop().create_task(self._hear(link)))

    def refuse(self, reason: str) -> None:
        """Let the meeting end without a link."""
        if not self._taken.done():
            self._taken.set_exception(LinkLostError(reason))

    async def link(self) -> PeerLink:
        """Return the link that both have agreed on.

        Raises:
            LinkLostError: somebody refused the meeting.
        """
        if self._is_chooser:
            self._waits.append(asyncio.get_running_loop().create_task(self._choose()))
        return await self._taken

    async def close(self) -> None:
        """End all links but the one that was taken."""
        for wait in self._waits:
            wait.cancel()
        await asyncio.gather(*self._waits, return_exceptions=True)
        taken = self._taken.result() if self._has_link else None
        for link in self._links:
            if link is not taken:
                link.abort()
        if not self._taken.done():
            self._taken.cancel()

    def give_up(self) -> None:
        """End the one that was taken as well, since nobody waits for it any more."""
        if self._has_link:
            self._taken.result().abort()

    @property
    def _has_link(self) -> bool:
        is_done = self._taken.done() and not self._taken.cancelled()
        return is_done and self._taken.exception() is None

    async def _choose(self) -> None:
        while not self._taken.done():
            link = await self._offered.get()
            try:
                await link.choose()
            except LinkLostError:
                continue
            self._settle(link)

    async def _hear(self, link: PeerLink) -> None:
        try:
            await link.wait_until_chosen()
            if not self._taken.done():
                await link.take()
                self._settle(link)
        except LinkLostError:
            return  # another one may be chosen

    def _settle(self, link: PeerLink) -> None:
        if not self._taken.done():
            self._taken.set_result(link)


class Shelf:
    """Keeps a few links of each peer, the newest, and ends what nobody fetches."""

    def __init__(self, limits: LinkLimits) -> None:
        self._limits = limits
        self._links: dict[str, dict[PeerLink, asyncio.TimerHandle]] = {}  # oldest first

    def put(self, link: PeerLink) -> None:
        """Keep a link for a while."""
        kept = self._links.setdefault(link.peer, {})
        for known in [known for known in kept if known.has_ended]:
            kept.pop(known).cancel()
        if len(kept) >= self._limits.of_one_peer:
            self._drop(next(iter(kept)))
        kept[link] = asyncio.get_running_loop().call_later(self._limits.kept, self._drop, link)

    def take(self, peer: str) -> list[PeerLink]:
        """Hand out what was kept of a peer and still stands."""
        kept = self._links.pop(peer, {})
        for timer in kept.values():
            timer.cancel()
        return [link for link in kept if not link.has_ended]

    def clear(self) -> None:
        """End all."""
        for peer in list(self._links):
            for link in self.take(peer):
                link.abort()

    def _drop(self, link: PeerLink) -> None:
        self._links[link.peer].pop(link).cancel()
        link.abort()
