"""Work in the background: it takes what processor is left over, and others go first."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

# For each process a third of what others get: the window has enough, and a training still begins on
# a busy machine, where with 10 the workers took minutes to load torch.
NICENESS = 5

# Linux shares the processor out among sessions first, and a child of ours is one of its own.
_OWN_SESSION = Path("/proc/self/autogroup")


def give_way() -> None:
    """Let the window, and whatever else somebody works with, go before this process.

    A training takes all there is, with as many processes as participants; without this the window
    gets no more than each of them, and stands still for tenths of a second.
    """
    if not hasattr(os, "nice"):
        return
    with contextlib.suppress(OSError):
        os.nice(NICENESS)
    with contextlib.suppress(OSError):
        _OWN_SESSION.write_text(str(NICENESS))
