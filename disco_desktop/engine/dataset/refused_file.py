"""Files that cannot be used at all, and why."""

from __future__ import annotations

from disco_desktop.engine.dataset.report import Problem, ProblemArgument


class FileRefusedError(Exception):
    """A file gives no table at all; the problem says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def refuse(
    code: str, file: str, *, column: str = "", **arguments: ProblemArgument
) -> FileRefusedError:
    """Return the exception that says why a file cannot be used."""
    return FileRefusedError(
        Problem(code=code, severity="error", file=file, column=column, arguments=dict(arguments))
    )
