"""The tasks on offer, and how one is added."""

from __future__ import annotations

import asyncio
import hmac
from typing import TYPE_CHECKING

from aiohttp import web

from disco_desktop.engine.messages import TaskSummary
from disco_desktop.engine.task.task import decode_task, encode_task
from disco_desktop.server.offering import offer_task
from disco_desktop.server.routes.answers import DeniedError, json_answer
from disco_desktop.server.services import SERVICES

if TYPE_CHECKING:
    from disco_desktop.server.rooms.rooms import Rooms
    from disco_desktop.server.store.store import TaskRecord

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
