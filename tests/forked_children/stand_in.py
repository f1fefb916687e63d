"""Stands for a child that is forked elsewhere: `stand_in.py SOCKET MODULE`, ends as that does."""

from __future__ import annotations

import json
import os
import socket
import sys


def main(path: str, module: str) -> None:
    """Give away the standard streams and wait for the end."""
    request = {"module": module, "environment": dict(os.environ), "folder": os.getcwd()}
    encoded = json.dumps(request).encode()
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)
        socket.send_fds(connection, [len(encoded).to_bytes(4, "big")], [0, 1, 2])
        connection.sendall(encoded)
        for stream in (0, 1, 2):  # they end when the child's do
            os.close(stream)
        answer = connection.recv(4)
    code = int.from_bytes(answer, "big", signed=True) if answer else 1
    if code < 0:
        os.kill(os.getpid(), -code)
    os._exit(code)


if __name__ == "__main__":
    main(*sys.argv[1:])
