"""The common model on the disk of a participant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from disco_desktop.engine.client.peers.held_models import HeldModels
from disco_desktop.engine.weights.model_digest import model_digest
from tests.server.running_server import weights_of

if TYPE_CHECKING:
    from pathlib import Path


def test_what_is_held_is_written_once_and_found_after_a_restart(tmp_path: Path) -> None:
    weights = weights_of([1.0, 2.0, 3.0])
    digest = model_digest(weights)
    held = HeldModels(tmp_path)
    held.keep(weights, digest)
    before = (tmp_path / digest).stat()
    held.keep(weights, digest)
    after = (tmp_path / digest).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    found = HeldModels(tmp_path).find(digest, weights.manifest)
    assert found is not None
    assert found.sha256() == weights.sha256()


def test_what_was_forgotten_is_written_again(tmp_path: Path) -> None:
    weights, other = weights_of([1.0]), weights_of([2.0])
    digest, other_digest = model_digest(weights), model_digest(other)
    held = HeldModels(tmp_path)
    held.keep(weights, digest)
    held.keep(other, other_digest)
    held.forget_others(other_digest)
    assert [path.name for path in tmp_path.iterdir()] == [other_digest]
    held.keep(weights, digest)
    assert HeldModels(tmp_path).find(digest, weights.manifest) is not None
