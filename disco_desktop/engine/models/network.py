"""From a task's declarative architecture to a torch network, and its weights in and out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from disco_desktop.engine.errors import ModelError
from disco_desktop.engine.models.backbone import BackboneNetwork
from disco_desktop.engine.models.dense import dense_network
from disco_desktop.engine.models.gpt import GPTNetwork
from disco_desktop.engine.models.layered import layered_network
from disco_desktop.engine.task.architecture import DenseNetwork, OwnNetwork
from disco_desktop.engine.task.backbone import EfficientNetLite0, MobileNetV2
from disco_desktop.engine.task.gpt import GPT
from disco_desktop.engine.task.image import ImageData
from disco_desktop.engine.task.image_architecture import LayeredNetwork
from disco_desktop.engine.task.tabular import TabularData
from disco_desktop.engine.task.text import TextData
from disco_desktop.engine.weights.manifest import Manifest
from disco_desktop.engine.weights.weights import Weights

if TYPE_CHECKING:
    from torch import nn

    from disco_desktop.engine.task.task import Task


def build_network(task: Task, own: nn.Module | None = None) -> nn.Module:
    """Build the task's network, initialised from torch's random state.

    Takes a batch of samples as the task's data are prepared and gives logits, float32
    (n, outputs); of texts, what the objective makes logits of. The names of its parameters are part
    of every model file and of what travels: they never change.

    Args:
        task: describes the network.
        own: the network itself, where the task says that its participants have it as code.

    Raises:
        ModelError: the task's network is not described but code, and `own` is missing or another.
    """
    if isinstance(task.model, OwnNetwork):
        if own is None:
            raise ModelError("own_network_missing", network=task.model.name)
        if network_manifest(own).digest != task.model.manifest:
            raise ModelError("own_network_differs", network=task.model.name)
        return own
    match task.model, task.data:
        case DenseNetwork() as model, TabularData() as data:
            return dense_network(model, data)
        case LayeredNetwork() as model, ImageData() as data:
            return layered_network(model, data)
        case (MobileNetV2() | EfficientNetLite0()) as model, ImageData() as data:
            return BackboneNetwork(model, data)
        case GPT() as model, TextData() as data:
            return GPTNetwork(model, data)
    raise TypeError(f"no network for {task.data}")  # the task's schema lets no such task through


def manifest_of(task: Task) -> Manifest:
    """Return names and shapes of the task's weights without allocating them."""
    with torch.device("meta"):
        return network_manifest(build_network(task))


def network_manifest(network: nn.Module) -> Manifest:
    """Return names and shapes of the tensors that make up a network's weights."""
    tensors = _weight_tensors(network)
    return Manifest(
        names=tuple(tensors), shapes=tuple(tuple(tensor.shape) for tensor in tensors.values())
    )


def _weight_tensors(network: nn.Module) -> dict[str, torch.Tensor]:
    """Return what is trained together: the float32 part of the state.

    Integer counters, such as those of batch normalisation, have no meaningful mean and stay.
    """
    return {
        name: tensor
        for name, tensor in network.state_dict().items()
        if tensor.dtype == torch.float32
    }


def read_weights(network: nn.Module) -> Weights:
    """Copy a network's weights into one flat buffer."""
    tensors = _weight_tensors(network)
    flat = torch.empty(sum(tensor.numel() for tensor in tensors.values()))
    start = 0
    for tensor in tensors.values():
        flat[start : start + tensor.numel()].view(tensor.shape).copy_(tensor)
        start += tensor.numel()
    return Weights(network_manifest(network), flat.numpy())


def load_weights(network: nn.Module, weights: Weights) -> None:
    """Copy weights into a network.

    Raises:
        ModelError: names or shapes are not those of the network; the network is unchanged.
    """
    tensors = _weight_tensors(network)
    found = dict(zip(weights.manifest.names, weights.manifest.shapes, strict=True))
    if found != {name: tuple(tensor.shape) for name, tensor in tensors.items()}:
        raise ModelError("model_does_not_fit", detail=f"{list(found)[:5]} …")
    # Torch warns of a buffer it must not write to, such as bytes that came from the network.
    buffer = weights.buffer if weights.buffer.flags.writeable else weights.buffer.copy()
    flat = torch.from_numpy(buffer)
    for name, shape, place in weights.manifest.slices():
        tensors[name].copy_(flat[place].view(shape))
