"""How this application starts its own programs as child processes."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]


def child_command(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module of this package.

    `-P` keeps the current folder off the import path: it may be somebody's data folder, and a
    `random.py` in it must not be run.
    """
    return [sys.executable, "-P", "-m", module, *arguments]


def child_environment() -> dict[str, str]:
    """Return the environment in which a child finds this package, installed or not."""
    environment = dict(os.environ)
    if str(_ROOT) not in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
        paths = [str(_ROOT), environment.get("PYTHONPATH", "")]
        environment["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
    return environment


def own_group() -> dict[str, bool | int]:
    """Return options with which Ctrl-C in a terminal reaches this program and not the child.

    The child is told to stop by its parent, after what it holds has been brought to safety.
    """
    if os.name == "nt":
        return {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
    return {"start_new_session": True}
