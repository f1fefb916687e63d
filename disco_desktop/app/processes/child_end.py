"""A child process' own end of its conversation with the application: commands in, messages out."""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import signal
import sys
import time
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeVar

import msgspec

from disco_desktop import logs
from disco_desktop.logs import logger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def lasting_imports() -> Iterator[None]:
    """Import without garbage collections meanwhile.

    torch makes hundreds of thousands of objects when it is loaded, all of which stay: looking for
    garbage among them again and again takes an eighth of that time.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


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
