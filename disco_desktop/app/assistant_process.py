"""An assistant process, as seen by the window: started, asked, ended."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from disco_desktop.app.assistant_messages import (
    ANSWERS,
    LONGEST_LINE,
    AssistantMessage,
    Command,
    Leave,
    decode_message,
    encode_line,
)
from disco_desktop.app.child_process import ChildProcess
from disco_desktop.app.worker_messages import Failed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from disco_desktop.app.assistant_messages import Request


class AssistantProcess(ChildProcess[Command, AssistantMessage]):
    """One child process, which answers one request after the other.

    Whoever gives up a request before its answer must close the process: the answer would be taken
    for that of the next request.
    """

    module = "disco_desktop.assistant"
    longest_line = LONGEST_LINE

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        super().__init__(process)
        self._turn = asyncio.Lock()

    async def ask(self, request: Request) -> AsyncIterator[AssistantMessage]:
        """Ask for something, and yield what is said; the last message is the answer."""
        async with self._turn:
            await self.send(request)
            while True:
                message = await self.receive()
                yield message
                if isinstance(message, ANSWERS):
                    return

    def _encode(self, command: Command) -> bytes:
        return encode_line(command)

    def _decode(self, line: bytes) -> AssistantMessage:
        return decode_message(line)

    def _stop(self) -> Command:
        return Leave()

    def _strange(self, detail: str) -> Failed:
        return Failed(code="assistant_strange", detail=detail)

    def _died(self, detail: str) -> Failed:
        return Failed(code="assistant_died", detail=detail)
