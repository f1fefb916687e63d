from __future__ import annotations

import msgspec
import numpy as np
import pytest

from disco_desktop.engine.default_tasks.registry import task_provider
from disco_desktop.engine.errors import TaskError
from disco_desktop.engine.privacy.protection import Protection
from disco_desktop.engine.task.privacy import Privacy
from disco_desktop.engine.task.task import decode_task, encode_task
from disco_desktop.engine.weights.manifest import Manifest
from disco_desktop.engine.weights.weights import Weights

ELEMENTS = 100_000


def update_of(value: float) -> Weights:
    manifest = Manifest(names=("a",), shapes=((ELEMENTS,),))
    return Weights(manifest, np.full(ELEMENTS, value, np.float32))


def test_the_update_is_clipped_before_the_noise_is_added() -> None:
    update = update_of(1.0)
    Protection(Privacy(clipping_norm=10.0, noise_multiplier=0.5)).apply(update)
    assert update.buffer.mean() == pytest.approx(10 / np.sqrt(ELEMENTS), abs=0.1)
    assert update.buffer.std() == pytest.approx(5.0, rel=0.02)  # not its root


def test_what_is_not_trained_gets_no_noise() -> None:
    update = update_of(0.0)
    update.buffer[10:20] = 1.0
    Protection(Privacy(clipping_norm=10.0, noise_multiplier=0.5)).apply(update, [slice(10, 20)])
    assert not update.buffer[:10].any()
    assert not update.buffer[20:].any()
    assert update.buffer[10:20].std() > 1


def test_clipping_alone_adds_no_noise() -> None:
    update = update_of(1.0)
    Protection(Privacy(clipping_norm=10.0)).apply(update)
    assert np.unique(update.buffer).tolist() == [pytest.approx(10 / np.sqrt(ELEMENTS))]


def test_a_task_whose_server_would_refuse_the_noise_is_refused() -> None:
    task = task_provider("titanic").get_task()
    together = msgspec.to_builtins(task.collaboration)
    together["privacy"] = {"clipping_norm": 1000.0, "noise_multiplier": 10.0}
    described = msgspec.to_builtins(task) | {"collaboration": together}
    with pytest.raises(TaskError) as raised:
        decode_task(msgspec.json.encode(described))
    assert raised.value.code == "task_invalid"
    assert "largest_norm" in str(raised.value.arguments["problem"])
    together["largest_norm"] = 1e6
    together["privacy"]["noise_multiplier"] = 0.1
    task = decode_task(msgspec.json.encode(described))
    assert decode_task(encode_task(task)).collaboration.privacy == Privacy(
        clipping_norm=1000.0, noise_multiplier=0.1
    )
