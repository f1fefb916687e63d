"""A worker process, as seen by the application: started, told what to do, listened to, ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from disco_desktop.app.processes.child_process import ChildProcess
from disco_desktop.app.processes.worker_messages import (
    LAST_MESSAGES,
    LONGEST_LINE,
    Command,
    Failed,
    Stop,
    WorkerMessage,
    decode_message,
    encode_line,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from disco_desktop.app.processes.worker_messages import Work


class WorkerProcess(ChildProcess[Command, WorkerMessage]):
    """One child process, which does one thing after the other.

    Start it early: what takes long is loading torch, and it does that while nothing is asked of
    it yet.
    """

    module = "disco_desktop.worker"
    longest_line = LONGEST_LINE

    async def work(self, work: Work) -> AsyncIterator[WorkerMessage]:
        """Have it do one thing, and yield what it says; the last message tells how it ended.

        A worker that ends without a last word, or says something strange, has failed too.
        """
        await self.send(work)
        while True:
            message = await self.receive()
            yield message
            if isinstance(message, LAST_MESSAGES):
                return

    def _encode(self, command: Command) -> bytes:
        return encode_line(command)

    def _decode(self, line: bytes) -> WorkerMessage:
        return decode_message(line)

    def _stop(self) -> Command:
        return Stop()

    def _strange(self, detail: str) -> Failed:
        return Failed(code="worker_strange", detail=detail)

    def _died(self, detail: str) -> Failed:
        return Failed(code="worker_died", detail=detail)
