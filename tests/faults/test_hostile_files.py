"""Files that are not what they say: refused before they are parsed, and never run."""

from __future__ import annotations

import io
import json
import os
import pickle
import subprocess
import sys
import zipfile

import numpy as np
import psutil
import pytest
import torch

from disco_desktop.app.words.sentences import SENTENCES
from disco_desktop.engine.errors import ModelError, TaskError
from disco_desktop.engine.memory.disk_memory import DiskMemory
from disco_desktop.engine.task.task import encode_task, read_task
from disco_desktop.engine.weights.model_file import read_header, read_model
from disco_desktop.engine.weights.tensor_file import read_tensors
from tests.server.running_server import task_with

LARGEST_GROWTH = 64 << 20
HUGE = 1 << 62


class CreateFolder:
    """Makes a folder wherever its pickle is loaded."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def saved_by_torch(trap, *, is_zip):
    file = io.BytesIO()
    torch.save({"weight": CreateFolder(trap)}, file, _use_new_zipfile_serialization=is_zip)
    return file.getvalue()


def zip_of(trap):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("model/data.pkl", pickle.dumps(CreateFolder(trap)))
    return file.getvalue()


def array_of(trap):
    file = io.BytesIO()
    np.save(file, np.array([CreateFolder(trap)], object), allow_pickle=True)
    return file.getvalue()


PROGRAMS = {
    **{
        f"a pickle of protocol {protocol}": lambda trap, protocol=protocol: pickle.dumps(
            CreateFolder(trap), protocol=protocol
        )
        for protocol in range(6)
    },
    "a torch archive": lambda trap: saved_by_torch(trap, is_zip=True),
    "an old torch file": lambda trap: saved_by_torch(trap, is_zip=False),
    "a zip with a pickle": zip_of,
    "a numpy array of objects": array_of,
    "a script": lambda trap: f"#!/bin/sh\nmkdir {trap}\n".encode(),
    "safetensors with a pickle for a header": lambda trap: file_of(
        pickle.dumps(CreateFolder(trap)), b""
    ),
    "safetensors with a pickle in its metadata": lambda trap: file_of(
        json.dumps(
            {"__metadata__": {"record": pickle.dumps(CreateFolder(trap)).decode("latin-1")}}
        ).encode(),
        b"",
    ),
}


@pytest.mark.parametrize("kind", PROGRAMS)
async def test_a_program_in_place_of_a_file_is_refused_and_never_run(tmp_path, kind, expect_log):
    expect_log("damaged")
    trap = tmp_path / "executed"
    content = PROGRAMS[kind](trap)
    memory = DiskMemory(tmp_path / "memory")

    given = tmp_path / "given.safetensors"
    given.write_bytes(content)
    for read in (memory.import_file, memory.load):
        with pytest.raises(ModelError) as raised:
            read(given if read == memory.import_file else str(given))
        assert raised.value.code in SENTENCES
    assert memory.list() == []

    slot = memory.checkpoint_slot("training")
    slot.hold()
    folder = memory.root / "checkpoints" / "training"
    for name in ("even", "odd"):
        (folder / f"{name}.safetensors").write_bytes(content)
    with pytest.raises(ModelError) as raised:
        slot.read()
    assert raised.value.code in SENTENCES
    slot.release()

    (tmp_path / "task.json").write_bytes(content)
    with pytest.raises(TaskError) as raised:
        read_task(tmp_path / "task.json")
    assert raised.value.code in SENTENCES
    assert not trap.exists()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_pipe_is_never_opened_as_a_task(tmp_path):
    os.mkfifo(tmp_path / "task.json")
    with pytest.raises(TaskError) as raised:
        read_task(tmp_path / "task.json")
    assert raised.value.code == "task_unreadable"


def test_a_program_in_the_memory_is_set_aside_and_the_rest_works(tmp_path, expect_log):
    expect_log("a model was damaged")
    trap = tmp_path / "executed"
    memory = DiskMemory(tmp_path / "memory")
    (memory.root / "models").mkdir(parents=True)
    (memory.root / "models" / "model.safetensors").write_bytes(saved_by_torch(trap, is_zip=True))
    assert memory.list() == []
    assert len(memory.damaged()) == 1
    assert not trap.exists()


def test_a_server_does_not_start_with_a_program_for_first_weights(tmp_path):
    trap = tmp_path / "executed"
    task = task_with()
    bundle = tmp_path / "tasks" / task.id
    bundle.mkdir(parents=True)
    (bundle / "task.json").write_bytes(encode_task(task))
    (bundle / "weights.safetensors").write_bytes(saved_by_torch(trap, is_zip=True))
    arguments = ["--port", "0", "--data-dir", str(tmp_path / "data"), "--tasks", str(bundle.parent)]
    ended = subprocess.run(
        [sys.executable, "-m", "disco_desktop.server.main", *arguments],
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
    [line] = ended.stderr.decode().splitlines()
    assert "may contain a program" in line
    assert not trap.exists()


def file_of(header, values, *, length=None):
    return (len(header) if length is None else length).to_bytes(8, "little") + header + values


def tensors(**entries):
    """A header of tensors given as shape and offsets."""
    return json.dumps(
        {
            name: {"dtype": "F32", "shape": shape, "data_offsets": offsets}
            for name, (shape, offsets) in entries.items()
        }
    ).encode()


def many_tensors(count):
    entry = '{"dtype":"F32","shape":[0],"data_offsets":[0,0]}'
    return ("{" + ",".join(f'"{number}":{entry}' for number in range(count)) + "}").encode()


VALUES = np.zeros(4, np.float32).tobytes()

HEADERS = {
    "nothing": b"",
    "a length alone": (2).to_bytes(8, "little"),
    "a header of 2^64 - 1 bytes": file_of(b"{}", VALUES, length=(1 << 64) - 1),
    "a header of 2^63 bytes": file_of(b"{}", VALUES, length=1 << 63),
    "a header of 1 TiB": file_of(b"{}", VALUES, length=1 << 40),
    "a header one byte longer than the file": file_of(b"{}", VALUES, length=2 + len(VALUES) + 1),
    "a header of 100 MB": file_of(b"{" + b" " * 100_000_000 + b"}", b""),
    "200,000 tensors": file_of(many_tensors(200_000), b""),
    "10,001 tensors": file_of(many_tensors(10_001), b""),
    "tensors that overlap": file_of(tensors(a=([4], [0, 16]), b=([2], [8, 16])), VALUES),
    "two tensors in one place": file_of(tensors(a=([4], [0, 16]), b=([4], [0, 16])), VALUES),
    "a gap": file_of(tensors(a=([1], [0, 4]), b=([2], [8, 16])), VALUES),
    "a tensor that ends behind the file": file_of(tensors(a=([8], [0, 32])), VALUES),
    "values that no tensor names": file_of(tensors(a=([1], [0, 4])), VALUES),
    "a negative beginning": file_of(tensors(a=([8], [-16, 16])), VALUES),
    "an end before the beginning": file_of(tensors(a=([4], [16, 0])), VALUES),
    "a negative shape": file_of(tensors(a=([-4], [0, 16])), VALUES),
    "two negative shapes": file_of(tensors(a=([-2, -2], [0, 16])), VALUES),
    "a shape that overflows to four": file_of(tensors(a=([(1 << 62) + 1, 4], [0, 16])), VALUES),
    "a shape that overflows to nothing": file_of(
        tensors(a=([1 << 32, 1 << 32], [0, 0]), b=([4], [0, 16])), VALUES
    ),
    "a shape of more than 64 bits": file_of(tensors(a=([1 << 80], [0, 16])), VALUES),
    "offsets of more than 64 bits": file_of(tensors(a=([4], [1 << 80, (1 << 80) + 16])), VALUES),
    "offsets that overflow": file_of(tensors(a=([4], [(1 << 64) - 16, 1 << 64])), VALUES),
    "an empty tensor of a huge shape": file_of(
        tensors(a=([HUGE, HUGE, 0], [0, 0]), b=([4], [0, 16])), VALUES
    ),
    "a shape of fractions": file_of(tensors(a=([1.5], [0, 16])), VALUES),
    "a shape of NaN": file_of(tensors(a=([4], [0, 16])).replace(b"[4]", b"[NaN]"), VALUES),
    "100,000 dimensions": file_of(tensors(a=([1] * 100_000, [0, 4])), VALUES),
    "an unknown type": file_of(tensors(a=([4], [0, 16])).replace(b"F32", b"F33"), VALUES),
    "an object for a type": file_of(tensors(a=([4], [0, 16])).replace(b'"F32"', b"{}"), VALUES),
    "an unknown field": file_of(
        tensors(a=([4], [0, 16])).replace(b'"dtype"', b'"x": 1, "dtype"'), VALUES
    ),
    "lists nested in each other": file_of(b'{"a":' + b"[" * 1_000_000 + b"}", VALUES),
    "objects nested in each other": file_of(b'{"a":' * 500_000 + b"}", VALUES),
    "metadata that are no text": file_of(b'{"__metadata__":{"a":1}}', b""),
    "metadata nested in each other": file_of(b'{"__metadata__":' + b"[" * 1_000_000, b""),
    "a list": file_of(b"[1, 2]", VALUES),
    "no JSON": file_of(b"{" + b"\xff" * 100, VALUES),
    "a NUL": file_of(b"{\0}", VALUES),
}


# What reads a file without knowing what to expect in it.
READERS = {
    "as a model": read_model,
    "as a model's header": read_header,
    "as a checkpoint": read_tensors,
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("kind", HEADERS)
def test_a_header_that_lies_is_refused(tmp_path, kind, reader):
    path = tmp_path / "hostile.safetensors"
    path.write_bytes(HEADERS[kind])
    before = psutil.Process().memory_info().rss
    with pytest.raises(ModelError) as raised:
        READERS[reader](path)
    assert raised.value.code in SENTENCES
    assert psutil.Process().memory_info().rss - before < LARGEST_GROWTH


def test_a_file_that_announces_what_it_has_not_takes_no_memory(tmp_path):
    """A sparse file of 1 TiB, whose header is as honest as it is large."""
    path = tmp_path / "sparse.safetensors"
    header = tensors(a=([1 << 38], [0, 1 << 40]))
    with path.open("wb") as file:
        file.write(file_of(header, b""))
        file.truncate(8 + len(header) + (1 << 40))
    for read in (read_model, read_header, read_tensors):
        with pytest.raises(ModelError) as raised:
            read(path)
        assert raised.value.code == "model_file_too_large"


@pytest.mark.parametrize("values", [[np.nan], [np.inf, 1.0], [-np.inf]])
def test_a_model_with_values_that_are_no_numbers_is_refused(tmp_path, values):
    content = np.array(values, np.float32).tobytes()
    path = tmp_path / "model.safetensors"
    path.write_bytes(file_of(tensors(a=([len(values)], [0, len(content)])), content))
    with pytest.raises(ModelError) as raised:
        read_model(path)
    assert raised.value.code == "model_not_finite"


def test_a_model_cut_off_at_any_byte_is_refused(tmp_path):
    whole = file_of(tensors(a=([4], [0, 16])), VALUES)
    path = tmp_path / "model.safetensors"
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(ModelError):
            read_model(path)
    path.write_bytes(whole)
    assert read_model(path)[0].buffer.tobytes() == VALUES
