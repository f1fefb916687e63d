"""The common models that a participant holds, for its own restart and for who joins late."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import numpy as np

from disco_desktop.engine.client.peers.conversation import ParcelDeniedError
from disco_desktop.engine.client.peers.frames import ModelParcel
from disco_desktop.engine.client.peers.transport import LinkLostError
from disco_desktop.engine.durable_files import private_folder, replaced_durably
from disco_desktop.engine.memory.storage import storing_in
from disco_desktop.engine.weights.codec import encode
from disco_desktop.engine.weights.model_digest import model_digest
from disco_desktop.engine.weights.weights import Weights
from disco_desktop.logs import logger

if TYPE_CHECKING:
    from pathlib import Path

    from disco_desktop.engine.client.peers.peer_network import PeerNetwork
    from disco_desktop.engine.weights.manifest import Manifest

_NAME = re.compile(r"[0-9a-f]{64}")

_log = logger(__name__)


class HeldModels:
    """Models by their digest, in a folder; in memory alone where there is none.

    The present one is held, and for a moment the one that may come next: nobody says that it has a
    model before that is on its disk.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._in_memory: dict[str, Weights] = {}

    def keep(self, weights: Weights, digest: str) -> None:
        """Hold a model, durably; one that is held already is not written again.

        Raises:
            StorageError: it cannot be written.
        """
        if digest in self._in_memory:
            return
        if self._folder is not None:
            with storing_in(self._folder):
                private_folder(self._folder)
                with replaced_durably(self._folder / digest) as file:
                    file.write(encode(weights.buffer, "fp32"))
        self._in_memory[digest] = weights

    def find(self, digest: str, manifest: Manifest) -> Weights | None:
        """Return a model, if it is held and undamaged."""
        held = self._in_memory.get(digest)
        if held is None and self._folder is not None:
            held = self._read(self._folder / digest, manifest)
            if held is not None and model_digest(held) != digest:
                _log.warning("a held model is damaged, and is fetched again")
                held = None
        return held

    def _read(self, path: Path, manifest: Manifest) -> Weights | None:
        try:
            if path.stat().st_size != manifest.bytes:
                return None
            return Weights(manifest, np.fromfile(path, "<f4").astype(np.float32, copy=False))
        except OSError:
            return None

    def forget_others(self, digest: str) -> None:
        """Hold no model but this one."""
        self._in_memory = {
            held: weights for held, weights in self._in_memory.items() if held == digest
        }
        if self._folder is None or not self._folder.is_dir():
            return
        for path in self._folder.iterdir():
            if _NAME.fullmatch(path.name) and path.name != digest:
                path.unlink(missing_ok=True)


PATIENCE = 60.0  # seconds that one peer gets, and one more for each MB
_SLOWEST = 1e6  # bytes a second


async def fetch_model(
    network: PeerNetwork, holder: str, digest: str, manifest: Manifest
) -> Weights | None:
    """Return the model of this digest; nothing where the peer does not give it in time."""
    buffer = np.empty(manifest.elements, "<f4")
    try:
        async with asyncio.timeout(PATIENCE + buffer.nbytes / _SLOWEST):
            await network.fetch(holder, ModelParcel(digest), buffer.data.cast("B"))
    except (ParcelDeniedError, LinkLostError, TimeoutError) as error:
        _log.debug("no model from %s: %s", holder, error)
        return None
    weights = Weights(manifest, buffer.astype(np.float32, copy=False))
    if await asyncio.to_thread(model_digest, weights) != digest:
        _log.warning("%s gave another model than the common one", holder)
        return None
    return weights
