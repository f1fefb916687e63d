"""A real server on a free port of this machine, for tests."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from disco_desktop.engine.client.address import ServerAddress
from disco_desktop.engine.client.federated import FederatedClient
from disco_desktop.engine.client.identity import Identity
from disco_desktop.engine.default_tasks.registry import task_provider
from disco_desktop.engine.task.task import Task, encode_task
from disco_desktop.engine.weights.manifest import Manifest
from disco_desktop.engine.weights.model_file import write_model
from disco_desktop.engine.weights.weights import Weights
from disco_desktop.server.application import create_application
from disco_desktop.server.certificates import own_certificate
from disco_desktop.server.config import Limits, ServerConfig
from disco_desktop.server.running import running

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


def weights_of(values: list[float] | np.ndarray) -> Weights:
    """Weights of one tensor with these values."""
    buffer = np.asarray(values, np.float32)
    return Weights(Manifest(names=("tensor",), shapes=((len(buffer),),)), buffer)


def task_with(**collaboration: object) -> Task:
    """The Titanic task with other settings of its collaboration, and 100 rounds."""
    task = task_provider("titanic").get_task()
    training = msgspec.structs.replace(task.training, epochs=100, round_duration=1)
    settings = {"minimum_participants": 2, **collaboration}
    return msgspec.structs.replace(
        task,
        training=training,
        collaboration=msgspec.structs.replace(task.collaboration, **settings),
    )


@dataclass
class RunningServer:
    """What a test needs to know of a server."""

    task: Task
    initial: Weights
    url: str
    data_dir: Path
    fingerprint: str | None = None

    @property
    def address(self) -> ServerAddress:
        """Where it is, with its certificate if it has one."""
        return ServerAddress(self.url, self.fingerprint)

    def client(self, **options: object) -> FederatedClient:
        """A participant with a key of its own."""
        identity = options.pop("identity", None) or Identity.generate()
        task = options.pop("task", self.task)
        url = options.pop("url", self.url)
        return FederatedClient(task, self.initial.manifest, ServerAddress(url), identity, **options)


@contextlib.asynccontextmanager
async def running_server(
    folder: Path,
    *,
    initial: Weights,
    task: Task | None = None,
    port: int = 0,
    is_tls: bool = False,
    **limits: float,
) -> AsyncIterator[RunningServer]:
    """Run a server that offers one task; a second time on the same folder, a restarted one."""
    task = task or task_with()
    bundle = folder / "tasks" / task.id
    bundle.mkdir(parents=True, exist_ok=True)
    (bundle / "task.json").write_bytes(encode_task(task))
    write_model(bundle / "weights.safetensors", initial, {})
    data_dir = folder / "data"
    data_dir.mkdir(exist_ok=True)
    certificate = own_certificate(data_dir, []) if is_tls else None
    config = ServerConfig(
        data_dir=data_dir,
        tasks_dir=folder / "tasks",
        port=port,
        is_tls=is_tls,
        limits=Limits(**limits),
    )
    context = certificate.context if certificate else None
    async with running(create_application(config), config, context) as port_:
        url = f"{'https' if is_tls else 'http'}://127.0.0.1:{port_}"
        fingerprint = certificate.fingerprint if certificate else None
        yield RunningServer(task, initial, url, data_dir, fingerprint)
