"""What the routes work with, and the typed keys under which they find it."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from disco_desktop.engine.client.identity import Identity, read_private_file, write_private_file
from disco_desktop.engine.errors import StorageError
from disco_desktop.server.config import ServerConfig
from disco_desktop.server.connection_guard import ConnectionGuard
from disco_desktop.server.metrics import ServerMetrics
from disco_desktop.server.offering import offer_tasks
from disco_desktop.server.rooms.rooms import Rooms
from disco_desktop.server.store.sqlite_store import SqliteStore

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from disco_desktop.server.metrics import RoomView
    from disco_desktop.server.store.store import Store


@dataclass(frozen=True, kw_only=True)
class Services:
    """The parts of a running server.

    Attributes:
        identity: the key that the server proves itself with.
        creator_token: what whoever may add tasks carries.
    """

    config: ServerConfig
    identity: Identity
    store: Store
    rooms: Rooms
    creator_token: str


SERVICES = web.AppKey("services", Services)


async def start_services(config: ServerConfig, metrics: ServerMetrics) -> Services:
    """Open what the server keeps in its data folder, and take up where it left off.

    Raises:
        DiscoError: the folder or a task in it cannot be used.
    """
    try:
        config.data_dir.mkdir(parents=True, exist_ok=True)
        creator_token = await asyncio.to_thread(_creator_token, config.data_dir / "creator.token")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise StorageError(
            "server_folder", folder=str(config.data_dir), reason=reason, detail=str(error)
        ) from error
    identity = await asyncio.to_thread(Identity.load_or_create, config.data_dir / "identity.pem")
    store = await asyncio.to_thread(SqliteStore, config.data_dir)
    rooms = Rooms(store, config.limits, metrics)
    try:
        await rooms.start()
        await offer_tasks(rooms, config.tasks_dir)
    except BaseException:
        await rooms.close()
        raise
    return Services(
        config=config, identity=identity, store=store, rooms=rooms, creator_token=creator_token
    )


def _creator_token(path: Path) -> str:
    """Return the token of whoever runs this server, made at its first start."""
    write_private_file(path, secrets.token_urlsafe(32).encode())
    return read_private_file(path, largest=1024).decode().strip()


CONFIG = web.AppKey("CONFIG", ServerConfig)
GUARD = web.AppKey("GUARD", ConnectionGuard)
METRICS = web.AppKey("METRICS", ServerMetrics)

# Gives all rooms as they are now.
ROOM_VIEWS: web.AppKey[Callable[[], Sequence[RoomView]]] = web.AppKey("ROOM_VIEWS")
