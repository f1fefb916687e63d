"""The plain way to average updates over HTTP: what a good engineer would write in an afternoon.

It moves the same bytes as ours, digests them with the same SHA-256, and has every upload and every
result on the disk before it goes on. There are no tasks, no identities, no resumed transfers, no
deadlines and no checks of values; the sum is in float64.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import sys
from pathlib import Path

import numpy as np
from aiohttp import web

from tests.benchmarks.bare_transfer import CHUNK, SHA256, chunks_of


class Average:
    """The model, and the sum of the round's updates."""

    def __init__(self, folder: Path, elements: int, participants: int) -> None:
        self.folder = folder
        self.participants = participants
        self.model = np.zeros(elements, np.float32)
        self.content = memoryview(b"")
        self.digest = ""
        self._sum = np.zeros(elements, np.float64)
        self._adding = asyncio.Lock()
        self._files: list[Path] = []
        self._closed = asyncio.Event()

    async def contribute(self, path: Path) -> None:
        """Add the update in a file; come back when everybody's is in the model."""
        closed = self._closed
        async with self._adding:
            await asyncio.to_thread(self._add, path)
            self._files.append(path)
            if len(self._files) == self.participants:
                await asyncio.to_thread(self._close_round)
                self._closed = asyncio.Event()
                closed.set()
        await closed.wait()

    def _add(self, path: Path) -> None:
        self._sum += np.fromfile(path, np.float32)

    def _close_round(self) -> None:
        self._sum /= self.participants
        self.model = (self.model + self._sum).astype(np.float32)
        self._sum[:] = 0
        content = self.model.data.cast("B")
        digest = hashlib.sha256(content).hexdigest()
        with (self.folder / "model.new").open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        (self.folder / "model.new").replace(self.folder / "model")
        _sync_folder(self.folder)
        self.content, self.digest = content, digest
        while self._files:
            self._files.pop().unlink()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


AVERAGE = web.AppKey("average", Average)


async def exchange(request: web.Request) -> web.StreamResponse:
    """Take an update, and answer with the model once all are there."""
    average = request.app[AVERAGE]
    path = average.folder / f"update-{int(request.match_info['participant'])}"
    digest = hashlib.sha256()
    with path.open("wb") as file:
        async for chunk in request.content.iter_chunked(CHUNK):
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        await asyncio.to_thread(os.fsync, file.fileno())
    if digest.hexdigest() != request.headers[SHA256]:
        path.unlink()
        raise web.HTTPBadRequest
    await asyncio.to_thread(_sync_folder, average.folder)
    await average.contribute(path)
    response = web.StreamResponse(headers={SHA256: average.digest})
    response.content_length = len(average.content)
    await response.prepare(request)
    async for chunk in chunks_of(average.content):
        await response.write(chunk)
    await response.write_eof()
    return response


async def serve(folder: Path, elements: int, participants: int) -> None:
    app = web.Application()
    app[AVERAGE] = Average(folder, elements, participants)
    app.router.add_post("/exchange/{participant}", exchange)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0]
    print(f"bare server listening on http://{host}:{port}", flush=True)
    await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
