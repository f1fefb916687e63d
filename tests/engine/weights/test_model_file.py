from __future__ import annotations

import json
import os
import pickle
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file, save_file

from disco_desktop.engine.errors import ModelError
from disco_desktop.engine.weights.manifest import Manifest
from disco_desktop.engine.weights.model_file import read_header, read_model, write_model
from disco_desktop.engine.weights.weights import Weights

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MANIFEST = Manifest(names=("layer.weight", "layer.bias", "scale"), shapes=((3, 2), (3,), ()))


def some_weights() -> Weights:
    return Weights(MANIFEST, np.arange(10, dtype=np.float32) - 4.5)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "model.safetensors"


def raw(entries: object, data: bytes = b"", *, length: int | None = None) -> bytes:
    """A file with a header of our choice."""
    header = entries if isinstance(entries, bytes) else json.dumps(entries).encode()
    return (len(header) if length is None else length).to_bytes(8, "little") + header + data


def entry(start: int, stop: int, shape: list[int] | None = None, dtype: str = "F32") -> object:
    return {"dtype": dtype, "shape": shape or [1], "data_offsets": [start, stop]}


class TestRoundTrip:
    def test_weights_and_metadata_come_back(self, path: Path) -> None:
        metadata = {"task": '{"title": "Zürich ☃"}', "empty": ""}
        write_model(path, some_weights(), metadata)
        weights, found = read_model(path)
        assert weights.manifest == MANIFEST
        assert np.array_equal(weights.buffer, some_weights().buffer)
        assert found == metadata

    def test_the_header_alone_tells_names_and_shapes(self, path: Path) -> None:
        write_model(path, some_weights(), {"kind": "test"})
        assert read_header(path) == (MANIFEST, {"kind": "test"})

    def test_the_common_library_reads_our_files(self, path: Path) -> None:
        write_model(path, some_weights(), {})
        for name, tensor in load_file(path).items():
            assert np.array_equal(tensor, some_weights().tensors()[name])

    def test_files_of_the_common_library_are_read(self, path: Path) -> None:
        save_file(some_weights().tensors(), path, {"by": "library"})
        weights, metadata = read_model(path)
        assert metadata == {"by": "library"}
        for name, tensor in weights.tensors().items():
            assert np.array_equal(tensor, some_weights().tensors()[name])

    @settings(max_examples=50, deadline=None)
    @given(shapes=st.lists(st.lists(st.integers(0, 4), max_size=3).map(tuple), max_size=6))
    def test_any_shapes(self, tmp_path_factory: pytest.TempPathFactory, shapes) -> None:
        path = tmp_path_factory.mktemp("any") / "model.safetensors"
        names = tuple(f"tensor {number}" for number in range(len(shapes)))
        manifest = Manifest(names=names, shapes=tuple(shapes))
        buffer = np.arange(manifest.elements, dtype=np.float32)
        write_model(path, Weights(manifest, buffer), {})
        weights, _ = read_model(path)
        assert weights.manifest == manifest
        assert np.array_equal(weights.buffer, buffer)


