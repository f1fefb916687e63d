"""The assistant's side of the pipe to the window."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, BinaryIO

from msgspec.structs import replace

from disco_desktop.app.processes.assistant_messages import (
    MOST_PROBLEMS,
    ProblemFound,
    Reading,
    encode_line,
)
from disco_desktop.app.words.sentences import LONGEST_LIST
from disco_desktop.engine.dataset.excerpt import excerpt
from disco_desktop.engine.dataset.watcher import Watcher

if TYPE_CHECKING:
    from collections.abc import Sequence

    from disco_desktop.app.processes.assistant_messages import AssistantMessage
    from disco_desktop.engine.dataset.report import Problem, ProblemArgument

INTERVAL = 0.05  # seconds between two words about the same file; nobody sees more

_LONGEST_ARGUMENT = 200


class LeavingError(Exception):
    """The window wants no answer any more."""


class Teller(Watcher):
    """Tells the window how far the reading is, until the window wants to know no more."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._leaving = threading.Event()
        self._file = ""
        self._told = 0.0
        self._problems = 0

    def send(self, message: AssistantMessage) -> None:
        """Send a message.

        Raises:
            LeavingError: nobody reads it.
        """
        try:
            self._stream.write(encode_line(message))
            self._stream.flush()
        except BrokenPipeError as error:
            raise LeavingError from error

    def leave(self) -> None:
        """Give up what is being done, at the next word about it."""
        self._leaving.set()

    def go_on(self) -> None:
        """Make sure that somebody still wants what is being done.

        Raises:
            LeavingError: nobody does.
        """
        if self._leaving.is_set():
            raise LeavingError

    def begin(self) -> None:
        """Begin to tell of other data."""
        self._problems = 0

    def file_begun(self, file: str) -> None:
        """Tell which file is read."""
        self._file = file
        self._tell(Reading(file=file))

    def rows_read(self, rows: int) -> None:
        """Tell how far the reading is, where that was not told just now."""
        self.go_on()
        if time.monotonic() >= self._told + INTERVAL:
            self._tell(Reading(file=self._file, rows=rows))

    def problem_found(self, problem: Problem) -> None:
        """Tell of a problem, where there are not too many already."""
        self._problems += 1
        if self._problems <= MOST_PROBLEMS:
            self._tell(ProblemFound(short(problem)))

    def _tell(self, message: AssistantMessage) -> None:
        self.go_on()
        self._told = time.monotonic()
        self.send(message)


def first_problems(problems: Sequence[Problem]) -> list[Problem]:
    """Return the first problems, as many as are told of."""
    return [short(problem) for problem in problems[:MOST_PROBLEMS]]


def short(problem: Problem) -> Problem:
    """Return a problem that mentions no more than a sentence would."""
    arguments = {name: _short(value) for name, value in problem.arguments.items()}
    return replace(problem, arguments=arguments)


def _short(argument: ProblemArgument) -> ProblemArgument:
    match argument:
        case str():
            return excerpt(argument, _LONGEST_ARGUMENT)
        case list():
            return [excerpt(item, _LONGEST_ARGUMENT) for item in argument[: LONGEST_LIST + 1]]
    return argument
