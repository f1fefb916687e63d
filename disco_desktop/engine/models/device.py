"""The processor that a network runs on."""

from __future__ import annotations

import torch

from disco_desktop.engine.errors import ModelError


def choose_device(name: str | None = None) -> torch.device:
    """Return the device of this name, or the fastest that is there: CUDA, Apple's GPU, the CPU.

    Raises:
        ModelError: there is no such device on this machine.
    """
    if name is None:
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:  # an assertion where torch has no CUDA at all
        raise ModelError("device_unknown", device=name, detail=str(error)) from error
    return device
