"""The devices that a training could use, found without loading torch."""

from __future__ import annotations

import ctypes.util
import importlib.metadata
import platform
import sys
from pathlib import Path
from typing import Literal, TypeAlias

Device: TypeAlias = Literal["cpu", "cuda", "mps"]
Obstacle: TypeAlias = Literal["", "no card", "no support", "not this system"]

_NVIDIA = (Path("/proc/driver/nvidia/version"), Path("/dev/nvidia0"), Path("/dev/nvidiactl"))


def obstacle_to(device: Device) -> Obstacle:
    """Say why a device cannot be used; nothing where it can as far as is seen from outside.

    The training itself has the last word, and falls back on nothing silently.
    """
    match device:
        case "cpu":
            return ""
        case "cuda":
            return _obstacle_to_cuda()
        case "mps":
            is_there = sys.platform == "darwin" and platform.machine() == "arm64"
            return "" if is_there else "not this system"


def _obstacle_to_cuda() -> Obstacle:
    if sys.platform == "darwin":
        return "not this system"
    if not _has_nvidia_driver():
        return "no card"
    return "no support" if _is_torch_for_cpu_alone() else ""


def _has_nvidia_driver() -> bool:
    if sys.platform == "win32":
        return ctypes.util.find_library("nvcuda") is not None
    return any(path.exists() for path in _NVIDIA)


def _is_torch_for_cpu_alone() -> bool:
    try:
        return importlib.metadata.version("torch").endswith("+cpu")
    except importlib.metadata.PackageNotFoundError:
        return False
