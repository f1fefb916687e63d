"""Moving an update up and a model down, in pieces, so that a cut costs one piece at the most.

No request follows a redirection: what is sent is for the server that was chosen.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import aiohttp
import msgspec

from disco_desktop.engine.client.control_connection import ConnectionLostError
from disco_desktop.engine.errors import ContributionError, DiscoError, ServerError, StorageError
from disco_desktop.engine.messages import Problem, UploadState, decode_as
from disco_desktop.engine.weights.pieces import (
    DIGEST_SIZE,
    PIECE,
    content_digest,
    piece_count,
    piece_digest,
    pieces,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from yarl import URL

    from disco_desktop.engine.client.address import ServerAddress
    from disco_desktop.engine.client.ledger import Ledger
    from disco_desktop.engine.messages import Announcement, ModelReference

PIECE_SECONDS = 60.0
_SMALL = 1 << 20  # bytes of an answer that is not a model


class Upload:
    """An update on its way to the server; goes on from where it was cut off."""

    def __init__(self, announcement: Announcement, content: memoryview, ledger: Ledger) -> None:
        self._announcement = announcement
        self._content = content
        self._ledger = ledger

    async def go_on(
        self,
        http: aiohttp.ClientSession,
        url: URL,
        token: str,
        tell: Callable[[UploadState], None],
    ) -> int:
        """Announce the update, send what the server lacks, and return the round it counts in.

        Args:
            http: the session to use.
            url: where this session's contributions go.
            token: what proves whose they are.
            tell: is called with the server's answer to the announcement.

        Raises:
            ConnectionLostError: it was cut off; call again.
            ContributionError: the server refused the update; it counts nowhere.
            ServerError, StorageError: the server cannot take it now.
        """
        headers = {"Authorization": f"Bearer {token}"}
        announcement = msgspec.msgpack.encode(self._announcement)
        async with (
            _in_time(),
            _request(
                http.post(url, data=announcement, headers=headers, allow_redirects=False)
            ) as response,
        ):
            state = await _state(response)
        self._ledger.sent("announcement", len(announcement))
        tell(state)
        if state.counts_in is None:
            state = await self._send(http, url, headers, state.offset)
        if state.counts_in is None:
            raise ConnectionLostError("sent, but not acknowledged")
        return state.counts_in

    async def _send(
        self, http: aiohttp.ClientSession, url: URL, headers: dict[str, str], offset: int
    ) -> UploadState:
        if not 0 <= offset <= len(self._content) or (
            offset % PIECE and offset < len(self._content)
        ):
            raise ServerError("server_answer_strange", detail=f"offset {offset}")
        headers = {**headers, "Content-Length": str(len(self._content) - offset)}
        url = (url / str(self._announcement.base_round)).with_query(offset=str(offset))
        async with _in_time() as limit:
            body = self._pieces(offset, limit)
            async with _request(
                http.put(url, data=body, headers=headers, allow_redirects=False)
            ) as response:
                return await _state(response)

    async def _pieces(self, offset: int, limit: asyncio.Timeout) -> AsyncIterator[memoryview]:
        """Yield the pieces, each of which gets its time to leave."""
        loop = asyncio.get_running_loop()
        for piece in pieces(self._content, offset=offset):
            limit.reschedule(loop.time() + PIECE_SECONDS)
            yield piece
            self._ledger.sent("update", len(piece))
        limit.reschedule(loop.time() + PIECE_SECONDS)


class Download:
    """A model on its way here; every piece is checked as it comes."""

    def __init__(self, model: ModelReference, into: memoryview, ledger: Ledger) -> None:
        if len(into) != model.size:
            raise ServerError("model_of_other_size", detail=f"{model.size}, not {len(into)}")
        self._model = model
        self._into = into
        self._ledger = ledger
        self._digests = b""
        self._offset = 0

    async def go_on(self, http: aiohttp.ClientSession, address: ServerAddress) -> None:
        """Fetch what is missing.

        Raises:
            ConnectionLostError: it was cut off, or a piece arrived damaged; call again.
            ServerError: the server does not have it, or it is not what its digest says.
        """
        url = address.endpoint(f"/models/{self._model.digest}")
        if not self._digests and not self._is_one_piece:
            await self._fetch_digests(http, url / "pieces")
        if self._offset == len(self._into):
            return
        headers = {"Range": f"bytes={self._offset}-"} if self._offset else {}
        async with _request(http.get(url, headers=headers, allow_redirects=False)) as response:
            if response.status != (206 if self._offset else 200):
                raise ServerError("server_answer_strange", detail=f"status {response.status}")
            await self._take_pieces(response.content)

    @property
    def _is_one_piece(self) -> bool:
        """Whether the model's digest says all: a list of one digest follows from it."""
        return piece_count(self._model.size) == 1

    async def _fetch_digests(self, http: aiohttp.ClientSession, url: URL) -> None:
        size = piece_count(self._model.size) * DIGEST_SIZE
        async with _in_time(), _request(http.get(url, allow_redirects=False)) as response:
            digests = await response.content.readexactly(size)
        if content_digest(digests) != self._model.digest:
            raise ConnectionLostError("the list of pieces arrived damaged")
        self._digests = digests
        self._ledger.received("piece digests", size)

    async def _take_pieces(self, content: aiohttp.StreamReader) -> None:
        """Copy bytes to their place as they come; a piece counts once it is whole and right."""
        arrived = self._offset
        while self._offset < len(self._into):
            piece = self._into[self._offset : self._offset + PIECE]
            async with _in_time():
                while arrived < self._offset + len(piece):
                    chunk, is_chunk_end = await content.readchunk()
                    if not chunk and not is_chunk_end:
                        raise EOFError("the model ended early")
                    place = self._into[arrived : arrived + len(chunk)]
                    place[:] = chunk[: len(place)]
                    arrived += len(chunk)
            self._ledger.received("model", len(piece))
            if not self._is_right(piece):
                raise ConnectionLostError("a piece arrived damaged")
            self._offset += len(piece)

    def _is_right(self, piece: memoryview) -> bool:
        digest = piece_digest(piece)
        if self._is_one_piece:
            return content_digest(digest) == self._model.digest
        place = self._offset // PIECE * DIGEST_SIZE
        return digest == self._digests[place : place + DIGEST_SIZE]


