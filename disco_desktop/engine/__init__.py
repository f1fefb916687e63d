"""What learns: the library below the window, the command line and the server.

The names that others need are here; each is imported when it is first asked for, so that torch is
loaded by those alone that train or run a network.

```
from disco_desktop.engine import Disco, find_task, load_dataset

task = find_task("titanic")
result = await Disco(task, load_dataset(task, "titanic.csv")).fit()
```
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from disco_desktop.engine.aggregator.aggregator import Aggregator
    from disco_desktop.engine.aggregator.mean import MeanAggregator
    from disco_desktop.engine.aggregator.secure import SecureAggregator
    from disco_desktop.engine.client.address import ServerAddress
    from disco_desktop.engine.client.client import LocalClient
    from disco_desktop.engine.client.decentralized import DecentralizedClient
    from disco_desktop.engine.client.federated import FederatedClient
    from disco_desktop.engine.dataset.dataset import (
        check_data,
        load_arrays,
        load_dataset,
        load_labelled,
        load_unlabelled,
    )
    from disco_desktop.engine.dataset.share import Share
    from disco_desktop.engine.default_tasks.registry import find_task, task_provider
    from disco_desktop.engine.errors import DiscoError
    from disco_desktop.engine.memory.disk_memory import DiskMemory
    from disco_desktop.engine.memory.memory import Memory, NoMemory
    from disco_desktop.engine.models.network import read_weights
    from disco_desktop.engine.models.own_network import network_task
    from disco_desktop.engine.task.task import Task, read_task
    from disco_desktop.engine.training.disco import Disco
    from disco_desktop.engine.training.result import TrainingResult
    from disco_desktop.engine.training.settings import TrainingSettings
    from disco_desktop.engine.training.trainer import Trainer
    from disco_desktop.engine.validation.validator import Validator
    from disco_desktop.engine.weights.weights import Weights

_HOMES = {
    "Aggregator": "aggregator.aggregator",
    "DecentralizedClient": "client.decentralized",
    "Disco": "training.disco",
    "DiscoError": "errors",
    "DiskMemory": "memory.disk_memory",
    "FederatedClient": "client.federated",
    "LocalClient": "client.client",
    "MeanAggregator": "aggregator.mean",
    "Memory": "memory.memory",
    "NoMemory": "memory.memory",
    "SecureAggregator": "aggregator.secure",
    "ServerAddress": "client.address",
    "Share": "dataset.share",
    "Task": "task.task",
    "Trainer": "training.trainer",
    "TrainingResult": "training.result",
    "TrainingSettings": "training.settings",
    "Validator": "validation.validator",
    "Weights": "weights.weights",
    "check_data": "dataset.dataset",
    "find_task": "default_tasks.registry",
    "load_arrays": "dataset.dataset",
    "load_dataset": "dataset.dataset",
    "load_labelled": "dataset.dataset",
    "load_unlabelled": "dataset.dataset",
    "network_task": "models.own_network",
    "read_task": "task.task",
    "read_weights": "models.network",
    "task_provider": "default_tasks.registry",
}

__all__ = [
    "Aggregator",
    "DecentralizedClient",
    "Disco",
    "DiscoError",
    "DiskMemory",
    "FederatedClient",
    "LocalClient",
    "MeanAggregator",
    "Memory",
    "NoMemory",
    "SecureAggregator",
    "ServerAddress",
    "Share",
    "Task",
    "Trainer",
    "TrainingResult",
    "TrainingSettings",
    "Validator",
    "Weights",
    "check_data",
    "find_task",
    "load_arrays",
    "load_dataset",
    "load_labelled",
    "load_unlabelled",
    "network_task",
    "read_task",
    "read_weights",
    "task_provider",
]


def __getattr__(name: str) -> Any:
    """Import a public name from its module."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
