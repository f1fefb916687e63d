from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from disco_desktop.engine.weights.manifest import LARGEST_TENSORS, Manifest
from disco_desktop.engine.weights.weights import Weights

shapes = st.lists(st.lists(st.integers(0, 4), max_size=4).map(tuple), max_size=5).map(tuple)


def manifest_of(shapes: tuple[tuple[int, ...], ...]) -> Manifest:
    return Manifest(names=tuple(f"t{number}" for number in range(len(shapes))), shapes=shapes)


@given(shapes)
def test_tensors_lie_one_after_the_other(shapes: tuple[tuple[int, ...], ...]) -> None:
    manifest = manifest_of(shapes)
    assert manifest.elements == sum(math.prod(shape) for shape in shapes)
    assert manifest.bytes == 4 * manifest.elements
    stop = 0
    for (name, shape, place), known in zip(manifest.slices(), shapes, strict=True):
        assert (shape, place.start) == (known, stop)
        assert name in manifest.names
        stop = place.stop
    assert stop == manifest.elements


@given(shapes)
def test_tensors_go_in_and_come_out(shapes: tuple[tuple[int, ...], ...]) -> None:
    manifest = manifest_of(shapes)
    buffer = np.arange(manifest.elements, dtype=np.float32)
    weights = Weights(manifest, buffer)
    tensors = weights.tensors()
    assert [tensor.shape for tensor in tensors.values()] == list(shapes)
    again = Weights.from_tensors(manifest, {name: each.copy() for name, each in tensors.items()})
    assert again.buffer.tobytes() == buffer.tobytes()
    assert again.sha256() == weights.sha256()


def test_tensors_are_views() -> None:
    weights = Weights.zeros(manifest_of(((2, 2), ())))
    weights.tensors()["t1"][...] = 7
    assert weights.buffer.tolist() == [0, 0, 0, 0, 7]
    assert weights.copy().buffer is not weights.buffer


@pytest.mark.parametrize(
    ("names", "shapes"),
    [
        (("a",), ()),
        ((), ((1,),)),
        (("a", "a"), ((1,), (1,))),
        (("a",), ((1 << 17, 1 << 17),)),
        (("a", "b"), ((1 << 32,), ((1 << 32) + 1,))),
    ],
)
def test_manifests_that_cannot_be(names: tuple[str, ...], shapes) -> None:
    with pytest.raises(ValueError, match=r"differ|same name|larger"):
        Manifest(names=names, shapes=shapes)


@pytest.mark.parametrize(
    "content",
    [
        {"names": ["a"], "shapes": [[-1]]},
        {"names": ["a"], "shapes": [[1.5]]},
        {"names": ["a"], "shapes": [[1] * 9]},
        {"names": [1], "shapes": [[1]]},
        {"names": ["a"], "shapes": [[1]], "more": 1},
        {"names": [str(n) for n in range(LARGEST_TENSORS + 1)], "shapes": []},
    ],
)
def test_what_comes_from_elsewhere_is_checked(content: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(msgspec.json.encode(content), type=Manifest)


@pytest.mark.parametrize("buffer", [np.zeros(3, np.float32), np.zeros(4), np.zeros((2, 2), "f4")])
def test_a_buffer_of_another_kind(buffer: np.ndarray) -> None:
    with pytest.raises(ValueError, match="the buffer is"):
        Weights(manifest_of(((2, 2),)), buffer)


def test_not_finite_at_any_place() -> None:
    weights = Weights.zeros(manifest_of((((1 << 20) + 3,),)))
    assert weights.is_finite
    for place in (0, 1 << 20, -1):
        weights.buffer[place] = math.inf
        assert not weights.is_finite
        weights.buffer[place] = 0


def test_an_update_leads_from_the_base() -> None:
    manifest = manifest_of(((3,),))
    base = Weights(manifest, np.float32([1, 2, 3]))
    local = Weights(manifest, np.float32([2, 2, 0]))
    assert local.update_from(base).buffer.tolist() == [1, 0, -3]
