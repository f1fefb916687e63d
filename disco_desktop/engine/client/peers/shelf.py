"""Links from peers whom nobody has called yet: kept for a short while, since both call at once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from disco_desktop.engine.client.peers.limits import LinkLimits
    from disco_desktop.engine.client.peers.peer_link import PeerLink


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
