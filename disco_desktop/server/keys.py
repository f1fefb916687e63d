"""What the parts of the application find in it, by typed keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from disco_desktop.server.config import ServerConfig
from disco_desktop.server.connection_guard import ConnectionGuard
from disco_desktop.server.metrics import ServerMetrics

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from disco_desktop.server.views import RoomView

CONFIG = web.AppKey("CONFIG", ServerConfig)
GUARD = web.AppKey("GUARD", ConnectionGuard)
METRICS = web.AppKey("METRICS", ServerMetrics)

# Gives all rooms as they are now.
ROOM_VIEWS: web.AppKey[Callable[[], Sequence[RoomView]]] = web.AppKey("ROOM_VIEWS")
