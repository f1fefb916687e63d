"""All our peers: a link to each, made anew whenever it is lost."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from msgspec import structs

from disco_desktop.engine.client.control_connection import Backoff
from disco_desktop.engine.client.identity import node_id
from disco_desktop.engine.client.ledger import PeerState
from disco_desktop.engine.client.peers.conversation import Arrival, Conversation
from disco_desktop.engine.client.peers.frames import Parcels
from disco_desktop.engine.client.peers.transport import LinkLostError
from disco_desktop.logs import logger

if TYPE_CHECKING:
    from collections.abc import Iterable

    from disco_desktop.engine.client.ledger import Ledger
    from disco_desktop.engine.client.peers.frames import Parcel
    from disco_desktop.engine.client.peers.membership import Membership
    from disco_desktop.engine.client.peers.transport import Transport
    from disco_desktop.engine.messages import PeerCard

_log = logger(__name__)


class Peer:
    """One introduced participant, and the link to it that is open now, if one is."""

    def __init__(self, card: PeerCard, safety_code: str) -> None:
        self.card = card
        self.safety_code = safety_code
        self.id = node_id(card.public_key)
        self.conversation: Conversation | None = None
        self.keeping: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()

    def set_conversation(self, conversation: Conversation | None) -> None:
        """Note that there is a link, or none."""
        self.conversation = conversation
        self._changed.set()
        self._changed = asyncio.Event()

    async def talking(self) -> Conversation:
        """Wait for a link."""
        while self.conversation is None:
            await self._changed.wait()
        return self.conversation

    @property
    def state(self) -> PeerState:
        """What a person sees of it."""
        conversation = self.conversation
        known = PeerState(
            participant=self.id,
            public_key=self.card.public_key,
            safety_code=self.safety_code,
            way=None,
        )
        if conversation is None:
            return known
        return structs.replace(
            known,
            way=conversation.link.way,
            latency=conversation.latency,
            bytes_sent=conversation.bytes_sent,
            bytes_received=conversation.bytes_received,
        )


class PeerNetwork:
    """Keeps a link to every peer that the server introduced, and fetches parcels from them.

    Attributes:
        parcels: what we give.
    """

    def __init__(
        self,
        transport: Transport,
        membership: Membership,
        ledger: Ledger,
    ) -> None:
        self.parcels = Parcels()
        self._transport = transport
        self._membership = membership
        self._ledger = ledger
        self._peers: dict[str, Peer] = {}
        self._leaving: set[asyncio.Task[None]] = set()

    @property
    def states(self) -> tuple[PeerState, ...]:
        """How each peer is reached now, in the order of their ids."""
        return tuple(self._peers[name].state for name in sorted(self._peers))

    def key_of(self, peer: str) -> bytes:
        """Return the key by which a peer was introduced.

        Raises:
            LinkLostError: the peer is no longer in the session.
        """
        if peer not in self._peers:
            raise LinkLostError(f"{peer} has left")
        return self._peers[peer].card.public_key

    def introduce(self, cards: Iterable[PeerCard]) -> None:
        """Take note of who is there: known peers keep their link, others lose theirs."""
        wanted = {node_id(card.public_key): card for card in cards}
        wanted.pop(self._membership.id, None)
        self._transport.introduce(wanted.values())
        for name, peer in list(self._peers.items()):
            if wanted.get(name) != peer.card:
                self._forget(peer)
        for name, card in wanted.items():
            if name not in self._peers:
                peer = self._peers[name] = Peer(card, self._membership.safety_code(card))
                peer.keeping = asyncio.create_task(self._keep_talking(peer))

    def _forget(self, peer: Peer) -> None:
        del self._peers[peer.id]
        if peer.keeping is not None:
            peer.keeping.cancel()
            self._leaving.add(peer.keeping)
            peer.keeping.add_done_callback(self._leaving.discard)

    async def _keep_talking(self, peer: Peer) -> None:
        backoff = Backoff()
        while True:
            try:
                link = await self._transport.connect(peer.card)
            except LinkLostError as error:
                _log.debug("no way to %s: %s", peer.id, error)
                await backoff.pause()
                continue
            backoff.reset()
            _log.debug("reached %s, %s", peer.id, link.way)
            conversation = Conversation(link, self.parcels, self._ledger)
            peer.set_conversation(conversation)
            try:
                await conversation.run()
            except LinkLostError as error:
                _log.debug("lost %s: %s", peer.id, error)
            finally:
                peer.set_conversation(None)
            await backoff.pause()

    async def fetch(self, peer: str, parcel: Parcel, into: memoryview) -> None:
        """Fetch a parcel of known size, over as many links as it takes.

        It waits for the peer without a limit of its own: whoever calls has one.

        Raises:
            ParcelDeniedError: the peer does not give it, or something else instead.
            LinkLostError: the peer is no longer in the session.
        """
        arrival = Arrival(parcel, into)
        while not arrival.is_whole:
            known = self._peers.get(peer)
            if known is None:
                raise LinkLostError(f"{peer} has left")
            conversation = await known.talking()
            with contextlib.suppress(LinkLostError):
                await conversation.fetch(arrival)
            if known.conversation is conversation and not arrival.is_whole:
                await asyncio.sleep(0)  # until run() has noticed that it is lost

    async def close(self) -> None:
        """End all links."""
        for peer in list(self._peers.values()):
            self._forget(peer)
        await asyncio.gather(*self._leaving, return_exceptions=True)
        await self._transport.close()
