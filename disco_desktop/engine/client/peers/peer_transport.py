"""The transport of a real session: peers are called directly, and through the server where not."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import tempfile
from typing import TYPE_CHECKING

from disco_desktop.engine.client.address import client_session
from disco_desktop.engine.client.certificate import PeerCertificate, fresh_certificate
from disco_desktop.engine.client.identity import node_id
from disco_desktop.engine.client.peers.direct import dial
from disco_desktop.engine.client.peers.handshake import agree, prove_as_dialler
from disco_desktop.engine.client.peers.listener import Listener, is_reachable, own_hosts
from disco_desktop.engine.client.peers.meeting import Meeting, Shelf
from disco_desktop.engine.client.peers.membership import card_id
from disco_desktop.engine.client.peers.peer_link import PeerLink
from disco_desktop.engine.client.peers.transport import Link, LinkLimits, LinkLostError, Transport
from disco_desktop.engine.errors import DiscoError, StorageError
from disco_desktop.engine.messages import LARGEST_PEERS, Place
from disco_desktop.logs import logger

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import aiohttp

    from disco_desktop.engine.client.ledger import Ledger
    from disco_desktop.engine.client.peers.membership import Membership
    from disco_desktop.engine.client.peers.relayed import Relay
    from disco_desktop.engine.client.peers.transport import Carrier, Way
    from disco_desktop.engine.messages import PeerCard

_ANY = ("0.0.0.0", "::")  # noqa: S104 - only who proves an introduced key gets in
# This machine has no addresses of that kind, mostly of IPv6.
_NO_SUCH_ADDRESS = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}

_log = logger(__name__)


class PeerTransport(Transport):
    """Links to peers over TLS, or sealed through the server's relay.

    Args:
        membership: who we are, in which session.
        relay: how the server's relay is called.
        ledger: gets all bytes that the links really carry.
        limits: how long each step may take.
        is_relay_only: whether nobody is called directly and nobody may call, since the person
            does not want the others to learn this machine's address.
        port: the one at which others may call, which a firewall may let through; any that is free
            where it is None.
    """

    def __init__(
        self,
        membership: Membership,
        relay: Relay,
        ledger: Ledger,
        *,
        limits: LinkLimits | None = None,
        is_relay_only: bool = False,
        port: int | None = None,
    ) -> None:
        self._membership = membership
        self._relay = relay
        self._ledger = ledger
        self._limits = limits or LinkLimits()
        self._is_relay_only = is_relay_only
        self._port = port
        self._introduced: set[bytes] = set()
        self._meetings: dict[str, Meeting] = {}
        self._shelf = Shelf(self._limits)
        self._links: set[PeerLink] = set()
        self._listener: Listener | None = None
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> PeerCard:
        """Begin to listen, and return our card; without places where nobody can call us.

        Raises:
            StorageError: the certificate cannot be made, since there is no room for a file.
        """
        try:
            certificate = fresh_certificate()
        except OSError as error:
            raise StorageError(
                "certificate_unreadable",
                file=str(error.filename or tempfile.gettempdir()),
                reason=error.strerror or str(error),
            ) from error
        self._session = client_session(
            self._relay.address, self._ledger, connections=2 * LARGEST_PEERS
        )
        places = [] if self._is_relay_only else await self._listen(certificate)
        _log.debug("peers find us at %s", places or "the relay alone")
        return self._membership.card(certificate.fingerprint, places)

    async def _listen(self, certificate: PeerCertificate) -> list[Place]:
        self._listener = Listener(
            self._membership,
            certificate,
            self._introduced.__contains__,
            self._arrived,
            self._ledger,
            self._limits,
        )
        hosts = await own_hosts(self._relay.address)
        ports: dict[bool, int] = {}  # by whether it is IPv6
        for address in hosts if self._relay.address.is_loopback else _ANY:
            try:
                ports[":" in address] = self._listener.listen(address, self._port or 0)
            except OSError as error:  # the relay is still there
                _log.debug("cannot listen at %s: %s", address, error)
                if self._port is not None and error.errno not in _NO_SUCH_ADDRESS:
                    self.trouble = DiscoError(
                        "peer_port_unusable",
                        port=self._port,
                        reason=error.strerror or str(error),
                    )
        return [Place(host, ports[":" in host]) for host in hosts if (":" in host) in ports]

    def introduce(self, cards: Iterable[PeerCard]) -> None:
        """Let these in from now on, and nobody else; links that stand stay."""
        self._introduced.clear()
        for card in cards:
            if self._membership.holds(card):
                self._introduced.add(card.public_key)
            else:
                _log.warning("the card of %s is not signed by its key", card_id(card))

    async def connect(self, card: PeerCard) -> Link:
        """Make a link to a peer; it does the same at its end, at about the same time."""
        peer = card_id(card)
        if self._session is None or self._session.closed:
            raise LinkLostError("the transport does not run")
        if not self._membership.holds(card) or peer == self._membership.id:
            raise LinkLostError("the card is not signed by its key, or is our own")
        if peer in self._meetings:
            raise LinkLostError("this peer is being called already")
        self._introduced.add(card.public_key)
        is_chooser = self._membership.is_chooser(peer)
        meeting = Meeting(is_chooser=is_chooser, most=self._limits.of_one_peer)
        self._meetings[peer] = meeting
        for link in self._shelf.take(peer):
            meeting.offer(link)
        try:
            return await self._meet(meeting, card)
        except BaseException:
            meeting.give_up()
            raise

    async def _meet(self, meeting: Meeting, card: PeerCard) -> PeerLink:
        loop = asyncio.get_running_loop()
        ways = [
            loop.create_task(self._call(place, card, meeting)) for place in self._callable(card)
        ]
        ways.append(loop.create_task(self._call_relay(card, meeting, has_places=bool(ways))))
        try:
            async with asyncio.timeout(self._limits.connect):
                link = await meeting.link()
        except TimeoutError as error:
            raise LinkLostError("no way to the peer was found in time") from error
        finally:
            del self._meetings[card_id(card)]
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, meeting.close(), return_exceptions=True)
        _log.debug("%r was agreed on", link)
        return link

    def _callable(self, card: PeerCard) -> list[Place]:
        """Return where a peer may be called: on this computer only if the server is on it too."""
        if self._is_relay_only:
            return []
        if self._relay.address.is_loopback:
            return list(card.places)
        return [place for place in card.places if is_reachable(place.host)]

    async def _call(self, place: Place, card: PeerCard, meeting: Meeting) -> None:
        """Call a peer at one place, again and again: it may not have heard of us yet."""
        while True:
            try:
                link = await self._direct(place, card)
            except LinkLostError as error:
                _log.debug("%s cannot be called at %s: %s", card_id(card), place, error)
            else:
                meeting.offer(link)
                await link.wait_until_ended()
            await asyncio.sleep(self._limits.retry)

    async def _direct(self, place: Place, card: PeerCard) -> PeerLink:
        carrier = await dial(place, card.certificate, self._ledger, self._limits)
        with _ended_unless_done(carrier):
            try:
                async with asyncio.timeout(self._limits.handshake):
                    await prove_as_dialler(carrier, self._membership, card)
            except TimeoutError as error:
                raise LinkLostError("the peer did not prove its key in time") from error
        return self._link(card_id(card), "direct", carrier)

    async def _call_relay(self, card: PeerCard, meeting: Meeting, *, has_places: bool) -> None:
        if has_places or self._listener is not None:
            await asyncio.sleep(self._limits.direct)
        while True:
            try:
                link = await self._relayed(card)
            except LinkLostError as error:
                _log.debug("%s is not at the relay: %s", card_id(card), error)
            else:
                meeting.offer(link)
                await link.wait_until_ended()
            await asyncio.sleep(self._limits.retry)

    async def _relayed(self, card: PeerCard) -> PeerLink:
        if self._session is None:
            raise LinkLostError("the transport does not run")
        peer = card_id(card)
        carrier = await self._relay.call(self._session, self._membership, peer, self._limits)
        with _ended_unless_done(carrier):
            sealed = await agree(carrier, self._membership, card, self._limits)
        return self._link(peer, "relayed", sealed)

    def _arrived(self, key: bytes, carrier: Carrier) -> None:
        peer = node_id(key)
        link = self._link(peer, "direct", carrier)
        meeting = self._meetings.get(peer)
        if meeting is None:
            self._shelf.put(link)
        else:
            meeting.offer(link)

    def _link(self, peer: str, way: Way, carrier: Carrier) -> PeerLink:
        link = PeerLink(peer, way, carrier, self._limits)
        link.on_gone = self._links.discard
        self._links.add(link)
        return link

    async def close(self) -> None:
        """End all links and listen no longer."""
        for meeting in self._meetings.values():
            meeting.refuse("the transport was closed")
        if self._listener is not None:
            await self._listener.close()
        self._shelf.clear()
        await asyncio.gather(*(link.close() for link in list(self._links)))
        await self._relay.close()
        if self._session is not None:
            await self._session.close()


@contextlib.contextmanager
def _ended_unless_done(carrier: Carrier) -> Iterator[None]:
    """End a carrier if what is done with it fails."""
    try:
        yield
    except BaseException:
        carrier.abort()
        raise
