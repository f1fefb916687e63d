"""Who may do what in a room, by the token that its control connection gave it."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from disco_desktop.server.routes.answers import DeniedError
from disco_desktop.server.services import SERVICES

if TYPE_CHECKING:
    from aiohttp import web

    from disco_desktop.engine.task.task import Scheme
    from disco_desktop.server.rooms.room import Room


def room_and_participant(request: web.Request, scheme: Scheme) -> tuple[Room, str]:
    """Return whose request this is: only a participant of the very room that it names may ask.

    Raises:
        DeniedError: whoever asks is none.
        TaskError: there is no such task, or it is trained in another way.
    """
    services = request.app[SERVICES]
    task = services.rooms.task_of_scheme(request.match_info["task"], scheme)
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    participant = token.partition(".")[0]
    if kind != "Bearer" or not participant:
        raise DeniedError("token_missing", status=401)
    room = services.rooms.room(task, int(request.match_info["session"]))
    member = room.members.get(participant) if room is not None else None
    if (
        room is None
        or member is None
        or not hmac.compare_digest(member.token.encode(), token.encode(errors="replace"))
    ):
        raise DeniedError("token_not_valid", status=403)
    if member.role != "participant":
        raise DeniedError("not_a_participant", status=403)
    return room, participant
