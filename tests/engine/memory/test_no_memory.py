from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from disco_desktop.engine.errors import ModelError
from disco_desktop.engine.memory.memory import NoMemory
from tests.engine.memory.conftest import stored_model

if TYPE_CHECKING:
    from pathlib import Path


def test_nothing_is_kept(tmp_path: Path) -> None:
    memory = NoMemory()
    model = stored_model()
    assert memory.save(model) == model.record
    assert memory.list() == []
    for forgotten in (memory.load, memory.delete):
        with pytest.raises(ModelError) as raised:
            forgotten(model.record.id)
        assert raised.value.code == "model_unknown"
    with pytest.raises(ModelError):
        memory.rename("Titanic", "x")
    with pytest.raises(ModelError):
        memory.export_file("Titanic", tmp_path / "x")
    with pytest.raises(ModelError) as raised:
        memory.import_file(tmp_path / "x")
    assert raised.value.code == "model_not_kept"


def test_checkpoints_are_forgotten() -> None:
    slot = NoMemory().checkpoint_slot("titanic")
    slot.hold()
    NoMemory().checkpoint_slot("titanic").hold()
    slot.write({"a": np.zeros(1)}, {})
    assert slot.read() is None
