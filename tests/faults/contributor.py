"""Somebody in a session who makes each request itself, right or wrong."""

from __future__ import annotations

import asyncio
import contextlib
import io
from typing import TYPE_CHECKING, Any

import aiohttp
import msgspec

from disco_desktop.engine.messages import Announcement, Problem, UploadState
from disco_desktop.engine.weights.pieces import digest_pieces

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    import numpy as np

    from disco_desktop.engine.client.client import Session
    from disco_desktop.engine.client.federated import FederatedClient
    from disco_desktop.engine.weights.weights import Weights

PATIENCE = 60.0  # seconds in which what must happen has happened
MESSAGEPACK = "application/vnd.msgpack"


class Contributor:
    """Joined as the protocol says; what it contributes is up to the test.

    Attributes:
        token: what its requests carry.
        round: that of the model it was given.
    """

    def __init__(self, client: FederatedClient, session: Session, http: Any) -> None:
        self.client = client
        self.token: str = client._known.token
        self.round = session.round
        self.weights: Weights = session.weights
        self._http: aiohttp.ClientSession = http

    @property
    def participant(self) -> str:
        return self.client._identity.node_id

    def announcement(self, content: bytes, **changes: Any) -> dict[str, Any]:
        """What announces some bytes, with other fields where the test says so."""
        pieces = digest_pieces(memoryview(content))
        fields = Announcement(
            base_round=self.round, samples=1, size=len(content), piece_digests=pieces
        )
        return {**msgspec.to_builtins(fields, builtin_types=[bytes]), **changes}

    async def announce(self, content: bytes, **changes: Any) -> UploadState | Problem:
        return await self.post(msgspec.msgpack.encode(self.announcement(content, **changes)))

    async def post(self, body: bytes, *, token: str | None = None) -> UploadState | Problem:
        """Send an announcement that need not be one."""
        return await self._answer("POST", self.client._contributions, body, token)

    async def put(
        self,
        content: Any,
        *,
        offset: int = 0,
        base_round: int | None = None,
        token: str | None = None,
        url: Any = None,
    ) -> UploadState | Problem:
        """Send bytes from an offset on."""
        number = self.round if base_round is None else base_round
        place = (url or self.client._contributions) / str(number)
        return await self._answer("PUT", place.with_query(offset=str(offset)), content, token)

    async def _answer(
        self, method: str, url: Any, body: Any, token: str | None
    ) -> UploadState | Problem:
        token = self.token if token is None else token
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        body = io.BytesIO(body) if isinstance(body, bytes) else body
        async with self._http.request(method, url, data=body, headers=headers) as response:
            assert response.content_type == MESSAGEPACK
            kind = UploadState if response.status == 200 else Problem
            self.status = response.status
            return msgspec.msgpack.decode(await response.read(), type=kind)

    async def contribute(self, values: np.ndarray | bytes, **changes: Any) -> UploadState | Problem:
        """Announce an update and send it."""
        content = values if isinstance(values, bytes) else values.astype("<f4").tobytes()
        state = await self.announce(content, **changes)
        if isinstance(state, Problem) or state.counts_in is not None:
            return state
        return await self.put(content[state.offset :], offset=state.offset)


@contextlib.asynccontextmanager
async def contributor(client: FederatedClient) -> AsyncIterator[Contributor]:
    """Join; leave in the end."""
    session = await client.connect()
    try:
        async with aiohttp.ClientSession(auto_decompress=False) as http:
            yield Contributor(client, session, http)
    finally:
        await client.disconnect()


async def until(holds: Callable[[], Any]) -> None:
    """Look again each time the loop has had a moment, until it holds."""
    async with asyncio.timeout(PATIENCE):
        while not holds():
            moment = asyncio.Event()
            asyncio.get_running_loop().call_later(0.01, moment.set)
            await moment.wait()
