"""Which rows are trained on, which are held out, and whose they are: told by their content.

A row's side depends on its own content alone. So it stays the same from run to run, on every
machine, in whatever order and format the rows come, and when others are added; and rows that are
equal, or belong to the same patient, never end up on both sides.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    from disco_desktop.engine.dataset.share import Share

_PURPOSE = b"disco-rows"  # keeps these hashes apart from any other use of the function


def hash_rows(rows: npt.NDArray[np.float64]) -> npt.NDArray[np.uint64]:
    """Return a hash of each row, (n, f) to (n,); every not-a-number counts as the same.

    Hashed are the numbers and not their spelling: 1 and 1.0 are equal, in any format.
    """
    canonical = np.ascontiguousarray(np.where(np.isnan(rows), np.nan, rows), dtype="<f8")
    content = memoryview(canonical.tobytes())
    width = canonical.shape[1] * canonical.itemsize
    return _hash(content[start : start + width] for start in range(0, len(content), width))


def hash_texts(texts: Iterable[str]) -> npt.NDArray[np.uint64]:
    """Return a hash of each text."""
    return _hash(text.encode("utf-8", "surrogatepass") for text in texts)


def _hash(items: Iterable[bytes | memoryview], key: bytes = b"") -> npt.NDArray[np.uint64]:
    digests = b"".join(
        blake2b(item, digest_size=8, key=key, person=_PURPOSE).digest() for item in items
    )
    return np.frombuffer(digests, dtype=">u8").astype(np.uint64)


def held_out(hashes: npt.NDArray[np.uint64], validation_split: float) -> npt.NDArray[np.bool_]:
    """Tell which rows are for validation: about that share of the distinct ones.

    Where chance would leave one side empty, the row nearest to it changes sides, with its equals;
    both sides are filled as soon as two rows differ.
    """
    threshold = min(int(validation_split * 2**64), 2**64 - 1)
    is_held_out: npt.NDArray[np.bool_] = hashes < np.uint64(threshold)
    if len(hashes) == 0 or hashes.min() == hashes.max():
        return is_held_out
    if not is_held_out.any():
        is_held_out = hashes == hashes.min()
    elif is_held_out.all():
        is_held_out = hashes != hashes.max()
    return is_held_out


def own_rows(
    hashes: npt.NDArray[np.uint64], share: Share, *, seed: int, are_groups: bool
) -> npt.NDArray[np.bool_]:
    """Tell which rows are one participant's own.

    The parts are disjoint and together they are everything. Their sizes differ by one row at
    most, or by one group where the hashes are of groups, since a group stays together. They are
    the same for the same seed, in whatever order the rows come.
    """
    if share.of == 1:
        return np.ones(len(hashes), dtype=np.bool_)
    units, unit_of = hashes, np.arange(len(hashes))
    if are_groups:
        units, unit_of = np.unique(hashes, return_inverse=True)
    key = (seed % 2**64).to_bytes(8, "little")
    shuffled = _hash((unit.tobytes() for unit in units.astype("<u8")), key=key)
    ranks = np.empty(len(units), dtype=np.int64)
    ranks[np.argsort(shuffled, kind="stable")] = np.arange(len(units))
    is_own: npt.NDArray[np.bool_] = (ranks % share.of == share.number - 1)[unit_of]
    return is_own
