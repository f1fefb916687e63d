"""Lines of text that a model is to go on from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from disco_desktop.engine.dataset.refused_file import FileRefusedError
from disco_desktop.engine.dataset.text.text_files import find_texts, shown_name
from disco_desktop.engine.dataset.text.text_lines import LineFindings, usable_lines
from disco_desktop.engine.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

    from disco_desktop.engine.dataset.report import Problem
    from disco_desktop.engine.dataset.watcher import Watcher

MOST_PROMPTS = 10_000
LONGEST_PROMPT = 100_000  # characters; no model looks further back


def read_prompts(path: Path, watcher: Watcher) -> tuple[list[str], list[Problem]]:
    """Return the lines of a file or of a folder's files that hold anything, and what is wrong.

    Raises:
        DataError: there are none, or too many.
    """
    prompts: list[str] = []
    problems: list[Problem] = []
    try:
        for path_of in find_texts(path):
            findings = LineFindings()
            name = shown_name(path_of, path)
            watcher.file_begun(name)
            with path_of.open("rb") as file:
                for line in usable_lines(file, findings):
                    if text := line.text.strip():
                        prompts.append(text[-LONGEST_PROMPT:])
                    if len(prompts) > MOST_PROMPTS:
                        raise DataError("too_many_prompts", largest=MOST_PROMPTS)
            problems += findings.problems(name)
    except FileRefusedError as refusal:
        raise DataError.told(refusal.problem.code, refusal.problem.told()) from refusal
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise DataError("data_unreadable", file=path.name, reason=reason) from error
    if not prompts:
        raise DataError("no_usable_texts")
    return prompts, problems
