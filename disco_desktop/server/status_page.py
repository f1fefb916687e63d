"""The page that shows a person what the server is doing."""

from __future__ import annotations

import base64
import hashlib
import html
from pathlib import Path
from typing import TYPE_CHECKING

from disco_desktop.app.inert_text import inert

if TYPE_CHECKING:
    from collections.abc import Sequence

    from disco_desktop.server.views import RoomView

_REFRESH_SECONDS = 5
_STYLE = Path(__file__).with_name("status_page.css").read_text(encoding="utf-8")
_STYLE_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

# Nothing is loaded and nothing runs: the one style is named by its digest.
CONTENT_SECURITY_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_DIGEST}'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

_SCHEMES = {
    "local": "each participant alone",
    "federated": "through this server",
    "decentralized": "between participants; models stay with them",
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
        f"Version {_plain(version)}",
        f"up for {duration(uptime)}",
        _count(participants, "participant"),
        _count(len({room.task_id for room in rooms}), "task"),
    ]
    body = "\n".join(_room(room) for room in rooms)
    shown = f'<div class="rooms">\n{body}\n</div>' if rooms else _EMPTY
    return _PAGE.format(
        refresh=_REFRESH_SECONDS, style=_STYLE, facts=" · ".join(facts), rooms=shown
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
    return _count(hours // 24, "day")


def _plain(text: str) -> str:
    """Return HTML that shows a text as it is; `<bdi>` keeps a right-to-left one to itself."""
    return f"<bdi>{html.escape(inert(text))}</bdi>"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _room(room: RoomView) -> str:
    """Write the card of one room."""
    last = "none yet" if room.last_round_seconds is None else duration(room.last_round_seconds)
    return _ROOM.format(
        mood="busy" if room.participants >= room.minimum else "quiet",
        title=_plain(room.title),
        task_id=_plain(room.task_id),
        session=_plain(room.session),
        status=_plain(room.status),
        round=room.round,
        rounds=room.rounds,
        most=max(room.rounds, 1),
        participants=room.participants,
        minimum=room.minimum,
        scheme=_SCHEMES[room.scheme],
        last=last,
    )


_PAGE = """<!DOCTYPE html>
<html lang="en">
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
<footer>Participants' data stay on their own computers. This page renews itself.</footer>
</main>
</body>
</html>
"""

_EMPTY = '<p class="empty">Nobody is training at the moment.</p>'

_ROOM = """<article class="room {mood}">
<h2>{title}</h2>
<p class="name">{task_id} · session {session}</p>
<p class="status">{status}</p>
<progress value="{round}" max="{most}" aria-label="Rounds done"></progress>
<dl>
<dt>Round</dt><dd>{round} of {rounds}</dd>
<dt>Participants</dt><dd>{participants}, at least {minimum} needed</dd>
<dt>Exchange</dt><dd>{scheme}</dd>
<dt>Last round</dt><dd>{last}</dd>
</dl>
</article>"""
