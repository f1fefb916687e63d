"""The worker's beginning and end as a process."""

from __future__ import annotations

import logging
import os
import signal
import sys
from importlib import import_module
from typing import BinaryIO

from disco_desktop import logs


def main() -> None:
    """Do what standard input says, and end."""
    # First of all, since even loading a library may print.
    stream = _private_stdout()
    # Ctrl-C in a terminal is for the application, which then stops its workers in good order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logs.configure()
    import_module("disco_desktop.worker.commands").run(sys.stdin.buffer, stream)
    logging.shutdown()
    # A thread of torch that is still at work would abort an orderly exit with a core dump.
    os._exit(0)


def _private_stdout() -> BinaryIO:
    """Keep standard output for messages, and send to standard error whatever else is printed."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(kept, "wb")


if __name__ == "__main__":
    main()
