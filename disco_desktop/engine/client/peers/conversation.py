"""One peer at the other end of a link: parcels are asked for and given."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from disco_desktop.engine.client.peers.frames import (
    Denied,
    ExchangeParcel,
    ParcelWithdrawnError,
    Piece,
    Ping,
    Pong,
    Want,
    decode_frame,
    encode_frame,
)
from disco_desktop.engine.client.peers.transport import LinkLostError
from disco_desktop.engine.weights.pieces import PIECE
from disco_desktop.logs import logger

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from disco_desktop.engine.client.ledger import Ledger
    from disco_desktop.engine.client.peers.frames import Content, Head, Parcel, Parcels
    from disco_desktop.engine.client.peers.transport import Link

LARGEST_WANTS = 16  # of one peer at a time
PING_SECONDS = 10.0

# What the contents of an exchange are called in the ledger.
KINDS: dict[Content, str] = {
    "key": "exchange key",
    "commitment": "promise",
    "part": "part of an update",
    "sum": "sum of a part",
    "digest": "digest",
}

_log = logger(__name__)


class ParcelDeniedError(Exception):
    """The peer does not give this parcel, or what it gives is not what was asked for."""


class Arrival:
    """A parcel on its way here; it outlives the links that bring it.

    Attributes:
        into: where its bytes go; of just its size.
        offset: how many of them are there.
    """

    def __init__(self, parcel: Parcel, into: memoryview) -> None:
        self.parcel = parcel
        self.into = into
        self.offset = 0
        self.has_begun = False

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing."""
        return self.offset == len(self.into) and (self.has_begun or not len(self.into))


class Conversation:
    """Serves what the peer wants, and fetches what we want of it, as long as the link lasts.

    Attributes:
        latency: seconds there and back, once it is known.
        bytes_sent, bytes_received: of frames, without what the carrier adds to them.
    """

    def __init__(self, link: Link, parcels: Parcels, ledger: Ledger) -> None:
        self.link = link
        self.bytes_sent = 0
        self.bytes_received = 0
        self.latency: float | None = None
        self._parcels = parcels
        self._ledger = ledger
        self._arrivals: dict[Parcel, tuple[Arrival, asyncio.Future[None]]] = {}
        self._serving: set[asyncio.Task[None]] = set()
        self._answering: asyncio.Task[None] | None = None
        self._pinged = (0, 0.0)

    async def run(self) -> None:
        """Listen until the link is lost; all that is under way on it ends with it.

        Raises:
            LinkLostError: at the end, always.
        """
        pinging = asyncio.create_task(self._keep_pinging())
        try:
            while True:
                frame = await self.link.receive()
                self.bytes_received += len(frame)
                self._take(*decode_frame(frame))
        except LinkLostError as error:
            self._fail(error)
            raise
        finally:
            self._fail(LinkLostError("closed"))
            pinging.cancel()
            for task in self._serving:
                task.cancel()
            await asyncio.gather(pinging, *self._serving, return_exceptions=True)
            await self.link.close()

    def _fail(self, error: Exception) -> None:
        for _, done in self._arrivals.values():
            if not done.done():
                done.set_exception(error)

    def _take(self, head: Head, body: memoryview) -> None:
        match head:
            case Want():
                self._serve(head)
            case Piece():
                self._arrived(head, body)
            case Denied():
                _, done = self._arrivals.get(head.parcel, (None, None))
                if done is not None and not done.done():
                    done.set_exception(ParcelDeniedError(f"{head.parcel} is not given"))
            case Ping():
                self._answer(head.number)
            case Pong():
                number, sent = self._pinged
                if head.number == number:
                    self.latency = time.monotonic() - sent

    async def _send(self, head: Head, body: bytes | memoryview = b"") -> None:
        frame = encode_frame(head, body)
        await self.link.send(frame)
        self.bytes_sent += len(frame)

    # --- giving

    def _serve(self, want: Want) -> None:
        if len(self._serving) >= LARGEST_WANTS:
            raise LinkLostError("asks for too much at once")
        self._start(self._give(want))

    def _start(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._serving.add(task)
        task.add_done_callback(self._served)
        return task

    def _served(self, task: asyncio.Task[None]) -> None:
        self._serving.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, LinkLostError):  # run() finds that out
            _log.error("a mistake of ours with a peer", exc_info=error)

    async def _give(self, want: Want) -> None:
        try:
            content = await self._parcels.get(want.parcel, self.link.peer)
        except ParcelWithdrawnError:
            await self._send(Denied(want.parcel))
            return
        if want.offset > len(content):
            await self._send(Denied(want.parcel))
            return
        kind = _kind(want.parcel)
        for start in range(want.offset, max(len(content), want.offset + 1), PIECE):
            body = content[start : start + PIECE]
            head = Piece(want.parcel, start, len(content))
            await self._send(head, body)
            self._ledger.sent(kind, len(body))

    # --- getting

    async def fetch(self, arrival: Arrival) -> None:
        """Ask for what is missing of a parcel and wait until it is whole.

        Raises:
            LinkLostError: the link is gone; what came so far stays.
            ParcelDeniedError: the peer does not give it, or gives something else.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._arrivals[arrival.parcel] = arrival, done
        try:
            await self._send(Want(arrival.parcel, arrival.offset))
            await done
        finally:
            self._arrivals.pop(arrival.parcel, None)
            if done.done() and not done.cancelled():
                done.exception()  # known, even where sending failed first

    def _arrived(self, piece: Piece, body: memoryview) -> None:
        arrival, done = self._arrivals.get(piece.parcel, (None, None))
        self._ledger.received(_kind(piece.parcel), len(body))
        if arrival is None or done is None or done.done():
            return  # asked for once, and no longer wanted
        end = piece.offset + len(body)
        if piece.size != len(arrival.into) or piece.offset != arrival.offset or end > piece.size:
            done.set_exception(ParcelDeniedError(f"{piece.parcel} is of {piece.size} bytes"))
            return
        if not len(body) and piece.size:
            done.set_exception(ParcelDeniedError("an empty piece"))
            return
        arrival.into[piece.offset : end] = body
        arrival.offset, arrival.has_begun = end, True
        if arrival.is_whole:
            done.set_result(None)

    # --- how long the way is

    def _answer(self, number: int) -> None:
        """Answer a ping, but none that comes before the last answer could go: nobody needs both."""
        if self._answering is None or self._answering.done():
            self._answering = self._start(self._send(Pong(number)))

    async def _keep_pinging(self) -> None:
        try:
            while True:
                self._pinged = (self._pinged[0] + 1, time.monotonic())
                await self._send(Ping(self._pinged[0]))
                await asyncio.sleep(PING_SECONDS)
        except LinkLostError:
            return  # run() finds that out by itself


def _kind(parcel: Parcel) -> str:
    """Name a parcel in the ledger."""
    return KINDS[parcel.content] if isinstance(parcel, ExchangeParcel) else "model"
