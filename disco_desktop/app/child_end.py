"""A child process' end of its conversation with the application: commands in, messages out.

The conversation is typed JSON, one message a line: commands on standard input, messages on what was
standard output.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import signal
import sys
import time
from importlib import import_module
from typing import TYPE_CHECKING, BinaryIO, TypeVar

import msgspec

from disco_desktop import logs
from disco_desktop.app.lasting_imports import lasting_imports
from disco_desktop.logs import logger

if TYPE_CHECKING:
    from collections.abc import Callable

LEAVING_SECONDS = 1.5  # the application kills after two

_Command = TypeVar("_Command")

_log = logger(__name__)


def serve(module: str) -> None:
    """Have a module's `run(commands, messages)` do what standard input says, and end.

    The module is named and not given, since even loading a library may print.
    """
    stream = _private_stdout()
    # Ctrl-C in a terminal is for the application, which then stops its children in good order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logs.configure()
    with lasting_imports():
        program = import_module(module)
    gc.freeze()  # what is loaded stays, so that no collection need look at it
    program.run(sys.stdin.buffer, stream)
    logging.shutdown()
    # A thread of torch that is still at work would abort an orderly exit with a core dump.
    os._exit(0)


def _private_stdout() -> BinaryIO:
    """Keep standard output for messages, and send to standard error whatever else is printed."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(kept, "wb")


def read_commands(
    stream: BinaryIO,
    decode: Callable[[bytes], _Command],
    obey: Callable[[_Command | None], None],
    *,
    longest: int,
) -> None:
    """Hand on what the application says until it closes the stream or says something strange.

    After that, None is handed on, and the process ended if it does not end by itself: nobody
    listens any more. To be run in a thread of its own.
    """
    with contextlib.suppress(OSError):
        while (line := stream.readline(longest)).endswith(b"\n"):
            try:
                command = decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                _log.warning("not a command: %s", error)
                break
            obey(command)
    obey(None)
    time.sleep(LEAVING_SECONDS)
    os._exit(1)
