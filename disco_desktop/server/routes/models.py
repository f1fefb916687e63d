"""Models for download: by digest in pieces for participants, whole for everybody else."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import TYPE_CHECKING, cast

from aiohttp import web

from disco_desktop.engine.weights.model_header import model_header
from disco_desktop.engine.weights.pieces import PIECE, piece_count
from disco_desktop.server.keys import GUARD, METRICS
from disco_desktop.server.routes.answers import problem
from disco_desktop.server.services import SERVICES
from disco_desktop.server.shared_model import shared_metadata

if TYPE_CHECKING:
    from aiohttp.abc import AbstractStreamWriter

routes = web.RouteTableDef()

_DIGEST = "{digest:[0-9a-f]{64}}"
_FOREVER = "public, max-age=31536000, immutable"


@routes.get(f"/models/{_DIGEST}/pieces")
async def get_pieces(request: web.Request) -> web.Response:
    """Give the digests of a model's pieces, one after the other."""
    store = request.app[SERVICES].store
    pieces = await asyncio.to_thread(store.model_pieces, request.match_info["digest"])
    if pieces is None:
        return problem("model_not_on_server", status=404)
    return web.Response(body=pieces, content_type="application/octet-stream")


@routes.get(f"/models/{_DIGEST}")
async def get_model(request: web.Request) -> web.StreamResponse:
    """Give a model's values as little-endian float32, or the range of bytes that was asked for."""
    path = request.app[SERVICES].store.model_path(request.match_info["digest"])
    headers = {"Content-Type": "application/octet-stream", "Cache-Control": _FOREVER}
    try:
        if path.stat().st_size <= PIECE and "Range" not in request.headers:
            # Handing a file of its own to the socket takes longer than what is in a small one.
            content = await asyncio.to_thread(path.read_bytes)
            request.app[METRICS].bytes_sent.inc(len(content))
            return web.Response(body=content, headers=headers)
    except FileNotFoundError:
        return problem("model_not_on_server", status=404)
    return _BulkFile(path, headers=headers)


class _BulkFile(web.FileResponse):
    """A file that is sent as long as it takes, but not slower than a piece in its time."""

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        app = cast("web.Request", request).app
        pieces = piece_count(self._path.stat().st_size)
        seconds = app[SERVICES].config.limits.piece_seconds * (1 + pieces)
        with app[GUARD].own_time(request):
            writer = await asyncio.wait_for(super().prepare(request), seconds)
        app[METRICS].bytes_sent.inc(self.content_length or 0)
        return writer


@routes.get("/tasks/{task}/model")
async def get_current_model(request: web.Request) -> web.StreamResponse:
    """Give a task's current model as a file that a person can keep among their models.

    Of a task whose models stay with the participants it is the one that they begin with, and both
    the file and the answer say so.
    """
    services = request.app[SERVICES]
    task = services.rooms.task(request.match_info["task"])
    record = await services.rooms.current_record(task)
    closed = await asyncio.to_thread(services.store.rounds, record)
    if task.is_kept_by_participants:
        record, closed = dataclasses.replace(record, round=0, model=task.initial), []
    kept = "participants" if task.is_kept_by_participants else "server"
    metadata = shared_metadata(task.task, record, closed) | {"models_kept_by": kept}
    header = model_header(task.manifest, metadata)
    response = web.StreamResponse(
        headers={
            "Content-Type": "application/octet-stream",
            "Content-Disposition": f'attachment; filename="{task.task.id}.safetensors"',
            "Content-Length": str(len(header) + record.model.size),
            "X-Disco-Round": str(record.round),
            "X-Disco-Models-Kept-By": kept,
        }
    )
    seconds = services.config.limits.piece_seconds
    path = services.store.model_path(record.model.digest)
    with request.app[GUARD].own_time(request), path.open("rb") as file:
        await response.prepare(request)
        await response.write(header)
        while piece := await asyncio.to_thread(file.read, PIECE):
            await asyncio.wait_for(response.write(piece), seconds)
        await response.write_eof()
    request.app[METRICS].bytes_sent.inc(record.model.size)
    return response
