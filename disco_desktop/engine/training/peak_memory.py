"""The most memory that this process has held."""

from __future__ import annotations

import re
import sys
from pathlib import Path

_STATUS = Path("/proc/self/status")
_PEAK = re.compile(r"^VmHWM:\s*(\d+) kB$", re.MULTILINE)


def peak_memory() -> int:
    """Return the peak resident size in bytes; zero where the system does not tell."""
    if sys.platform == "linux":
        # Not getrusage: its peak goes from a process to the programs that it starts.
        peak = _PEAK.search(_STATUS.read_text())
        return int(peak[1]) * 1024 if peak else 0
    if sys.platform == "win32":
        return 0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
