"""What a person or a monitoring system asks the server: `/`, `/health` and `/metrics`."""

from __future__ import annotations

import base64
import hashlib
import html
import time
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from disco_desktop import __version__
from disco_desktop.app.words.inert_text import inert
from disco_desktop.server.services import GUARD, METRICS, ROOM_VIEWS
from disco_desktop.translation import language, mark, tr, trn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from disco_desktop.server.metrics import RoomView

_REFRESH_SECONDS = 5
_STYLE = Path(__file__).with_name("status_page.css").read_text(encoding="utf-8")
_STYLE_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

# Nothing is loaded and nothing runs: the one style is named by its digest.
CONTENT_SECURITY_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_DIGEST}'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

_SCHEMES = {
    "local": mark("each participant alone"),
    "federated": mark("via this server"),
    "decentralized": mark("peer to peer; models stay with the participants"),
}


def status_page(version: str, uptime: float, rooms: Sequence[RoomView]) -> str:
    """Write the page.

    Args:
        version: the server's.
        uptime: seconds since its start.
        rooms: all rooms as they are now.
    """
    participants = sum(room.participants for room in rooms)
    facts = [
        tr("Version {version}").format(version=_plain(version)),
        tr("up for {time}").format(time=duration(uptime)),
        _count(participants, "{count} participant", "{count} participants"),
        _count(len({room.task_id for room in rooms}), "{count} task", "{count} tasks"),
    ]
    body = "\n".join(_room(room) for room in rooms)
    shown = (
        f'<div class="rooms">\n{body}\n</div>' if rooms else f'<p class="empty">{tr(_EMPTY)}</p>'
    )
    return _PAGE.format(
        refresh=_REFRESH_SECONDS,
        style=_STYLE,
        facts=" · ".join(facts),
        rooms=shown,
        language=language(),
        footer=tr("Participants' data stay on their own computers. This page refreshes itself."),
    )


def duration(seconds: float) -> str:
    """Write a time as a person would say it: `3.2 s`, `12 min`, `5 h 20 min`, `2 days`."""
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return _count(hours // 24, "{count} day", "{count} days")


def _plain(text: str) -> str:
    """Return HTML that shows a text as it is; `<bdi>` keeps a right-to-left one to itself."""
    return f"<bdi>{html.escape(inert(text))}</bdi>"


def _count(number: int, one: str, several: str) -> str:
    return trn(one, several, number).format(count=f"{number:,}")


def _room(room: RoomView) -> str:
    """Write the card of one room."""
    last = tr("none yet") if room.last_round_seconds is None else duration(room.last_round_seconds)
    return _ROOM.format(
        mood="busy" if room.participants >= room.minimum else "quiet",
        title=_plain(room.title),
        task_id=_plain(room.task_id),
        session=_plain(room.session),
        status=_plain(room.status),
        round=room.round,
        most=max(room.rounds, 1),
        rounds_done=tr("{round} of {rounds}").format(round=room.round, rounds=room.rounds),
        needed=tr("{participants}, at least {minimum} needed").format(
            participants=room.participants, minimum=room.minimum
        ),
        scheme=tr(_SCHEMES[room.scheme]),
        last=last,
        **_words(),
    )


def _words() -> dict[str, str]:
    """Return the names of what a card says."""
    return {
        "session_word": tr("session"),
        "done_word": tr("Completed rounds"),
        "round_word": tr("Round"),
        "participants_word": tr("Participants"),
        "exchange_word": tr("Exchange"),
        "last_word": tr("Last round"),
    }


_PAGE = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="{refresh}">
<title>Disco server</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
<main>
<h1>Disco server</h1>
<p class="facts">{facts}</p>
{rooms}
<footer>{footer}</footer>
</main>
</body>
</html>
"""

_EMPTY = mark("Nobody is training at the moment.")

_ROOM = """<article class="room {mood}">
<h2>{title}</h2>
<p class="name">{task_id} · {session_word} {session}</p>
<p class="status">{status}</p>
<progress value="{round}" max="{most}" aria-label="{done_word}"></progress>
<dl>
<dt>{round_word}</dt><dd>{rounds_done}</dd>
<dt>{participants_word}</dt><dd>{needed}</dd>
<dt>{exchange_word}</dt><dd>{scheme}</dd>
<dt>{last_word}</dt><dd>{last}</dd>
</dl>
</article>"""


_STARTED = web.AppKey("_STARTED", float)


def add_pages(app: web.Application) -> None:
    """Add the routes; the application must hold its guard, metrics and room views."""
    app[_STARTED] = time.monotonic()
    app.router.add_get("/", _status)
    app.router.add_get("/health", _health)
    app.router.add_get("/metrics", _metrics)


async def _status(request: web.Request) -> web.Response:
    page = status_page(__version__, _uptime(request), request.app[ROOM_VIEWS]())
    return web.Response(
        text=page,
        content_type="text/html",
        headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY},
    )


async def _health(request: web.Request) -> web.Response:
    rooms = request.app[ROOM_VIEWS]()
    return web.json_response(
        {
            "status": "ok",
            "version": __version__,
            "uptime_seconds": round(_uptime(request), 1),
            "rooms": len(rooms),
            "participants": sum(room.participants for room in rooms),
        }
    )


async def _metrics(request: web.Request) -> web.Response:
    metrics, guard = request.app[METRICS], request.app[GUARD]
    metrics.connections.set(guard.open_connections)
    for reason, number in guard.cuts.items():
        metrics.cut_connections.labels(reason).set(number)
    metrics.participants.clear()
    for room in request.app[ROOM_VIEWS]():
        metrics.participants.labels(room.task_id).inc(room.participants)
    return web.Response(body=metrics.exposition(), headers={"Content-Type": CONTENT_TYPE_LATEST})


def _uptime(request: web.Request) -> float:
    return time.monotonic() - request.app[_STARTED]
