"""The processes that a test has started, apart from those that serve all tests."""

from __future__ import annotations

import psutil

# A screen without a monitor serves all windows of a run, and stays until its end.
SHARED = {"Xvfb"}


def own_processes() -> list[psutil.Process]:
    """Return the children of this process that somebody must end."""
    found = []
    for child in psutil.Process().children():
        try:
            if child.name() not in SHARED:
                found.append(child)
        except psutil.NoSuchProcess:
            continue
    return found
