"""The tasks on offer and their models: how a task is added, how a model is downloaded."""

from __future__ import annotations

import asyncio
import dataclasses
import hmac
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from aiohttp import web

from disco_desktop.engine.dataset.preprocessing import declared
from disco_desktop.engine.memory.record import History, ModelRecord
from disco_desktop.engine.memory.stored_model import model_metadata
from disco_desktop.engine.messages import TaskSummary
from disco_desktop.engine.task.task import decode_task, encode_task
from disco_desktop.engine.weights.model_header import model_header
from disco_desktop.engine.weights.pieces import PIECE, piece_count
from disco_desktop.server.offering import offer_task
from disco_desktop.server.routes.answers import DeniedError, json_answer, problem
from disco_desktop.server.services import GUARD, METRICS, SERVICES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiohttp.abc import AbstractStreamWriter

    from disco_desktop.engine.task.task import Task
    from disco_desktop.server.rooms.rooms import Rooms
    from disco_desktop.server.store.store import RoomRecord, RoundRecord, TaskRecord

routes = web.RouteTableDef()


@routes.get("/tasks")
async def list_tasks(request: web.Request) -> web.Response:
    """Say which tasks are on offer, and how their sessions stand."""
    rooms = request.app[SERVICES].rooms
    return json_answer([await _summary(rooms, task) for task in rooms.tasks.values()])


async def _summary(rooms: Rooms, task: TaskRecord) -> TaskSummary:
    record = await rooms.current_record(task)
    room = rooms.latest(task.task.id)
    return TaskSummary(
        id=task.task.id,
        digest=task.digest,
        title=task.task.display.title,
        summary=task.task.display.summary,
        scheme=task.task.collaboration.scheme,
        data=str(task.task.data.__struct_config__.tag),
        session=record.session,
        round=record.round,
        rounds=record.rounds,
        participants=room.participants if room is not None else 0,
        minimum=task.task.collaboration.minimum_participants,
    )


@routes.get("/tasks/{task}")
async def get_task(request: web.Request) -> web.Response:
    """Give a task in its canonical form."""
    task = request.app[SERVICES].rooms.task(request.match_info["task"])
    return web.Response(
        body=encode_task(task.task),
        content_type="application/json",
        headers={"ETag": f'"{task.digest}"'},
    )


@routes.post("/tasks")
async def add_task(request: web.Request) -> web.Response:
    """Offer a further task, for whoever holds the creator's token."""
    services = request.app[SERVICES]
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not token:
        raise DeniedError("creator_token_missing", status=401)
    if not hmac.compare_digest(token.encode(errors="replace"), services.creator_token.encode()):
        raise DeniedError("not_the_creator", status=403)
    async with asyncio.timeout(services.config.limits.piece_seconds):
        task = decode_task(await request.read())
    await offer_task(services.rooms, task)
    return json_answer(await _summary(services.rooms, services.rooms.task(task.id)), status=201)


_ID_LENGTH = 16


def shared_metadata(task: Task, room: RoomRecord, closed: Sequence[RoundRecord]) -> dict[str, str]:
    """Return the metadata of a room's current model.

    The server has seen nobody's data: there are no figures of a validation, and where participants
    scale columns by their own data, that part is left out.
    """
    record = ModelRecord(
        id=room.model.digest[:_ID_LENGTH],
        name=task.display.title,
        task_id=task.id,
        task_title=task.display.title,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        scheme=task.collaboration.scheme,
        rounds=room.round,
        epochs=room.round * task.training.round_duration,
        participants=len(closed[-1].contributors) if closed else 1,
    )
    shared = {"round": str(room.round), "session": str(room.session)}
    return shared | model_metadata(record, task, declared(task.data), History())


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
