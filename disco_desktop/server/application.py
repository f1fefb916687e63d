"""Puts the server together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from disco_desktop.engine.client.versions import VERSION_HEADERS
from disco_desktop.server.connection_guard import ConnectionGuard
from disco_desktop.server.metrics import ServerMetrics
from disco_desktop.server.origin import own_origin_only
from disco_desktop.server.pages import add_pages
from disco_desktop.server.rooms.rooms import room_views
from disco_desktop.server.routes import sockets, tasks, uploads
from disco_desktop.server.routes.answers import errors_as_answers
from disco_desktop.server.services import (
    CONFIG,
    GUARD,
    METRICS,
    ROOM_VIEWS,
    SERVICES,
    start_services,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from disco_desktop.server.config import ServerConfig


def create_application(config: ServerConfig) -> web.Application:
    """Return the application of one server; `running` gives it its socket.

    Its start may raise a `DiscoError`: the server then cannot be used.
    """
    guard = ConnectionGuard(config.limits)
    app = web.Application(
        middlewares=[
            guard.middleware,
            own_origin_only(
                [config.host, *config.public_hosts], log_seconds=config.limits.log_seconds
            ),
            errors_as_answers,
        ],
        client_max_size=config.limits.piece_bytes,
    )
    app[CONFIG] = config
    app[GUARD] = guard
    app[METRICS] = ServerMetrics()
    app[ROOM_VIEWS] = lambda: room_views(app[SERVICES].rooms)
    app.on_response_prepare.append(_add_headers)
    app.cleanup_ctx.append(_watch_loop)
    app.cleanup_ctx.append(_serve_rooms)
    app.on_shutdown.append(_let_members_go)
    for routes in (tasks.routes, uploads.routes, sockets.routes):
        app.add_routes(routes)
    add_pages(app)
    return app


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Tell browsers to run, keep and guess nothing, whatever the answer is."""
    response.headers.setdefault("Content-Security-Policy", "default-src 'none'")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.update(VERSION_HEADERS)
    response.headers["Server"] = "Disco"  # and not which versions of what it is made of


async def _watch_loop(app: web.Application) -> AsyncIterator[None]:
    async with app[METRICS].watching_loop():
        yield


async def _serve_rooms(app: web.Application) -> AsyncIterator[None]:
    app[SERVICES] = services = await start_services(app[CONFIG], app[METRICS])
    yield
    await services.rooms.close()


async def _let_members_go(app: web.Application) -> None:
    app[SERVICES].rooms.let_members_go()
