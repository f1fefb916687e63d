"""A text that a model writes on, as it comes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Literal, TypeAlias

from disco_desktop.app.library.observable import Observable
from disco_desktop.app.processes.assistant_job import AssistantProcess
from disco_desktop.app.processes.assistant_messages import (
    Generate,
    Generated,
    GenerationEnded,
    Loading,
    StopGenerating,
)
from disco_desktop.app.processes.worker_messages import Failed
from disco_desktop.engine.errors import DiscoError

if TYPE_CHECKING:
    from disco_desktop.app.processes.assistant_messages import AssistantMessage

GenerationState: TypeAlias = Literal["idle", "working", "stopping", "done", "failed"]

LONGEST_TEXT = 1_000_000  # characters kept; more than any model is asked for


class Generation(Observable):
    """Has an assistant of its own write, and keeps it: the next text begins sooner.

    Attributes:
        state: where it stands.
        is_loading: whether the model is being loaded.
        text: what was written so far, the prompt not included.
        ended: what came of it.
        error: why it failed.
    """

    def __init__(self) -> None:
        super().__init__()
        self.state: GenerationState = "idle"
        self.is_loading = False
        self.text = ""
        self.ended: GenerationEnded | None = None
        self.error: DiscoError | None = None
        self._process: AssistantProcess | None = None
        self._task: asyncio.Task[None] | None = None
        self._ending: set[asyncio.Task[None]] = set()

    @property
    def is_under_way(self) -> bool:
        """Whether something is being written."""
        return self.state in ("working", "stopping")

    def begin(self, request: Generate) -> None:
        """Have a text written, in place of what was written before."""
        if self.is_under_way:
            self._let_go()
        self.is_loading = False
        self.text, self.ended, self.error = "", None, None
        self._go("working")
        self._task = asyncio.get_running_loop().create_task(self._carry_out(request))

    async def stop(self) -> None:
        """Have it write no more; what is there stays."""
        if self.state == "working" and self._process is not None:
            self._go("stopping")
            await self._process.send(StopGenerating())
        elif self.state == "working":  # it has not even begun
            self.cancel()

    def cancel(self) -> None:
        """Forget what was written, and end the process."""
        self._let_go()
        self.text, self.ended, self.error = "", None, None
        self._go("idle")

    def _let_go(self) -> None:
        """End the process, without anybody waiting for it."""
        if self._task is not None or self._process is not None:
            # At once, since a piece of the text may be there already that nobody wants any more.
            if self._task is not None and self._task is not asyncio.current_task():
                self._task.cancel()
            self._end(self._task, self._process)
            self._task = self._process = None

    def _end(self, task: asyncio.Task[None] | None, process: AssistantProcess | None) -> None:
        ending = asyncio.get_running_loop().create_task(_end(task, process))
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)

    async def close(self) -> None:
        """End the process, and wait for that."""
        self._let_go()
        if self._ending:
            await asyncio.wait(tuple(self._ending))

    def _go(self, state: GenerationState) -> None:
        self.state = state
        self.changed()

    async def _carry_out(self, request: Generate) -> None:
        try:
            if self._process is None:
                self._process = await AssistantProcess.start()
            async for message in self._process.ask(request):
                if self._task is not asyncio.current_task():
                    return  # it was given up while the message was told
                self._hear(message)
        except DiscoError as error:
            self._fail(error)

    def _hear(self, message: AssistantMessage) -> None:
        match message:
            case Loading():
                self.is_loading = True
                self.changed()
            case Generated():
                self.is_loading = False
                self.text = (self.text + message.text)[:LONGEST_TEXT]
                self.changed()
            case GenerationEnded():
                self.ended = message
                self._go("done")
            case Failed():
                error = DiscoError.told(message.code, message.arguments)  # type: ignore[arg-type]
                error.detail = message.detail
                self._fail(error)

    def _fail(self, error: DiscoError) -> None:
        """End the process, which may be dead; whoever tries again gets another one."""
        self._end(None, self._process)
        self._process = None
        self.error = error
        self._go("failed")


async def _end(task: asyncio.Task[None] | None, process: AssistantProcess | None) -> None:
    if task is not None:
        await asyncio.wait([task])
    if process is not None:
        await process.close()
