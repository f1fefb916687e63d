"""The network with its data and optimizer: one step at a time, without knowing of rounds."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import torch
from torch.nn.modules.batchnorm import _BatchNorm

from disco_desktop.engine.errors import ModelError
from disco_desktop.engine.models.backbone import BackboneNetwork
from disco_desktop.engine.models.network import load_weights, read_weights
from disco_desktop.engine.models.sample_tensors import SampleTensors
from disco_desktop.engine.training.frozen_features import FrozenFeatures
from disco_desktop.engine.training.optimizer import bare_step, build_optimizer
from disco_desktop.engine.validation.evaluation import evaluate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from disco_desktop.engine.dataset.samples import Dataset
    from disco_desktop.engine.events import Metrics
    from disco_desktop.engine.models.objective import Objective
    from disco_desktop.engine.task.task import Adam, StochasticGradientDescent
    from disco_desktop.engine.training.settings import Layout, Precision
    from disco_desktop.engine.weights.manifest import Manifest
    from disco_desktop.engine.weights.weights import Weights

_OPTIMIZER = "optimizer"
_STATE = "state"


class Learner:
    """Trains a network on the training part and measures it on the validation part.

    Args:
        has_fixed_statistics: leave the running statistics of batch normalisation as they are, and
            normalise by them: they would tell of the data without any protection.
        largest_gradient: the length that a step's gradient is cut to, over all weights together.
    """

    def __init__(
        self,
        network: torch.nn.Module,
        objective: Objective,
        optimizer: Adam | StochasticGradientDescent,
        dataset: Dataset,
        device: torch.device,
        *,
        has_fixed_statistics: bool = False,
        largest_gradient: float | None = None,
    ) -> None:
        self.device = device
        self.samples = len(dataset.training)
        self._network = network.to(device)
        self._parameters = [one for one in self._network.parameters() if one.requires_grad]
        self._fixed = [
            module
            for module in self._network.modules()
            if has_fixed_statistics and isinstance(module, _BatchNorm)
        ]
        self._objective = objective
        self._optimizer_settings = optimizer
        self._largest_gradient = largest_gradient
        training, validation = (
            SampleTensors(samples.features, samples.targets, device, places=samples.places)
            for samples in (dataset.training, dataset.validation)
        )
        self._training: SampleTensors | FrozenFeatures = training
        self._validation: SampleTensors | FrozenFeatures = validation
        self._trained = self._network
        if isinstance(network, BackboneNetwork) and network.is_frozen:
            # Only the head is run; what it is given of each sample never changes.
            self._trained = network.head
            self._training, self._validation = (
                FrozenFeatures(samples, network.backbone, f"{dataset.digest}:{part}")
                for part, samples in (("training", training), ("validation", validation))
            )
        self._is_bfloat16 = False
        self.reset_optimizer()

    @property
    def has_convolutions(self) -> bool:
        """Whether the layout of pictures in memory matters."""
        return any(isinstance(module, torch.nn.Conv2d) for module in self._network.modules())

    def set_way(self, layout: Layout, precision: Precision) -> None:
        """Choose how steps are computed; weights and what they are trained to stay the same."""
        if self.has_convolutions:
            is_last = layout == "channels_last"
            memory_format = torch.channels_last if is_last else torch.contiguous_format
            self._network.to(memory_format=memory_format)  # type: ignore[call-overload]
            self._forget_features()
        self._is_bfloat16 = precision == "bfloat16"
        self._objective.precision = torch.bfloat16 if self._is_bfloat16 else torch.float32

    def _answers(self, features: torch.Tensor) -> torch.Tensor:
        """Return what the network gives for a batch, in float32."""
        if not self._is_bfloat16:
            return self._trained(features)  # type: ignore[no-any-return]
        with torch.autocast(self.device.type, dtype=torch.bfloat16):
            outputs: torch.Tensor = self._trained(features)
        return outputs.float()

    def rehearse(self, rows: torch.Tensor) -> None:
        """Do the work of a step without its effect; of a frozen network, what takes its time."""
        if isinstance(self._training, FrozenFeatures):
            self._training.rehearse()
            return
        kept = [(buffer, buffer.clone()) for buffer in self._network.buffers()]
        self._prepare()
        features, targets = self._training.take(rows)
        self._objective.loss(self._answers(features), targets).backward()  # type: ignore[no-untyped-call]
        self._prepare()
        for buffer, value in kept:
            buffer.copy_(value)

    def _forget_features(self) -> None:
        """Look anew for features of the backbone, which may be another one now."""
        for samples in (self._training, self._validation):
            if isinstance(samples, FrozenFeatures):
                samples.forget()

    def _prepare(self) -> None:
        """Make ready for a step."""
        if not self._network.training:  # setting it visits every layer
            self._network.train()
            for module in self._fixed:
                module.eval()
        for parameter in self._parameters:  # a twentieth of the time of the optimizer's zero_grad
            parameter.grad = None

    def reset_optimizer(self) -> None:
        """Forget the optimizer's state: it belongs to weights that are no longer ours."""
        self._optimizer = build_optimizer(self._optimizer_settings, self._parameters)
        self._take_step = bare_step(self._optimizer)

    def step(self, rows: torch.Tensor) -> tuple[float, int | None, int]:
        """Train on the samples at these rows, int64 (n,), on the device.

        Returns:
            The mean loss of their answers, how many were right and how many there were, all
            before the step.

        Raises:
            ModelError: the loss is no longer a finite number; the weights are as before.
        """
        self._prepare()
        features, targets = self._training.take(rows)
        if isinstance(self._validation, FrozenFeatures):
            self._validation.advance()
        outputs = self._answers(features)
        loss = self._objective.loss(outputs, targets)
        value = loss.item()
        if not math.isfinite(value):
            raise ModelError("training_diverged", detail=f"loss {value}")
        loss.backward()  # type: ignore[no-untyped-call]
        if self._largest_gradient is not None:
            torch.nn.utils.clip_grad_norm_(self._parameters, self._largest_gradient)
        self._take_step()
        right = self._objective.count_right(outputs, targets)
        return value, right, self._objective.count_answers(targets)

    def validate(self) -> Metrics:
        """Measure the network on the validation part."""
        return evaluate(self._trained, self._objective, self._validation)

    def read_weights(self) -> Weights:
        """Copy the weights out.

        Raises:
            ModelError: one of them is not a finite number.
        """
        weights = read_weights(self._network)
        if not weights.is_finite:
            raise ModelError("training_diverged", detail="weights")
        return weights

    def trained_places(self, manifest: Manifest) -> list[slice]:
        """Return where in the flat weights those values lie that training changes."""
        trained = {name for name, one in self._network.named_parameters() if one.requires_grad}
        return [place for name, _, place in manifest.slices() if name in trained]

    def load_weights(self, weights: Weights) -> None:
        """Copy weights in.

        Raises:
            ModelError: they are another network's.
        """
        load_weights(self._network, weights)
        self._forget_features()

    def state(self) -> dict[str, NDArray[Any]]:
        """Copy out all that the next step depends on but random numbers, by name."""
        arrays = {
            f"{_STATE}/{name}": _copied(tensor)
            for name, tensor in self._network.state_dict().items()
        }
        for index, values in self._optimizer.state_dict()["state"].items():
            for key, value in values.items():
                if value is not None:  # the momentum before the first step
                    arrays[f"{_OPTIMIZER}/{index}/{key}"] = _copied(torch.as_tensor(value))
        return arrays

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Copy a state in that was copied out before."""
        network = self._network.state_dict()
        optimizer: dict[int, dict[str, torch.Tensor]] = {}
        for name, array in arrays.items():
            kind, _, rest = name.partition("/")
            if kind == _STATE:
                network[rest].copy_(torch.from_numpy(array))
            elif kind == _OPTIMIZER:
                index, _, key = rest.partition("/")
                value = _laid_out(torch.from_numpy(array), self._parameters[int(index)])
                optimizer.setdefault(int(index), {})[key] = value
        self.reset_optimizer()
        groups = self._optimizer.state_dict()["param_groups"]
        self._optimizer.load_state_dict({"state": optimizer, "param_groups": groups})
        self._forget_features()


def _copied(tensor: torch.Tensor) -> NDArray[Any]:
    return tensor.detach().cpu().clone(memory_format=torch.contiguous_format).numpy()


def _laid_out(value: torch.Tensor, parameter: torch.Tensor) -> torch.Tensor:
    """Return a value in the parameter's layout: a fused step takes both as they lie in memory."""
    if value.shape != parameter.shape:
        return value
    return torch.empty_like(parameter, device=value.device).copy_(value)
