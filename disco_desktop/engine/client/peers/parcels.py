"""The parcels that a participant gives to its peers, and to whom."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from disco_desktop.engine.client.peers.frames import ExchangeParcel, ModelParcel

if TYPE_CHECKING:
    from collections.abc import Iterable

    from disco_desktop.engine.client.peers.frames import Parcel


class ParcelWithdrawnError(Exception):
    """Nobody gets this parcel: its attempt is over, or it is meant for others."""


class Parcels:
    """What is offered, to whom; whoever asks early waits until it is there or will never be.

    A peer may have heard of an attempt before we did, so what belongs to one that is not over is
    waited for. How many wait on a link is bounded by whoever serves it.
    """

    def __init__(self) -> None:
        self._offered: dict[tuple[str | None, Parcel], memoryview] = {}
        self._over = (0, 0)  # round and attempt of the latest that is over
        self._changed = asyncio.Event()

    def end(self, round_: int, attempt: int) -> None:
        """Withdraw all that belongs to this attempt and to those before it."""
        self._over = max(self._over, (round_, attempt))
        for key in [key for key in self._offered if self._is_over(key[1])]:
            del self._offered[key]
        self._note_change()

    def offer(
        self, parcel: Parcel, content: memoryview, *, to: Iterable[str] | None = None
    ) -> None:
        """Offer bytes to some peers, or to all of them; they must not change any more."""
        for peer in [None] if to is None else to:
            self._offered[peer, parcel] = content
        self._note_change()

    def offer_model(self, parcel: ModelParcel, content: memoryview, *, is_only: bool) -> None:
        """Offer a common model to everybody, beside those on offer or in their place."""
        if is_only:
            for key in [key for key in self._offered if isinstance(key[1], ModelParcel)]:
                del self._offered[key]
        self.offer(parcel, content)

    async def get(self, parcel: Parcel, peer: str) -> memoryview:
        """Return what a peer asked for, once it is there.

        Raises:
            ParcelWithdrawnError: it is not for this peer, or will never be there.
        """
        while (content := self._find(parcel, peer)) is None:
            if not self._may_come(parcel):
                raise ParcelWithdrawnError
            await self._changed.wait()
        return content

    def _find(self, parcel: Parcel, peer: str) -> memoryview | None:
        own = self._offered.get((peer, parcel))
        return self._offered.get((None, parcel)) if own is None else own

    def _may_come(self, parcel: Parcel) -> bool:
        return isinstance(parcel, ExchangeParcel) and not self._is_over(parcel)

    def _is_over(self, parcel: Parcel) -> bool:
        return isinstance(parcel, ExchangeParcel) and (parcel.round, parcel.attempt) <= self._over

    def _note_change(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
