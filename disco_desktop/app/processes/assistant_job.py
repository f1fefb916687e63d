"""One thing that an assistant process does for a page, from its start until nobody looks at it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Generic, Literal, TypeAlias, TypeVar

from disco_desktop.app.library.observable import Observable
from disco_desktop.app.processes.assistant_messages import (
    ANSWERS,
    LONGEST_LINE,
    AssistantMessage,
    CheckData,
    Checked,
    Command,
    CsvWritten,
    Leave,
    Loading,
    ModelTested,
    PageRead,
    PictureRead,
    Predict,
    Predicted,
    ProblemFound,
    Reading,
    ReadPage,
    ReadPicture,
    TestModel,
    WriteCsv,
    decode_message,
    encode_line,
)
from disco_desktop.app.processes.child_process import ChildProcess
from disco_desktop.app.processes.paged_rows import PagedRows, ReadRows
from disco_desktop.app.processes.worker_messages import Failed
from disco_desktop.engine.errors import DiscoError
from disco_desktop.logs import logger

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from disco_desktop.app.processes.assistant_messages import Request, Row, View
    from disco_desktop.engine.dataset.report import Problem


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


JobState: TypeAlias = Literal["idle", "working", "done", "failed"]

_log = logger(__name__)

_Request = TypeVar("_Request", CheckData, TestModel, Predict)
_Answer = TypeVar("_Answer", Checked, ModelTested, Predicted)


class AssistantJob(Observable, Generic[_Request, _Answer]):
    """Asks an assistant of its own, and keeps it as long as its rows may be looked at.

    Attributes:
        state: where it stands.
        request: what was asked last.
        reading: the file that is being read.
        is_loading: whether the model is being loaded.
        problems: those found so far.
        answer: what came of it.
        rows: the rows to look at, once there is an answer and until it is closed.
        error: why it failed.
    """

    def __init__(self) -> None:
        super().__init__()
        self.state: JobState = "idle"
        self.request: _Request | None = None
        self._forget()
        self._process: AssistantProcess | None = None
        self._task: asyncio.Task[None] | None = None
        self._ending: set[asyncio.Task[None]] = set()

    def _forget(self) -> None:
        self.reading: Reading | None = None
        self.is_loading = False
        self.problems: list[Problem] = []
        self.answer: _Answer | None = None
        self.rows: PagedRows | None = None
        self.error: DiscoError | None = None

    def begin(self, request: _Request) -> None:
        """Ask for something, in place of what was asked before."""
        self._let_go()
        self._forget()
        self.request = request
        self._go("working")
        self._task = asyncio.get_running_loop().create_task(self._carry_out(request))

    def cancel(self) -> None:
        """Give it up, or forget what came of it."""
        self._let_go()
        self._forget()
        self.request = None
        self._go("idle")

    def let_go(self) -> None:
        """End the process, since its memory is wanted elsewhere; the answer stays, its rows go."""
        if self.state == "done":
            self._let_go()
            self.rows = None
            self.changed()

    def _let_go(self) -> None:
        """End the process, without anybody waiting for it."""
        task, process = self._task, self._process
        if task is not None or process is not None:
            # At once, since an answer may be there already that must not be heard any more. Whoever
            # gives it up while it tells of a message lets it end by itself.
            if task is not None and task is not asyncio.current_task():
                task.cancel()
            ending = asyncio.get_running_loop().create_task(_end(task, self.rows, process))
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)
            self._task = self._process = None

    async def close(self) -> None:
        """End the process, and wait for that."""
        self._let_go()
        if self._ending:
            await asyncio.wait(tuple(self._ending))

    def _go(self, state: JobState) -> None:
        self.state = state
        self.changed()

    async def _carry_out(self, request: _Request) -> None:
        process: AssistantProcess | None = None
        try:
            process = await AssistantProcess.start()
            async for message in process.ask(request):
                if self._is_given_up():
                    break
                self._hear(message, process)
        except DiscoError as error:
            if not self._is_given_up():
                self._fail(error)
        except asyncio.CancelledError:
            if process is not None:
                await process.close()
            raise
        except Exception as error:  # of whoever observes: what was told cannot be shown
            _log.exception("what an assistant told could not be shown")
            if not self._is_given_up():
                self._fail(DiscoError("program_failed", detail=f"{type(error).__name__}: {error}"))
        if process is None:
            return
        if self.state == "failed" or self._is_given_up():
            await process.close()
        else:
            self._process = process

    def _is_given_up(self) -> bool:
        """Tell whether the task that asks this is not the one whose answer is wanted."""
        return self._task is not asyncio.current_task()

    def _hear(self, message: AssistantMessage, process: AssistantProcess) -> None:
        match message:
            case Reading():
                self.reading = message
                self.changed()
            case Loading():
                self.is_loading = True
                self.changed()
            case ProblemFound():
                self.problems.append(message.problem)
                self.changed()
            case Checked() | ModelTested() | Predicted():
                self.answer = message  # type: ignore[assignment]  # each request has its own
                self.rows = self._rows_of(message, process)
                self._go("done")
            case Failed():
                self._fail(_told(message))

    def _fail(self, error: DiscoError) -> None:
        self.error = error
        self._go("failed")

    def _rows_of(
        self, answer: Checked | ModelTested | Predicted, process: AssistantProcess
    ) -> PagedRows:
        def failed(error: DiscoError) -> None:
            if rows is self.rows:  # nobody looks at those of an earlier request any more
                self._fail(error)

        rows: PagedRows = PagedRows(answer.shape, self._reader(process), failed=failed)
        return rows

    def _reader(self, process: AssistantProcess) -> ReadRows:
        async def read(page: int, view: View) -> Sequence[Row]:
            answer = await _answer(process, ReadPage(page=page, view=view))
            return answer.rows if isinstance(answer, PageRead) else ()

        return read

    async def read_picture(self, row: int) -> bytes:
        """Return the picture of a row as a larger JPEG; nothing where it cannot be had."""
        process, rows = self._process, self.rows
        if process is None or rows is None:
            return b""
        try:
            answer = await _answer(process, ReadPicture(row=row, view=rows.view))
        except DiscoError:
            return b""  # whoever asked has the small one
        return answer.picture if isinstance(answer, PictureRead) else b""

    async def write_csv(self, path: Path) -> int:
        """Write the rows to a file; return how many there are.

        Raises:
            DiscoError: there are none, or the file cannot be written.
        """
        if self._process is None:
            raise DiscoError("nothing_to_write")
        answer = await _answer(self._process, WriteCsv(path=str(path)))
        return answer.rows if isinstance(answer, CsvWritten) else 0


async def _end(
    task: asyncio.Task[None] | None, rows: PagedRows | None, process: AssistantProcess | None
) -> None:
    if task is not None:
        await asyncio.wait([task])
    if rows is not None:
        await rows.close()
    if process is not None:
        await process.close()


async def _answer(process: AssistantProcess, request: Request) -> AssistantMessage:
    """Return the answer to a request that nothing is told of on the way.

    Raises:
        DiscoError: it failed.
    """
    answer: AssistantMessage = Failed(code="assistant_strange")
    async for message in process.ask(request):
        answer = message
    if isinstance(answer, Failed):
        raise _told(answer)
    return answer


def _told(failed: Failed) -> DiscoError:
    error = DiscoError.told(failed.code, failed.arguments)  # type: ignore[arg-type]
    error.detail = failed.detail
    return error


DataCheck: TypeAlias = AssistantJob[CheckData, Checked]
ModelTest: TypeAlias = AssistantJob[TestModel, ModelTested]
Prediction: TypeAlias = AssistantJob[Predict, Predicted]
