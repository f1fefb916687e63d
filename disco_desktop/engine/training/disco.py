"""Disco: joins task, data, network, trainer, client and memory to one training."""

from __future__ import annotations

import secrets
from functools import partial
from typing import TYPE_CHECKING

from disco_desktop.engine.client.address import ServerAddress
from disco_desktop.engine.client.client import LocalClient
from disco_desktop.engine.client.joining import client_at
from disco_desktop.engine.memory.memory import NoMemory
from disco_desktop.engine.models.device import choose_device
from disco_desktop.engine.models.initialise import initial_weights
from disco_desktop.engine.models.network import build_network, network_manifest, read_weights
from disco_desktop.engine.models.objective import build_objective
from disco_desktop.engine.privacy.protection import Protection
from disco_desktop.engine.training.distributed_trainer import DistributedTrainer
from disco_desktop.engine.training.keeper import Keeper
from disco_desktop.engine.training.learner import Learner
from disco_desktop.engine.training.local_trainer import LocalTrainer
from disco_desktop.engine.training.provenance import Provenance
from disco_desktop.engine.training.settings import TrainingSettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from torch import nn

    from disco_desktop.engine.client.client import Client
    from disco_desktop.engine.dataset.samples import Dataset
    from disco_desktop.engine.events import Event
    from disco_desktop.engine.memory.memory import Memory
    from disco_desktop.engine.memory.record import ModelRecord
    from disco_desktop.engine.task.task import Scheme, Task
    from disco_desktop.engine.training.result import TrainingResult
    from disco_desktop.engine.training.trainer import Trainer
    from disco_desktop.engine.weights.weights import Weights


class Disco:
    """One training of one participant.

    ```
    disco = Disco(task, dataset, address, memory=DiskMemory())
    result = await disco.fit()
    ```

    or, for whoever wants to see what happens on the way,

    ```
    try:
        async for event in disco.events():
            ...
    finally:
        await disco.close()
    disco.result
    ```

    Args:
        task: says what is learnt and how.
        dataset: this participant's own data.
        client: whom to exchange with: a client, or the address of a server; None to train alone.
        memory: where checkpoints and the model are kept; nowhere where it is None.
        settings: how long and how to train; the task's own where they are None.
        resume: go on from the last checkpoint, with its settings, if there is one.
        name: what the model is to be called; the task's title where it is None.
        is_kept: whether the model goes into the memory, or the checkpoints alone.
        slot: name of the place for the checkpoints, which one training has at a time.
        device: `cpu`, `cuda` or `mps`; the fastest there is where it is None.
        network: the task's own network, where the task says that its participants have it as code.
        former_digest: of the task, as an earlier version took it whose checkpoint is gone on from.

    Raises:
        ModelError: there is no such device, or the network is not the task's.
    """

    def __init__(
        self,
        task: Task,
        dataset: Dataset,
        client: Client | ServerAddress | None = None,
        *,
        memory: Memory | None = None,
        settings: TrainingSettings | None = None,
        resume: bool = False,
        name: str | None = None,
        is_kept: bool = True,
        slot: str | None = None,
        device: str | None = None,
        network: nn.Module | None = None,
        former_digest: str | None = None,
    ) -> None:
        own, network = network, build_network(task, network)
        settings = settings or TrainingSettings.of(task)
        if client is None:
            client = LocalClient(_first_weights(task, own, settings.seed))
        elif isinstance(client, ServerAddress):
            client = client_at(client, task, network_manifest(network))
        is_alone = isinstance(client, LocalClient)
        scheme: Scheme = "local" if is_alone else task.collaboration.scheme
        together = task.collaboration
        privacy = None if is_alone else together.privacy
        learner = Learner(
            network,
            build_objective(task, network),
            task.training.optimizer,
            dataset,
            choose_device(device),
            has_fixed_statistics=privacy is not None or (not is_alone and together.is_secure),
            largest_gradient=task.training.largest_gradient,
        )
        kind = (
            LocalTrainer
            if is_alone
            else partial(DistributedTrainer, protection=Protection(privacy) if privacy else None)
        )
        self._trainer: Trainer = kind(
            learner,
            client,
            Keeper(memory or NoMemory(), slot or f"{task.id}-{scheme}", is_kept=is_kept),
            Provenance(task, dataset, scheme=scheme, name=name, former_digest=former_digest),
            settings,
            is_resuming=resume,
        )

    async def fit(self) -> TrainingResult:
        """Train to the end.

        Raises:
            DiscoError: it could not be done.
        """
        try:
            async for _ in self.events():
                pass
        finally:
            await self.close()
        assert self.result is not None  # noqa: S101 - a training that is closed has one
        return self.result

    def events(self) -> AsyncIterator[Event]:
        """Return the stream of events; to be read once, and what is not read is not trained."""
        return self._trainer.fit()

    def pause(self) -> None:
        """Stop before the next batch, until resumed."""
        self._trainer.pause()

    def resume(self) -> None:
        """Go on after a pause."""
        self._trainer.resume()

    async def save(self) -> ModelRecord | None:
        """Keep the model as it stands now in the memory, for instance when nobody else comes.

        Raises:
            StorageError: it could not be written; what was kept before still is.
        """
        return await self._trainer.save()

    async def close(self) -> None:
        """Stop, keep a last checkpoint unless the training is complete, leave nothing behind."""
        await self._trainer.close()

    @property
    def result(self) -> TrainingResult | None:
        """What the training came to; there at its end, or once it is closed."""
        return self._trainer.result


def _first_weights(task: Task, own: nn.Module | None, seed: int | None) -> Weights:
    """Return where somebody who trains alone begins: the own network as it is, or a drawn one."""
    if own is not None:
        return read_weights(own)
    return initial_weights(task, seed=seed if seed is not None else secrets.randbits(31))
