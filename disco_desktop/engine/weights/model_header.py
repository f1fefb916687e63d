"""The header that makes raw values, sent as they lie on a disk, a safetensors file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from disco_desktop.engine.weights.manifest import Manifest

_ALIGNMENT = 8  # the format pads headers with spaces


def model_header(manifest: Manifest, metadata: Mapping[str, str]) -> bytes:
    """Return the bytes that go before a model's values in the manifest's order."""
    entries: dict[str, object] = {"__metadata__": dict(metadata)}
    for name, shape, place in manifest.slices():
        offsets = (4 * place.start, 4 * place.stop)
        entries[name] = {"dtype": "F32", "shape": shape, "data_offsets": offsets}
    header = msgspec.json.encode(entries)
    header += b" " * (-len(header) % _ALIGNMENT)
    return len(header).to_bytes(8, "little") + header
