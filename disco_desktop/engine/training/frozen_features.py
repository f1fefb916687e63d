"""What a backbone that is never trained says of each sample: computed once, then looked up.

The features lie in a file of the cache that is mapped into memory. They are computed in pieces of
fixed samples, since in another company a sample's last bits may differ; so the file is the same
whatever order the samples are asked for in, and a later training of the same samples with the same
backbone finds it.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import weakref
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np
import torch

from disco_desktop.engine.cache_folder import UNFINISHED, cache_folder, clear_unfinished, evict
from disco_desktop.engine.durable_files import private_folder
from disco_desktop.engine.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from disco_desktop.engine.models.backbone import Backbone
    from disco_desktop.engine.models.sample_tensors import SampleTensors

PIECE = 8  # samples; a step waits for those of each sample that it is the first to ask for
_MOST_AT_ONCE = 4096  # samples whose features are handed out together


class FrozenFeatures:
    """Features (n, width) in place of the samples themselves.

    Args:
        samples: what the backbone sees.
        backbone: is never trained while these are in use, but may be given other weights.
        name: tells these samples from others.
    """

    def __init__(self, samples: SampleTensors, backbone: Backbone, name: str) -> None:
        self._samples = samples
        self._backbone = backbone
        self._name = name
        self._store: _Store | None = None

    def __len__(self) -> int:
        return len(self._samples)

    def forget(self) -> None:
        """Look anew for features of the backbone as it is now, at the next use."""
        self._store = None

    def rehearse(self) -> None:
        """Do the work of a piece without its effect."""
        self._computed(0)

    def take(self, rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return features and targets of the samples at these rows, int64 (n,), on the device."""
        store = self._filled(torch.unique(rows // PIECE).tolist())
        features = store.values.index_select(0, rows.cpu()).to(self._samples.device)
        return features, self._samples.targets_at(rows)

    def pieces(self) -> Iterator[tuple[torch.Tensor, torch.Tensor | None]]:
        """Yield all features in order, with targets; at least one piece."""
        store = self._filled(range(_pieces(len(self))))
        for start in range(0, max(len(self), 1), _MOST_AT_ONCE):
            end = min(start + _MOST_AT_ONCE, len(self))
            features = store.values[start:end].to(self._samples.device)
            yield features, self._samples.targets(start, end)

    def advance(self) -> None:
        """Compute one piece that is missing, so that they need not all be computed at once."""
        store = self._opened()
        if store.missing:
            self._filled([min(store.missing)])

    def _filled(self, pieces: list[int] | range) -> _Store:
        store = self._opened()
        if store.missing:
            for piece in pieces:
                if piece in store.missing:
                    store.put(piece, self._computed(piece))
            if not store.missing:
                store.publish()
        return store

    def _opened(self) -> _Store:
        if self._store is None:
            self._store = _Store(self._key(), len(self), self._backbone.features)
        return self._store

    def _key(self) -> str:
        """Return a digest of all that the features depend on, to the last bit."""
        digest = hashlib.sha256(f"{self._name}:{len(self)}:".encode())
        digest.update(f"{torch.get_num_threads()}:{self._samples.device}:".encode())
        for name, tensor in self._backbone.state_dict().items():
            if tensor.is_floating_point():
                digest.update(f"{name}:{tensor.stride()}:".encode())
                digest.update(tensor.cpu().contiguous().numpy().tobytes())
        return digest.hexdigest()[:40]

    def _computed(self, piece: int) -> torch.Tensor:
        start = piece * PIECE
        with torch.no_grad():
            self._backbone.eval()
            return self._backbone(  # type: ignore[no-any-return]
                self._samples.features(start, min(start + PIECE, len(self)))
            )


def _pieces(count: int) -> int:
    return -(-count // PIECE)


class _Store:
    """A mapped file of features.

    Attributes:
        values: float32 (n, width).
        missing: numbers of the pieces that are not there yet.
    """

    def __init__(self, key: str, count: int, width: int) -> None:
        self._file = cache_folder("features", f"{key}.f32")
        self._size = count * width * 4
        self._beside: Path | None = None
        shape = (count, width)
        if not count:
            self.values, self.missing = torch.zeros(shape), set[int]()
            return
        try:
            self._map(shape)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise StorageError(
                "cache_failed", folder=str(self._file.parent), reason=reason, detail=str(error)
            ) from error

    def _map(self, shape: tuple[int, int]) -> None:
        if self._file.is_file() and self._file.stat().st_size == self._size:
            os.utime(self._file)  # used just now
            self.missing = set()
            mapped = np.memmap(self._file, dtype=np.float32, mode="c", shape=shape)
        else:
            private_folder(self._file.parent)
            clear_unfinished(self._file.parent)
            name = f"{UNFINISHED}{self._file.name}.{secrets.token_hex(4)}"
            self._beside = self._file.with_name(name)
            _reserve(self._beside, self._size)
            weakref.finalize(self, _forget, self._beside)
            self.missing = set(range(_pieces(shape[0])))
            mapped = np.memmap(self._beside, dtype=np.float32, mode="r+", shape=shape)
        self.values = torch.from_numpy(mapped)

    def put(self, piece: int, features: torch.Tensor) -> None:
        """Note the features of a piece."""
        start = piece * PIECE
        self.values[start : start + len(features)] = features.cpu()
        self.missing.discard(piece)

    def publish(self) -> None:
        """Give the file its name, now that it is whole; where that fails, only others miss it."""
        if self._beside is None:
            return
        with suppress(OSError):
            self._beside.rename(self._file)
            evict(self._file.parent, keep=self._file)


def _reserve(path: Path, size: int) -> None:
    """Make a file of this size that can be written to without finding the disk full.

    Raises:
        OSError: there is not enough room.
    """
    with path.open("xb") as file:
        try:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, size)
            else:
                file.truncate(size)
        except OSError:
            path.unlink()
            raise


def _forget(path: Path) -> None:
    with suppress(OSError):
        path.unlink()
