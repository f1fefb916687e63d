"""Networks for pictures: as many weights as the schema says, and the figures that are known."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from disco_desktop.engine.default_tasks.registry import task_provider
from disco_desktop.engine.models.backbone import BackboneNetwork
from disco_desktop.engine.models.layered import layered_network
from disco_desktop.engine.models.network import manifest_of, network_manifest
from disco_desktop.engine.models.pixels import Pixels
from disco_desktop.engine.task.backbone import EfficientNetLite0, MobileNetV2
from disco_desktop.engine.task.image import ImageData
from disco_desktop.engine.task.image_architecture import (
    Convolution,
    Dense,
    Dropout,
    LayeredNetwork,
    MaxPool,
)
from disco_desktop.engine.task.outcome import BinaryOutcome, ClassOutcome


def data_of(height: int = 28, width: int = 28, values: int = 3, **changes: object) -> ImageData:
    names = tuple(map(str, range(values)))
    outcome = ClassOutcome(name="kind", values=names, labels=names)
    return ImageData(**({"height": height, "width": width, "outcome": outcome} | changes))


def weights(network: torch.nn.Module) -> int:
    return sum(math.prod(shape) for shape in network_manifest(network).shapes)


def test_pixels_are_brought_to_the_tasks_mean_and_deviation() -> None:
    data = data_of(mean=(0.1, 0.2, 0.3), deviation=(0.5, 0.6, 0.7))
    pictures = torch.randint(0, 256, (2, 28, 28, 3), dtype=torch.uint8)
    found = Pixels(data)(pictures).numpy()
    expected = (pictures.numpy() / 255 - [0.1, 0.2, 0.3]) / [0.5, 0.6, 0.7]
    assert found.dtype == np.float32
    assert np.allclose(found, expected.transpose(0, 3, 1, 2), atol=1e-6)


@pytest.mark.parametrize(
    ("task", "count"),
    [("mnist", 55_386), ("lus_covid", 19_314), ("cifar10", 3_425_834), ("simple_face", 412_770)],
)
def test_the_default_tasks_networks_have_the_known_number_of_weights(task: str, count: int) -> None:
    known = task_provider(task).get_task()
    assert known.elements == count
    assert sum(map(math.prod, manifest_of(known).shapes)) == count


def test_known_names_never_change() -> None:
    """Model files and what travels rely on them."""
    assert manifest_of(task_provider("mnist").get_task()).names == (
        "convolution1.weight", "convolution1.bias", "convolution2.weight", "convolution2.bias",
        "dense1.weight", "dense1.bias", "dense2.weight", "dense2.bias",
    )  # fmt: skip
    names = manifest_of(task_provider("simple_face").get_task()).names
    assert names[:3] == (
        "backbone.stem.0.weight", "backbone.stem.1.weight", "backbone.stem.1.bias",
    )  # fmt: skip
    assert "backbone.blocks.16.project.1.running_var" in names
    assert names[-2:] == ("head.1.weight", "head.1.bias")
    assert not any("num_batches" in name for name in names)


LAYERS = st.one_of(
    st.builds(
        Convolution,
        filters=st.integers(1, 9),
        kernel=st.integers(1, 6),
        padding=st.sampled_from(["same", "valid"]),
        relu=st.booleans(),
    ),
    st.builds(MaxPool, size=st.integers(2, 3)),
    st.builds(Dropout, share=st.floats(0.1, 0.9)),
    st.builds(Dense, width=st.integers(1, 20), relu=st.booleans()),
)


@given(
    st.lists(LAYERS, max_size=6),
    st.integers(8, 40),
    st.integers(8, 40),
    st.sampled_from([1, 3]),
)
def test_layers_that_fit_can_be_built_and_have_as_many_weights_as_they_say(
    layers: list, height: int, width: int, channels: int
) -> None:
    data = data_of(height, width, channels=channels)
    model = LayeredNetwork(layers=tuple(layers))
    try:
        model.check_fits(data)
    except ValueError:
        return
    network = layered_network(model, data)
    assert weights(network) == model.elements(data)
    pictures = torch.zeros((2, height, width, channels), dtype=torch.uint8)
    assert network(pictures).shape == (2, 3)


@pytest.mark.parametrize(
    ("layers", "problem"),
    [
        ([MaxPool(size=32)], "layer 1 of the `model` is too large for 28 by 28 pixels"),
        ([Convolution(filters=1, kernel=29, padding="valid")], "too large"),
        ([Dense(width=3), MaxPool()], "layer 2 of the `model` comes after a dense one"),
        ([Dense(width=65_536), Dense(width=65_536)], "too many weights"),
        ([Convolution(filters=4_096)], None),
    ],
)
def test_layers_that_do_not_fit_are_refused(layers: list, problem: str | None) -> None:
    model = LayeredNetwork(layers=tuple(layers))
    if problem is None:
        model.check_fits(data_of())
        return
    with pytest.raises(ValueError, match=problem):
        model.check_fits(data_of())


@pytest.mark.parametrize("kind", [MobileNetV2, EfficientNetLite0])
@pytest.mark.parametrize("width", [0.1, 0.35, 1.0, 1.4])
@pytest.mark.parametrize("channels", [1, 3])
def test_backbones_have_as_many_weights_as_they_say(kind, width: float, channels: int) -> None:
    data = data_of(64, 96, channels=channels)
    model = kind(width=width)
    with torch.device("meta"):
        assert weights(BackboneNetwork(model, data)) == model.elements(data)


def test_of_the_papers_networks_the_parameters_are_the_papers() -> None:
    """With 1,000 outcomes, and without the statistics of batch normalisation."""
    data = data_of(224, 224, values=1_000)
    for model, count in ((MobileNetV2(), 3_504_872), (EfficientNetLite0(), 4_652_008)):
        with torch.device("meta"):
            network = BackboneNetwork(model, data)
        assert sum(one.numel() for one in network.parameters()) == count


def test_pictures_too_small_for_a_backbone_are_refused() -> None:
    with pytest.raises(ValueError, match="64 pixels"):
        MobileNetV2().check_fits(data_of(63, 100))


def test_a_backbone_gives_a_logit_for_each_outcome() -> None:
    network = BackboneNetwork(MobileNetV2(width=0.1), data_of(65, 70, values=4)).eval()
    with torch.inference_mode():
        assert network(torch.zeros((2, 65, 70, 3), dtype=torch.uint8)).shape == (2, 4)


def test_a_frozen_backbone_stays_in_use_while_the_head_trains() -> None:
    network = BackboneNetwork(MobileNetV2(width=0.1, trained="head"), data_of(64, 64)).train()
    assert network.head.training
    assert not any(module.training for module in network.backbone.modules())
    before = network.backbone.stem[1].running_mean.clone()
    pictures = torch.randint(0, 256, (2, 64, 64, 3), dtype=torch.uint8)
    network(pictures).sum().backward()
    assert torch.equal(before, network.backbone.stem[1].running_mean)
    assert [name for name, one in network.named_parameters() if one.grad is not None] == [
        "head.1.weight",
        "head.1.bias",
    ]


def test_a_binary_outcome_takes_one_logit() -> None:
    outcome = BinaryOutcome(name="kind", values=("0", "1"), labels=("no", "yes"))
    data = data_of(outcome=outcome)
    model = LayeredNetwork(layers=())
    assert model.elements(data) == 28 * 28 * 3 + 1
    assert weights(layered_network(model, data)) == 28 * 28 * 3 + 1


def test_unknown_fields_of_a_network_are_refused() -> None:
    for model in ('{"kind":"mobilenet_v2","depth":3}', '{"kind":"layers","layers":[{"kind":"x"}]}'):
        with pytest.raises(msgspec.ValidationError):
            msgspec.json.decode(model, type=MobileNetV2 | LayeredNetwork)
