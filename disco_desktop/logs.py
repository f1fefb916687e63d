"""Logging for every program here: one logger a module, debug lines shown by module on demand."""

from __future__ import annotations

import fnmatch
import logging
import os
import sys

DEBUG_VARIABLE = "DISCO_DEBUG"
ROOT = "disco"


class _ChosenModules(logging.Filter):
    """Lets warnings through, and debug lines of the modules that were asked for."""

    def __init__(self, patterns: list[str]) -> None:
        super().__init__()
        self._patterns = patterns

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno >= logging.WARNING:
            return True
        name = record.name.replace(".", ":")
        return any(_covers(pattern, name) for pattern in self._patterns)


def _covers(pattern: str, name: str) -> bool:
    """Tell whether a pattern such as `disco:client*` covers a logger or one of its parents."""
    parts = name.split(":")
    return any(
        fnmatch.fnmatchcase(":".join(parts[:length]), pattern)
        for length in range(1, len(parts) + 1)
    )


def logger(module: str) -> logging.Logger:
    """Return the logger of a module, given its `__name__`.

    `disco_desktop.engine.client.federated` becomes `disco.client.federated`, since what a
    reader looks for is the part of the program and not its place in the package.
    """
    name = module.removeprefix("disco_desktop.").removeprefix("engine.")
    return logging.getLogger(f"{ROOT}.{name}")


def configure(*, level: int = logging.WARNING) -> None:
    """Send this program's log to standard error.

    `DISCO_DEBUG=disco:aggregator,disco:client*` shows the debug lines of those modules,
    `DISCO_DEBUG=disco:*` all of them. Where the variable is not set, lines from `level` on show.
    """
    patterns = [word.strip() for word in os.environ.get(DEBUG_VARIABLE, "").split(",")]
    patterns = [pattern for pattern in patterns if pattern]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    if patterns:
        handler.addFilter(_ChosenModules(patterns))
    root = logging.getLogger(ROOT)
    root.handlers[:] = [handler]
    root.setLevel(logging.DEBUG if patterns else level)
    root.propagate = False
