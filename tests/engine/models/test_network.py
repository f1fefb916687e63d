from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch

from disco_desktop.engine.default_tasks.registry import task_provider
from disco_desktop.engine.errors import ModelError
from disco_desktop.engine.models.initialise import initial_weights
from disco_desktop.engine.models.network import (
    build_network,
    load_weights,
    manifest_of,
    network_manifest,
    read_weights,
)
from disco_desktop.engine.weights.manifest import Manifest
from disco_desktop.engine.weights.model_file import read_model
from disco_desktop.engine.weights.weights import Weights

if TYPE_CHECKING:
    from pathlib import Path

TASK = task_provider("titanic").get_task()


def test_the_titanic_network_has_the_layers_of_the_task() -> None:
    manifest = manifest_of(TASK)
    assert manifest.elements == 10_857
    assert dict(zip(manifest.names, manifest.shapes, strict=True)) == {
        "dense1.weight": (124, 5),
        "dense1.bias": (124,),
        "dense2.weight": (64, 124),
        "dense2.bias": (64,),
        "dense3.weight": (32, 64),
        "dense3.bias": (32,),
        "dense4.weight": (1, 32),
        "dense4.bias": (1,),
    }


def test_the_network_computes_dense_layers_with_relu_between() -> None:
    network = build_network(TASK)
    tensors = read_weights(network).tensors()
    activations = np.random.default_rng(1).normal(size=(7, 5)).astype(np.float32)
    with torch.no_grad():
        logits = network(torch.from_numpy(activations)).numpy()
    for layer in (1, 2, 3, 4):
        activations = (
            activations @ tensors[f"dense{layer}.weight"].T + tensors[f"dense{layer}.bias"]
        )
        if layer < 4:
            activations = np.maximum(activations, 0)
    assert np.allclose(logits, activations, atol=1e-5)


def test_weights_come_out_as_they_went_in() -> None:
    weights = initial_weights(TASK, seed=5)
    network = build_network(TASK)
    load_weights(network, weights)
    assert np.array_equal(read_weights(network).buffer, weights.buffer)


def test_weights_in_another_order_find_their_places() -> None:
    weights = initial_weights(TASK, seed=5)
    manifest = weights.manifest
    turned = Manifest(names=manifest.names[::-1], shapes=manifest.shapes[::-1])
    network = build_network(TASK)
    load_weights(network, Weights.from_tensors(turned, weights.tensors()))
    assert np.array_equal(read_weights(network).buffer, weights.buffer)


def test_weights_that_may_only_be_read_are_loaded() -> None:
    weights = initial_weights(TASK, seed=5)
    frozen = Weights(weights.manifest, np.frombuffer(weights.buffer.tobytes(), np.float32))
    network = build_network(TASK)
    load_weights(network, frozen)
    assert np.array_equal(read_weights(network).buffer, weights.buffer)


def test_weights_of_another_network_are_refused() -> None:
    network = build_network(TASK)
    before = read_weights(network).buffer
    other = Manifest(names=("dense1.weight",), shapes=((124, 5),))
    with pytest.raises(ModelError) as raised:
        load_weights(network, Weights.zeros(other))
    assert raised.value.code == "model_does_not_fit"
    assert np.array_equal(read_weights(network).buffer, before)


def test_what_is_read_is_a_copy() -> None:
    network = build_network(TASK)
    weights = read_weights(network)
    before = weights.buffer.copy()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.zero_()
    assert np.array_equal(weights.buffer, before)


def test_statistics_of_batch_normalisation_are_weights_but_its_counter_is_not() -> None:
    network = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3))
    manifest = network_manifest(network)
    assert "1.running_mean" in manifest.names
    assert "1.num_batches_tracked" not in manifest.names
    network(torch.randn(4, 2))
    load_weights(network, Weights.zeros(manifest))
    assert network[1].num_batches_tracked.item() == 1
    assert not network[1].running_mean.any()


def test_initial_weights_follow_from_the_seed_alone() -> None:
    first = initial_weights(TASK, seed=3)
    torch.rand(5)
    assert np.array_equal(initial_weights(TASK, seed=3).buffer, first.buffer)
    assert not np.array_equal(initial_weights(TASK, seed=4).buffer, first.buffer)


def test_drawing_initial_weights_leaves_the_callers_random_numbers_alone() -> None:
    torch.manual_seed(8)
    expected = torch.rand(3)
    torch.manual_seed(8)
    initial_weights(TASK, seed=3)
    assert torch.equal(torch.rand(3), expected)


def test_a_child_process_draws_the_same_initial_weights(tmp_path: Path) -> None:
    path = tmp_path / "initial.safetensors"
    task_provider("titanic").get_model(path, seed=3)
    weights, metadata = read_model(path)
    assert np.array_equal(weights.buffer, initial_weights(TASK, seed=3).buffer)
    assert metadata["task_digest"] == TASK.digest
