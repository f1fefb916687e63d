"""The mean of DESIGN, computed once more from what a server's database says was counted."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from disco_desktop.engine.weights.codec import encode
from disco_desktop.engine.weights.pieces import content_digest, digest_pieces

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_LARGEST_WEIGHT = 1 << 20
_STEPS = 2.0**32


@dataclass(frozen=True)
class Counted:
    """A row of the server's log of contributions."""

    participant: str
    base_round: int
    samples: int
    digest: str
    counted_in: int | None


def counted(data_dir: Path, session: int = 1) -> list[Counted]:
    """What the server has in its database, which need not be running."""
    with sqlite3.connect(data_dir / "server.sqlite") as rows:
        found = rows.execute(
            "SELECT participant, base_round, samples, digest, counted_in FROM contributions"
            " WHERE session = ? ORDER BY participant, base_round",
            (session,),
        ).fetchall()
    rows.close()
    return [Counted(*row) for row in found]


def closed_rounds(data_dir: Path, session: int = 1) -> list[tuple[int, str]]:
    """The numbers of the rounds that have closed, and the digests of their models."""
    with sqlite3.connect(data_dir / "server.sqlite") as rows:
        found = rows.execute(
            "SELECT round, model FROM rounds WHERE session = ? ORDER BY round", (session,)
        ).fetchall()
    rows.close()
    return found


def digest_of(values: np.ndarray, codec: str = "fp32") -> str:
    """The digest by which the server knows an array."""
    return content_digest(digest_pieces(encode(values, codec)))


def next_model(
    model: np.ndarray, contributions: Sequence[tuple[np.ndarray, int, int]]
) -> np.ndarray:
    """current + sum(n s update) / sum(n), with s = 1 / sqrt(1 + staleness).

    Args:
        model: the current one.
        contributions: of each the update, the number of samples and how many rounds late it is.
    """
    summed = np.zeros(len(model), np.int64)
    for update, samples, staleness in contributions:
        factor = min(samples, _LARGEST_WEIGHT) * (1 / np.sqrt(1.0 + staleness))
        summed += np.rint(update.astype(np.float64) * (factor * _STEPS)).astype(np.int64)
    total = sum(min(samples, _LARGEST_WEIGHT) for _, samples, _ in contributions)
    mean = summed.astype(np.float64) * (1.0 / (total * _STEPS))
    return (model.astype(np.float64) + mean).astype(np.float32)
