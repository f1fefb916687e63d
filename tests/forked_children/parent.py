"""Forks the application's children: `python -m tests.forked_children.parent SOCKET`.

A child starts in a moment then, since all that it needs is imported already, torch above all. It is
a process of its own, with the pipes, the environment and the folder of whoever stands for it
(`stand_in.py`). Neither outlives the other.
"""

from __future__ import annotations

import gc
import json
import os
import runpy
import select
import signal
import socket
import sys
import traceback
from importlib import import_module
from typing import Any

_NEEDED = (
    "disco_desktop.assistant.requests",
    "disco_desktop.engine.validation.generation",
    "disco_desktop.engine.validation.validator",
    "disco_desktop.worker.commands",
)


def main(path: str) -> None:
    """Fork children for those who call, until standard input ends."""
    for name in _NEEDED:
        import_module(name)
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for whoever keeps a child
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        os.write(1, b"listening\n")
        while sys.stdin not in select.select([sys.stdin, listener], [], [])[0]:
            connection, _ = listener.accept()
            with connection:
                if os.fork() == 0:
                    listener.close()
                    _in_a_fork(_keep_child, connection)


def _keep_child(connection: socket.socket) -> None:
    """Fork a child, end it when nobody stands for it any more, and tell how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    length, pipes, _, _ = socket.recv_fds(connection, 4, 3)
    with connection.makefile("rb") as stream:
        request = json.loads(stream.read(int.from_bytes(length, "big")))
    ended, living = os.pipe()  # closed when the child ends
    child = os.fork()
    if child == 0:
        connection.close()
        _in_a_fork(_be_child, request, pipes)
    for end in (living, *pipes, 0, 1, 2):
        os.close(end)
    if ended not in select.select([ended, connection], [], [])[0]:
        os.kill(child, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    connection.sendall(code.to_bytes(4, "big", signed=True))


def _be_child(request: dict[str, Any], pipes: list[int]) -> None:
    os.setsid()
    for number, pipe in enumerate(pipes):
        os.dup2(pipe, number)
        os.close(pipe)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    runpy.run_module(request["module"], run_name="__main__", alter_sys=True)


def _in_a_fork(work: Any, *arguments: Any) -> None:
    """Do something and end, whatever comes of it: what comes after is not for a fork."""
    try:
        work(*arguments)
        os._exit(0)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1])
