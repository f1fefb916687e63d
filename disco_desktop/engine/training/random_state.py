"""The state of torch's random numbers, from which dropout and the like are drawn.

It belongs to the process: where two trainings share one, each is right, but not reproducible.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_CPU = "random/cpu"
_DEVICE = "random/device"


def seed_random_numbers(seed: int) -> None:
    """Begin the sequence of random numbers of a seed, on every device."""
    torch.manual_seed(seed)


def read_random_state(device: torch.device) -> dict[str, NDArray[np.uint8]]:
    """Return the states that matter for work on a device, by name."""
    states = {_CPU: torch.get_rng_state().numpy()}
    if device.type == "cuda":
        states[_DEVICE] = torch.cuda.get_rng_state(device).numpy()
    elif device.type == "mps":
        states[_DEVICE] = torch.mps.get_rng_state().numpy()
    return states


def restore_random_state(states: dict[str, NDArray[np.uint8]], device: torch.device) -> None:
    """Go on from states that were read before."""
    torch.set_rng_state(torch.from_numpy(states[_CPU].copy()))
    if _DEVICE not in states:
        return
    state = torch.from_numpy(states[_DEVICE].copy())
    if device.type == "cuda":
        torch.cuda.set_rng_state(state, device)
    elif device.type == "mps":
        torch.mps.set_rng_state(state)


def epoch_order(samples: int, *, seed: int, epoch: int, repeat: int = 0) -> torch.Tensor:
    """Return the order in which an epoch takes the samples: int64 (samples,).

    It follows from its arguments alone, so that a training that is taken up in the middle of an
    epoch goes on with the samples that are left. An epoch that is trained once more has another
    order each time.
    """
    chosen = f"{seed} {epoch} {repeat}" if repeat else f"{seed} {epoch}"
    mixed = hashlib.blake2b(chosen.encode(), digest_size=8).digest()
    generator = torch.Generator().manual_seed(int.from_bytes(mixed, "little"))
    return torch.randperm(samples, generator=generator)
