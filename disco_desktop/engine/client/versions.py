"""Which version two programs have in common, and else which of them is to be updated.

A participant offers the versions of the protocol that it speaks as subprotocols of the WebSocket,
the newest first, and the server chooses (RFC 6455, 1.9). A program that knows nothing of this is of
version 1: it offers or chooses none. Besides, each side says in headers what it is; there, since a
message with a field that the other side does not know is refused before anybody could say why.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from disco_desktop import __version__
from disco_desktop.engine.errors import ServerError
from disco_desktop.engine.messages import OLDEST_PROTOCOL, PROTOCOL_VERSION
from disco_desktop.engine.task.task import SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping

UNSAID = 1  # the protocol of a program that says nothing of versions
_PROGRAM = "Disco-Program"
_PROTOCOL = "Disco-Protocol"
VERSION_HEADERS = {
    _PROGRAM: __version__,
    _PROTOCOL: f"{OLDEST_PROTOCOL}-{PROTOCOL_VERSION}",
    "Disco-Task-Schema": str(SCHEMA_VERSION),
}

_SUBPROTOCOL = "disco-"
_PLAIN = re.compile(r"[0-9A-Za-z.+-]{1,20}")
_RANGE = re.compile(r"([1-9][0-9]{0,5})-([1-9][0-9]{0,5})", re.ASCII)


def subprotocols() -> tuple[str, ...]:
    """Return what we offer, or choose from."""
    newest_first = range(PROTOCOL_VERSION, OLDEST_PROTOCOL - 1, -1)
    return tuple(f"{_SUBPROTOCOL}{version}" for version in newest_first)


def chosen_protocol(subprotocol: str | None) -> int:
    """Return the version to speak with a server that has chosen a subprotocol, or none.

    Where it has chosen none and we do not speak what is unsaid, it is to be told our newest: its
    refusal says then which of us is older.
    """
    if subprotocol is not None:
        return int(subprotocol.removeprefix(_SUBPROTOCOL))
    return UNSAID if OLDEST_PROTOCOL <= UNSAID else PROTOCOL_VERSION


def is_spoken(protocol: int) -> bool:
    """Tell whether we speak a version of the protocol."""
    return OLDEST_PROTOCOL <= protocol <= PROTOCOL_VERSION


def program_of(headers: Mapping[str, str]) -> str:
    """Return the version of the other side's program: nothing that could fool who reads it."""
    program = headers.get(_PROGRAM, "")
    return program if _PLAIN.fullmatch(program) else "of an unknown version"


def check_server(headers: Mapping[str, str]) -> None:
    """Look at what a server says of itself over HTTP, before anything of it is understood.

    Raises:
        ServerError: `server_too_old` or `program_too_old`: we have no protocol in common.
    """
    said = _RANGE.fullmatch(headers.get(_PROTOCOL, ""))
    if said is None:
        return
    oldest, newest = int(said[1]), int(said[2])
    if newest < OLDEST_PROTOCOL:
        raise ServerError("server_too_old", theirs=newest, ours=OLDEST_PROTOCOL)
    if oldest > PROTOCOL_VERSION:
        raise ServerError("program_too_old", theirs=oldest, ours=PROTOCOL_VERSION)


def older_side(refusal: ServerError) -> ServerError:
    """Return a server's refusal as the error that says which side is the older, if it is of that.

    Servers of all versions tell it in the same words: `theirs` is ours, and `ours` the server's.
    """
    own, servers = refusal.arguments.get("theirs"), refusal.arguments.get("ours")
    if refusal.code not in {"protocol_differs", "task_schema_differs"}:
        return refusal
    if not isinstance(own, int) or not isinstance(servers, int) or own == servers:
        return refusal
    code = "server_too_old" if own > servers else "program_too_old"
    return ServerError(code, theirs=servers, ours=own, detail=str(refusal))
