"""Runs a program that ends when whoever started it does, however that came about.

`python -m disco_desktop.app.processes.bound_program MODULE ARGUMENTS` runs a module as if it had
been started itself. Its standard input is a pipe from the parent: when that closes, since the
parent was done, or was killed and could not say so, the program is asked to end, and after a
while made to.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading
import time

PATIENCE = 10.0  # seconds between asking and ending


def main() -> None:
    """Run the module that the first argument names, with the other arguments."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


def _end_with_parent() -> None:
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(PATIENCE)
    os._exit(1)


if __name__ == "__main__":
    main()