@asynccontextmanager
async def _in_time() -> AsyncIterator[asyncio.Timeout]:
    """Take a connection that is silent for too long as lost."""
    try:
        async with asyncio.timeout(PIECE_SECONDS) as limit:
            yield limit
    except TimeoutError as error:
        if not limit.expired():
            raise
        raise ConnectionLostError("nothing came in time") from error


@asynccontextmanager
async def _request(
    request: aiohttp.client._RequestContextManager,
) -> AsyncIterator[aiohttp.ClientResponse]:
    """Make a request; turn refusals into errors, and cuts into a lost connection."""
    try:
        async with request as response:
            if response.status >= 400:
                transport = response.connection.transport if response.connection else None
                refusal = await _refusal(response)
                if transport is not None and transport.get_write_buffer_size():
                    transport.abort()  # else it would linger, with what nobody reads any more
                raise refusal
            yield response
    except (aiohttp.ClientError, OSError, EOFError) as error:
        raise ConnectionLostError(repr(error)) from error


async def _refusal(response: aiohttp.ClientResponse) -> Exception:
    """Say what the server said; only those that another try cannot mend are errors of ours."""
    try:
        problem = decode_as(await response.content.read(_SMALL), Problem)
    except msgspec.MsgspecError:
        return ConnectionLostError(f"the server answered {response.status}")
    kind: type[DiscoError] = {422: ContributionError, 507: StorageError}.get(
        response.status, ServerError
    )
    if problem.code in _PASSING:
        return ConnectionLostError(problem.code)
    return kind.told(problem.code, problem.arguments)


# Answers that a fresh connection or another try mends.
_PASSING = {
    "piece_differs",
    "upload_offset",
    "upload_busy",
    "upload_not_announced",
    "update_incomplete",
    "token_not_valid",
    "request_too_slow",
}


async def _state(response: aiohttp.ClientResponse) -> UploadState:
    try:
        return decode_as(await response.content.read(_SMALL), UploadState)
    except msgspec.MsgspecError as error:
        raise ServerError("server_answer_strange", detail=str(error)) from error
