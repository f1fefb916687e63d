"""What a person or a monitoring system asks the server: `/`, `/health` and `/metrics`."""

from __future__ import annotations

import time

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from disco_desktop import __version__
from disco_desktop.server.keys import GUARD, METRICS, ROOM_VIEWS
from disco_desktop.server.status_page import CONTENT_SECURITY_POLICY, status_page

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
