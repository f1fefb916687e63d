"""Answers in the protocol's form, errors as answers, and who may ask for what."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

import msgspec
from aiohttp import web

from disco_desktop.engine.errors import (
    ContributionError,
    DiscoError,
    ServerError,
    StorageError,
    TaskError,
)
from disco_desktop.engine.messages import Problem, Refused
from disco_desktop.logs import logger
from disco_desktop.server.services import GUARD, SERVICES

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler

    from disco_desktop.engine.task.task import Scheme
    from disco_desktop.server.rooms.room import Room

MESSAGEPACK = "application/vnd.msgpack"

_log = logger(__name__)

# The first class that fits gives the status.
_STATUS: tuple[tuple[type[DiscoError], int], ...] = (
    (ContributionError, 422),
    (StorageError, 507),
    (TaskError, 400),
    (ServerError, 503),
    (DiscoError, 500),
)
_STATUS_OF_CODE = {
    "relay_busy": 429,
    "task_not_on_server": 404,
    "task_of_other_scheme": 404,
    "task_too_large": 413,
    "upload_busy": 409,
    "upload_not_announced": 409,
}


class DeniedError(Exception):
    """A request that whoever makes it has no right to, or that is not one of the protocol."""

    def __init__(self, code: str, *, status: int) -> None:
        super().__init__(code, status)
        self.code = code
        self.status = status


def answer(content: msgspec.Struct, *, status: int = 200) -> web.Response:
    """Answer with a typed message."""
    body = msgspec.msgpack.encode(content)
    return web.Response(body=body, status=status, content_type=MESSAGEPACK)


def json_answer(content: object, *, status: int = 200) -> web.Response:
    """Answer in JSON, where scripts and people read too."""
    body = msgspec.json.encode(content)
    return web.Response(body=body, status=status, content_type="application/json")


def problem(code: str, *, status: int, **arguments: str | int) -> web.Response:
    """Answer that a request is not granted, and why."""
    return answer(Problem(code=code, arguments=arguments), status=status)


def refusal(error: DiscoError) -> Refused:
    """Say on the control connection what an error says, without its detail."""
    return Refused(code=error.code, arguments=_small_arguments(error))


def _small_arguments(error: DiscoError) -> dict[str, str | int]:
    return {
        name: value if isinstance(value, int) else str(value)[:500]
        for name, value in error.arguments.items()
    }


@web.middleware
async def errors_as_answers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer errors that a person can be told about with their code; the detail is for the log."""
    try:
        return await handler(request)
    except DeniedError as error:
        _tell(request, error.code)
        return problem(error.code, status=error.status)
    except TimeoutError:
        _tell(request, "request_too_slow")
        return problem("request_too_slow", status=408)
    except DiscoError as error:
        status = next(status for kind, status in _STATUS if isinstance(error, kind))
        status = _STATUS_OF_CODE.get(error.code, status)
        if status >= 500:
            _log.error("%s %s: %s", request.method, request.path, error)
        else:
            _log.debug("%s %s: %s", request.method, request.path, error)
            _tell(request, error.code)
        return problem(error.code, status=status, **_small_arguments(error))


def _tell(request: web.Request, code: str) -> None:
    """Log a refusal in words of ours alone: what was sent may hold a secret, or fool a reader."""
    request.app[GUARD].incidents.tell(code, "refused a %s request: %s", request.method, code)


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
