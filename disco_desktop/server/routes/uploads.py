"""Uploads: an update is announced, streamed piece by piece, and acknowledged when it counts."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec
from aiohttp import web

from disco_desktop.engine.messages import LARGEST_ANNOUNCEMENT, Announcement, decode_as
from disco_desktop.server.rooms.federated_room import FederatedRoom
from disco_desktop.server.routes.answers import DeniedError, answer, problem, room_and_participant
from disco_desktop.server.services import GUARD, METRICS, SERVICES

if TYPE_CHECKING:
    from disco_desktop.server.connection_guard import ConnectionGuard
    from disco_desktop.server.rooms.upload import Upload

routes = web.RouteTableDef()

_CONTRIBUTIONS = "/tasks/{task}/sessions/{session:[0-9]{1,15}}/contributions"


@routes.post(_CONTRIBUTIONS)
async def announce(request: web.Request) -> web.Response:
    """Take an announcement and say from which byte on the update is wanted."""
    room, participant = _room_and_participant(request)
    request.app[GUARD].identified(request, participant)
    try:
        announcement = decode_as(await _body(request), Announcement)
    except msgspec.MsgspecError as error:
        raise DeniedError("announcement_malformed", status=400) from error
    return answer(await room.announce(participant, announcement))


async def _body(request: web.Request) -> bytes:
    limits = request.app[SERVICES].config.limits
    async with asyncio.timeout(limits.piece_seconds):
        body = bytearray()
        async for chunk in request.content.iter_any():
            body += chunk
            if len(body) > LARGEST_ANNOUNCEMENT:
                raise DeniedError("announcement_too_large", status=413)
    return bytes(body)


@routes.put(_CONTRIBUTIONS + "/{base_round:[0-9]{1,15}}")
async def receive(request: web.Request) -> web.Response:
    """Take an update's bytes from an offset on; the answer to the last piece acknowledges it.

    Whatever is cut off, what arrived whole and right stays, and the upload goes on from there.
    """
    room, participant = _room_and_participant(request)
    upload = room.upload(participant, int(request.match_info["base_round"]))
    if upload is None:
        return problem("upload_not_announced", status=409)
    guard = request.app[GUARD]
    guard.identified(request, participant)
    # Another request may still feed it, over a connection that is dead and does not know it yet.
    feeder = await upload.begin_feeding()
    if request.query.get("offset") != str(upload.offset):
        return problem("upload_offset", status=409, offset=upload.offset)
    try:
        with guard.own_time(request):
            is_right = await _receive(request, upload, feeder)
    except asyncio.IncompleteReadError:
        return _refused_body(guard, "update_incomplete", status=400, offset=upload.offset)
    if not is_right:
        return _refused_body(guard, "piece_differs", status=422, offset=upload.offset)
    return answer(await room.accept(participant, upload))


def _refused_body(guard: ConnectionGuard, code: str, *, status: int, offset: int) -> web.Response:
    """Refuse, and close: the rest of the body would be read as the next request."""
    guard.incidents.tell(code, "an update has to be sent again: %s", code)
    response = problem(code, status=status, offset=offset)
    response.force_close()
    return response


async def _receive(request: web.Request, upload: Upload, feeder: object) -> bool:
    """Write pieces as they come, the next one arriving while one is written."""
    limits, received = request.app[SERVICES].config.limits, request.app[METRICS].bytes_received
    writing: asyncio.Task[bool] | None = None
    arriving = upload.offset
    try:
        while arriving < upload.announcement.size:
            size = upload.piece_size(arriving)
            async with asyncio.timeout(limits.piece_seconds):
                piece = await request.content.readexactly(size)
            received.inc(size)
            if writing is not None and not await writing:
                return False
            writing = asyncio.create_task(upload.write(piece, feeder))
            arriving += size
    except BaseException:
        if writing is not None:
            await asyncio.gather(writing, return_exceptions=True)  # the file is left in peace
        raise
    return writing is None or await writing


def _room_and_participant(request: web.Request) -> tuple[FederatedRoom, str]:
    """Return whose upload this is: only a participant of this very room may contribute to it."""
    room, participant = room_and_participant(request, "federated")
    if not isinstance(room, FederatedRoom):
        raise DeniedError("token_not_valid", status=403)
    return room, participant
