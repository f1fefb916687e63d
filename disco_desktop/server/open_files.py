"""How many connections the system lets this process have: each one is an open file to it."""

from __future__ import annotations

import sys

from disco_desktop.logs import logger

_SPARE = 256  # for the database, models, uploads and whatever else is open

_log = logger(__name__)


def allow_connections(wanted: int) -> None:
    """Raise the limit of open files as far as so many connections need and the system lets us.

    Where it does not, a warning says how many there can be: accepting fails beyond that, and what
    is connected goes on.
    """
    if sys.platform == "win32":  # sockets are no files there
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + _SPARE
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return
    most = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    except (OSError, ValueError) as error:
        _log.debug("the limit of open files stays at %d: %s", soft, error)
        most = soft
    if most < needed:
        _log.warning(
            "the system allows %d open files: about %d connections", most, max(0, most - _SPARE)
        )
