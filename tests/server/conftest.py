"""Servers on real sockets for these tests."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Protocol

import pytest

from disco_desktop.server.application import create_application
from disco_desktop.server.config import ServerConfig
from disco_desktop.server.limits import Limits
from disco_desktop.server.running import running

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from aiohttp import web


class Serve(Protocol):
    """Runs a server for as long as the context is entered; gives its port."""

    def __call__(
        self,
        *,
        tls: ssl.SSLContext | None = None,
        public_hosts: tuple[str, ...] = (),
        prepare: Callable[[web.Application], None] | None = None,
        **limits: float,
    ) -> AbstractAsyncContextManager[int]: ...


@pytest.fixture
def serve(tmp_path: Path) -> Serve:
    @contextlib.asynccontextmanager
    async def started(
        *,
        tls: ssl.SSLContext | None = None,
        public_hosts: tuple[str, ...] = (),
        prepare: Callable[[web.Application], None] | None = None,
        **limits: float,
    ) -> AsyncIterator[int]:
        empty = tmp_path / "no-tasks"
        empty.mkdir(exist_ok=True)
        config = ServerConfig(
            data_dir=tmp_path / "server",
            tasks_dir=empty,
            public_hosts=public_hosts,
            is_tls=tls is not None,
            limits=Limits(**limits),
        )
        app = create_application(config)
        if prepare is not None:
            prepare(app)
        async with running(app, config, tls) as port:
            yield port

    return started
