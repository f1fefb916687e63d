"""The most memory that this process has held."""

from __future__ import annotations

import sys


def peak_memory() -> int:
    """Return the peak resident size in bytes; zero where the system does not tell."""
    if sys.platform == "win32":
        return 0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
