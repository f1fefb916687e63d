"""Fetching the common model from a peer that holds it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import numpy as np

from disco_desktop.engine.client.peers.conversation import ParcelDeniedError
from disco_desktop.engine.client.peers.frames import ModelParcel
from disco_desktop.engine.client.peers.transport import LinkLostError
from disco_desktop.engine.weights.model_digest import model_digest
from disco_desktop.engine.weights.weights import Weights
from disco_desktop.logs import logger

if TYPE_CHECKING:
    from disco_desktop.engine.client.peers.peer_network import PeerNetwork
    from disco_desktop.engine.weights.manifest import Manifest

PATIENCE = 60.0  # seconds that one peer gets, and one more for each MB
_SLOWEST = 1e6  # bytes a second

_log = logger(__name__)


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
