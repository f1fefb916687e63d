"""Problems of pictures: which code, and which files have it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from disco_desktop.engine.dataset.images.picture_files import shown_path
from disco_desktop.engine.dataset.report import (
    MENTIONED_ROWS,
    Problem,
    ProblemArgument,
    Severity,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from disco_desktop.engine.dataset.images.picture_files import PictureFile
    from disco_desktop.engine.dataset.watcher import Watcher


class Marked:
    """Gathers problems, tells of each at once, and remembers which files they are about.

    Attributes:
        problems: those found so far.
        marks: code of a file's first problem, by the file's place.
    """

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher
        self.problems: list[Problem] = []
        self.marks: dict[int, str] = {}

    def tell(self, problem: Problem) -> None:
        """Note a problem that is about no single file."""
        self.problems.append(problem)
        self._watcher.problem_found(problem)

    def mark(
        self,
        code: str,
        files: Sequence[PictureFile],
        where: npt.NDArray[np.bool_],
        **arguments: ProblemArgument,
    ) -> None:
        """Note a problem of all files at the places that are true, if there are any."""
        places = np.flatnonzero(where).tolist()
        if not places:
            return
        for place in places:
            self.marks.setdefault(place, code)
        named = [shown_path(files[place].path) for place in places[:MENTIONED_ROWS]]
        self.tell(
            Problem(
                code=code,
                severity="warning",
                rows=[place + 1 for place in places[:MENTIONED_ROWS]],
                count=len(places),
                arguments={"files": named, **arguments},
            )
        )


def problem(
    code: str, severity: Severity, *, count: int = 0, file: str = "", **arguments: ProblemArgument
) -> Problem:
    """Return a problem of the whole."""
    return Problem(code=code, severity=severity, count=count, file=file, arguments=dict(arguments))
