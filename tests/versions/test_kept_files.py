"""What earlier versions left behind goes on with today's program.

Each folder of `kept` was made by the commands of one version with `make_kept.py`; `expected.json`
holds what that version itself made of it.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.versions.make_kept import Version

KEPT = Path(__file__).parent / "kept"

pytestmark = pytest.mark.timeout(240)


class Kept(Version):
    """Today's commands, on a copy of what another version left behind.

    Attributes:
        expected: what that version made of it.
    """

    def __init__(self, kept: Path, root: Path) -> None:
        shutil.copytree(kept, root)
        super().__init__(Path(sys.executable).parent, root)
        self.expected: dict[str, Any] = json.loads((root / "expected.json").read_bytes())
        for plan in root.glob("profile/trainings/*/plan.json"):
            text = plan.read_text().replace(self.expected["root"], str(root))
            plan.write_text(text.replace(f":{self.expected['port']}", f":{self.port}"))


@pytest.fixture(params=sorted(path.name for path in KEPT.iterdir() if path.is_dir()))
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    return Kept(KEPT / request.param, tmp_path / "kept")


def test_models_say_what_they_said(kept: Kept) -> None:
    for name, expected in kept.expected["models"].items():
        used = kept.use(name, expected.get("data", "titanic.csv"))
        for figure in ("samples", "loss", "accuracy"):
            assert used[figure] == pytest.approx(expected[figure], rel=1e-5)
        assert used["confusion"] == expected["confusion"]
        assert [outcome for outcome, _ in used["predictions"]] == [
            outcome for outcome, _ in expected["predictions"]
        ]
        assert [float(probability) for _, probability in used["predictions"] if probability] == (
            pytest.approx([float(p) for _, p in expected["predictions"] if p], abs=1e-4)
        )


def test_a_training_alone_is_resumed_to_the_same_weights(kept: Kept) -> None:
    assert kept.digests(*kept.alone, "--resume") == kept.expected["alone"]


def test_a_server_goes_on_with_its_sessions(kept: Kept) -> None:
    with kept.serving():
        sessions = kept.tasks()
        assert sessions is not None
        for name, expected in kept.expected["sessions"].items():
            for figure in ("session", "round", "rounds"):
                assert sessions[name][figure] == expected[figure]


def test_a_training_at_a_server_is_resumed_to_the_same_weights(kept: Kept) -> None:
    with kept.serving():
        assert kept.digests("long-titanic", *kept.together, "--resume") == kept.expected["half"]
        ended = (kept.tasks() or {})["long-titanic"]
    assert ended["round"] == ended["rounds"]
    assert ended["session"] == kept.expected["sessions"]["long-titanic"]["session"]
