"""Servers on real sockets for these tests."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pytest

from disco_desktop.engine.default_tasks.registry import task_provider
from disco_desktop.engine.task.task import encode_task
from disco_desktop.engine.weights.manifest import Manifest
from disco_desktop.engine.weights.model_file import write_model
from disco_desktop.engine.weights.weights import Weights
from disco_desktop.server.application import create_application
from disco_desktop.server.config import Limits, ServerConfig
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
def tasks_dir(tmp_path: Path) -> Path:
    """A folder with the bundle of one task, with first weights of a single number."""
    task = task_provider("titanic").get_task()
    bundle = tmp_path / "tasks" / task.id
    bundle.mkdir(parents=True)
    (bundle / "task.json").write_bytes(encode_task(task))
    weights = Weights(Manifest(names=("a",), shapes=((1,),)), np.zeros(1, np.float32))
    write_model(bundle / "weights.safetensors", weights, {})
    return bundle.parent


@pytest.fixture
def serve(tmp_path: Path, tasks_dir: Path) -> Serve:
    @contextlib.asynccontextmanager
    async def started(
        *,
        tls: ssl.SSLContext | None = None,
        public_hosts: tuple[str, ...] = (),
        prepare: Callable[[web.Application], None] | None = None,
        **limits: float,
    ) -> AsyncIterator[int]:
        config = ServerConfig(
            data_dir=tmp_path / "server",
            tasks_dir=tasks_dir,
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
