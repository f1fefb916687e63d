"""The worker's side of the pipe to the application."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, BinaryIO

from disco_desktop.app.processes.worker_messages import encode_line

if TYPE_CHECKING:
    from disco_desktop.app.processes.worker_messages import WorkerMessage


class Channel:
    """Messages to the application.

    A thread writes them: an application that is slow to read must not stop the sockets.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="messages")

    async def send(self, message: WorkerMessage) -> None:
        """Send a message, and wait until the application's pipe has taken it.

        Raises:
            BrokenPipeError: the application is gone.
        """
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._writer, self._write, encode_line(message))

    def _write(self, line: bytes) -> None:
        self._stream.write(line)
        self._stream.flush()