class TestDamage:
    def test_truncation_at_any_byte_is_noticed(self, path: Path) -> None:
        write_model(path, some_weights(), {"name": "x"})
        whole = path.read_bytes()
        for length in range(len(whole)):
            path.write_bytes(whole[:length])
            with pytest.raises(ModelError):
                read_model(path)

    def test_a_flipped_bit_never_changes_what_is_read(self, path: Path) -> None:
        write_model(path, some_weights(), {"name": "x"})
        whole = path.read_bytes()
        unnoticed = 0
        for place in range(8 * len(whole)):
            damaged = bytearray(whole)
            damaged[place // 8] ^= 1 << (place % 8)
            path.write_bytes(damaged)
            try:
                weights, metadata = read_model(path)
            except ModelError:
                continue
            # In the digest's own name: the content is whole, but no digest is found.
            unnoticed += 1
            assert weights.manifest == MANIFEST
            assert np.array_equal(weights.buffer, some_weights().buffer)
            assert metadata["name"] == "x"
        assert unnoticed <= 8 * len("sha256")

    def test_something_behind_the_values_is_noticed(self, path: Path) -> None:
        write_model(path, some_weights(), {})
        path.write_bytes(path.read_bytes() + b"\0\0\0\0")
        with pytest.raises(ModelError) as raised:
            read_model(path)
        assert raised.value.code == "model_file_damaged"

    @pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
    def test_values_that_are_no_numbers_are_refused(self, path: Path, value: float) -> None:
        weights = some_weights()
        weights.buffer[7] = value
        write_model(path, weights, {})
        with pytest.raises(ModelError) as raised:
            read_model(path)
        assert raised.value.code == "model_not_finite"

    def test_a_missing_file(self, path: Path) -> None:
        with pytest.raises(ModelError) as raised:
            read_model(path)
        assert raised.value.code == "model_file_missing"

    def test_a_folder_is_no_model(self, tmp_path: Path) -> None:
        with pytest.raises(ModelError) as raised:
            read_model(tmp_path)
        assert raised.value.code == "model_file_unreadable"

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
    def test_a_pipe_is_not_opened(self, path: Path) -> None:
        os.mkfifo(path)
        for read in (read_model, read_header):
            with pytest.raises(ModelError) as raised:
                read(path)
            assert raised.value.code == "model_file_unreadable"


class Trap:
    """Unpickled, it would make a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[object, tuple[str]]:
        import os

        return os.mkdir, (str(self.folder),)


class TestHostileFiles:
    @pytest.mark.parametrize("protocol", [2, 3, 4, 5])
    def test_a_pickle_is_never_run(self, path: Path, tmp_path: Path, protocol: int) -> None:
        path.write_bytes(pickle.dumps(Trap(tmp_path / "sprung"), protocol))
        with pytest.raises(ModelError) as raised:
            read_model(path)
        assert raised.value.code == "model_file_executable"
        assert not (tmp_path / "sprung").exists()

    def test_a_torch_archive_is_never_run(self, path: Path, tmp_path: Path) -> None:
        torch.save(Trap(tmp_path / "sprung"), path)
        with pytest.raises(ModelError) as raised:
            read_model(path)
        assert raised.value.code == "model_file_executable"
        assert not (tmp_path / "sprung").exists()

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"\0" * 8,
            b"GIF89a",
            raw(b"{"),
            raw(b"{}", length=1 << 63),
            raw(b"{}", length=(1 << 64) - 1),
            raw(b"{" + b"[" * 100_000),
            raw(b'{"a":' * 100_000),
            raw(b'{"\xff": 1}'),
            raw([1, 2]),
            raw({"a": entry(0, 4, dtype="OBJECT")}, b"1234"),
            raw({"a": entry(0, 8, dtype="I64")}, b"12345678"),
            raw({"a": {**entry(0, 4), "code": "x"}}, b"1234"),  # type: ignore[dict-item]
            raw({"a": entry(-4, 0)}, b"1234"),
            raw({"a": entry(0, 4, [-1])}, b"1234"),
            raw({"a": entry(4, 8)}, b"12345678"),
            raw({"a": entry(0, 4), "b": entry(0, 4)}, b"1234"),
            raw({"a": entry(0, 8, [2]), "b": entry(4, 8)}, b"12345678"),
            raw({"a": entry(0, 4, [1 << 62, 1 << 62, 1 << 62])}, b"1234"),
            raw({"a": entry(0, 1 << 70, [1 << 68])}, b"1234"),
            raw({"a": entry(0, 4, [2])}, b"1234"),
            raw({"a": entry(0, 1 << 40, [1 << 38])}, b"1234"),
            raw({"a": entry(0, 4, [1] * 9)}, b"1234"),
            raw({"__metadata__": {"a": 1}}),
            raw({"__metadata__": {"a": {"b": "c"}}}),
            raw(b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,' + b"9" * 5000 + b"]}}"),
        ],
    )
    def test_a_header_that_lies_is_refused(self, path: Path, content: bytes) -> None:
        path.write_bytes(content)
        with pytest.raises(ModelError) as raised:
            read_model(path)
        assert raised.value.code in {"model_file_invalid", "model_file_damaged"}

    def test_200_000_tensors_are_refused(self, path: Path) -> None:
        entries = {f"t{number}": entry(4 * number, 4 * number + 4) for number in range(200_000)}
        path.write_bytes(raw(entries, b"\0" * 800_000))
        with pytest.raises(ModelError) as raised:
            read_model(path)
        assert raised.value.code == "model_file_invalid"

    def test_many_short_entries_within_the_header_limit_are_refused(self, path: Path) -> None:
        entries = {
            str(n): {"dtype": "U8", "shape": [0], "data_offsets": [0, 0]} for n in range(12_000)
        }
        path.write_bytes(raw(entries))
        with pytest.raises(ModelError) as raised:
            read_model(path)
        assert "12000 tensors" in raised.value.detail

    def test_a_file_larger_than_any_model_is_refused_unread(self, path: Path) -> None:
        size = 1 << 36
        with path.open("wb") as file:
            file.write(raw({"a": entry(0, size, [size // 4])}))
            file.truncate(file.tell() + size)  # a hole: it takes no space
        with pytest.raises(ModelError) as raised:
            read_model(path)
        assert raised.value.code == "model_file_too_large"


def test_a_write_that_fails_leaves_the_old_file(
    path: Path, limit_file_size: Callable[[int | None], None]
) -> None:
    write_model(path, some_weights(), {"version": "old"})
    large = Manifest(names=("a",), shapes=((100_000,),))
    limit_file_size(50_000)
    with pytest.raises(OSError, match="File too large"):
        write_model(path, Weights.zeros(large), {"version": "new"})
    assert read_model(path)[1] == {"version": "old"}
    assert [file.name for file in path.parent.iterdir()] == [path.name]
