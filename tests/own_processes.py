"""The processes that a test has started, apart from those that serve all tests."""

from __future__ import annotations

import psutil

# What serves many tests and stays until the end of a run: a screen without a monitor, and what the
# application's children are forked from.
SHARED = ("Xvfb", "tests.forked_children.parent")


def own_processes() -> list[psutil.Process]:
    """Return the children of this process that somebody must end."""
    found = []
    for child in psutil.Process().children():
        try:
            if not any(name in " ".join(child.cmdline()) for name in SHARED):
                found.append(child)
        except psutil.NoSuchProcess:
            continue
    return found
