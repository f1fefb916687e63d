"""How the bare loop moves an update up and a model down."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import aiohttp

CHUNK = 1 << 20
SHA256 = "X-SHA256"


async def chunks_of(content: memoryview) -> AsyncIterator[memoryview]:
    """Yield a content of bytes in chunks."""
    for start in range(0, len(content), CHUNK):
        yield content[start : start + CHUNK]


async def exchange(http: aiohttp.ClientSession, url: str, content: memoryview) -> bytearray:
    """Send an update and return the model that it becomes part of."""
    headers = {
        SHA256: hashlib.sha256(content).hexdigest(),
        "Content-Length": str(len(content)),
    }
    model, digest = bytearray(), hashlib.sha256()
    async with http.post(url, data=chunks_of(content), headers=headers) as response:
        response.raise_for_status()
        async for chunk in response.content.iter_chunked(CHUNK):
            digest.update(chunk)
            model += chunk
    if digest.hexdigest() != response.headers[SHA256]:
        raise RuntimeError("the model arrived damaged")
    return model
