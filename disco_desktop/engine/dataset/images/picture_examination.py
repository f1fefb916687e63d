"""The one place where it is decided which pictures are usable; report and loader rely on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from disco_desktop.engine.dataset.excerpt import excerpt, file_name
from disco_desktop.engine.dataset.images.groups import group_of
from disco_desktop.engine.dataset.images.label_list import UNLABELLED
from disco_desktop.engine.dataset.images.labelled_files import LabelledFiles, find_labelled
from disco_desktop.engine.dataset.images.pictures import Pictures, load_pictures
from disco_desktop.engine.dataset.images.problem_list import Marked, problem
from disco_desktop.engine.dataset.refused_file import FileRefusedError
from disco_desktop.engine.dataset.split import hash_texts
from disco_desktop.engine.dataset.watcher import NOBODY, Watcher

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from disco_desktop.engine.dataset.images.picture_files import PictureFile
    from disco_desktop.engine.dataset.reader import Purpose
    from disco_desktop.engine.dataset.report import Problem
    from disco_desktop.engine.task.image import ImageData

TINY = 4  # times smaller than the task's size, in both directions
RARE = 20  # times fewer pictures than the commonest label has


@dataclass(frozen=True)
class PictureExamination:
    """All that was found behind a path.

    Attributes:
        name: of the path.
        root: the folder that the files lie below.
        files: every file that is called like a picture, in the order of their paths.
        outcomes: int16 (n,), place of each file's value, or UNLABELLED.
        is_usable: bool (n,).
        pictures: decoded, by the place of their file.
        units: uint64 (n,), hash of what must stay together: the group, else the pixels.
        problems: what was found wrong, errors first.
        marks: code of a file's first problem, by the file's place.
    """

    name: str
    root: Path
    files: list[PictureFile]
    outcomes: npt.NDArray[np.int16]
    is_usable: npt.NDArray[np.bool_]
    pictures: Pictures
    units: npt.NDArray[np.uint64]
    problems: list[Problem]
    marks: dict[int, str]

    @property
    def usable(self) -> npt.NDArray[np.int64]:
        """Places of the files to go on with."""
        return np.flatnonzero(self.is_usable)

    @property
    def first_error(self) -> Problem | None:
        """The problem that makes the data useless, if there is one."""
        return next((found for found in self.problems if found.severity == "error"), None)


def examine_pictures(
    data: ImageData, path: Path, purpose: Purpose, *, watcher: Watcher = NOBODY
) -> PictureExamination:
    """Find, label and decode what is behind a path. Bad content is told and never raised.

    Args:
        data: says what pictures must be.
        path: a folder, a CSV file that names pictures, or for a prediction also one picture.
        purpose: what they are for; a prediction needs no labels.
        watcher: is told how it goes on.

    Raises:
        StorageError: there is no room for the decoded pictures.
    """
    marked = Marked(watcher)
    name = file_name(path)
    watcher.file_begun(name)
    try:
        labelled = find_labelled(data, path, purpose, marked, watcher)
    except FileRefusedError as refusal:
        marked.tell(refusal.problem)
        labelled = LabelledFiles.none(path)
    pictures = load_pictures(
        labelled.root,
        labelled.files,
        data,
        kept_as=labelled.kept_as,
        unasked=labelled.unasked,
        watcher=watcher,
    )
    check = _Check(data, labelled, pictures, marked)
    check.check_content()
    if purpose == "training":
        check.check_groups()
        check.check_balance()
    if labelled.files and not check.is_usable.any():
        marked.tell(problem("no_usable_pictures", "error", count=len(labelled.files)))
    return PictureExamination(
        name=name,
        root=labelled.root,
        files=labelled.files,
        outcomes=labelled.outcomes,
        is_usable=check.is_usable,
        pictures=pictures,
        units=check.units,
        problems=sorted(marked.problems, key=lambda found: found.severity),
        marks=marked.marks,
    )


class _Check:
    """Checks decoded pictures, and gathers what it finds."""

    def __init__(
        self, data: ImageData, labelled: LabelledFiles, pictures: Pictures, marked: Marked
    ) -> None:
        self._data = data
        self._labelled = labelled
        self._pictures = pictures
        self._marked = marked
        self.is_usable = labelled.is_wanted & (pictures.places >= 0)
        self.units = pictures.hashes.copy()

    def check_content(self) -> None:
        files, pictures = self._labelled.files, self._pictures
        failed = np.full(len(files), "", dtype=object)
        for place, code in pictures.failures.items():
            failed[place] = code
        for code in sorted(set(pictures.failures.values())):
            self._marked.mark(code, files, failed == code)
        is_tiny = (pictures.sides[:, 0] * TINY < self._data.width) & (
            pictures.sides[:, 1] * TINY < self._data.height
        )
        self._marked.mark("pictures_tiny", files, is_tiny & (pictures.places >= 0))
        if self._labelled.is_labelled:
            self._check_repetitions()

    def _check_repetitions(self) -> None:
        """Find pictures that are there more than once, under one label or under several."""
        used = np.flatnonzero(self.is_usable)
        if not len(used):
            return
        _, which, counts = np.unique(
            self._pictures.hashes[used], return_inverse=True, return_counts=True
        )
        outcomes = self._labelled.outcomes[used]
        least = np.full(len(counts), np.iinfo(np.int16).max, dtype=np.int16)
        most = np.full(len(counts), -1, dtype=np.int16)
        np.minimum.at(least, which, outcomes)
        np.maximum.at(most, which, outcomes)
        is_contradictory = np.zeros(len(self.is_usable), dtype=np.bool_)
        is_contradictory[used] = (least != most)[which]
        is_repeated = np.zeros(len(self.is_usable), dtype=np.bool_)
        is_repeated[used] = (counts > 1)[which] & (least == most)[which]
        files = self._labelled.files
        self._marked.mark("pictures_contradictory", files, is_contradictory)
        self._marked.mark("pictures_repeated", files, is_repeated)
        self.is_usable &= ~is_contradictory

    def check_groups(self) -> None:
        group = self._data.group
        if group is None:
            return
        names = [
            group_of(file.path, depth, group)
            for file, depth in zip(self._labelled.files, self._labelled.depths, strict=True)
        ]
        is_missing = self.is_usable & np.array([name is None for name in names], dtype=np.bool_)
        self._marked.mark("pictures_without_group", self._labelled.files, is_missing)
        self.is_usable &= ~is_missing
        self.units = hash_texts(name or "" for name in names)

    def check_balance(self) -> None:
        counts = np.bincount(
            self._labelled.outcomes[self.is_usable], minlength=len(self._data.values)
        )
        if not counts.any():
            return
        labels = self._data.labels
        absent = [excerpt(labels[place]) for place in np.flatnonzero(counts == 0).tolist()]
        if absent:
            self._marked.tell(
                problem("labels_without_pictures", "warning", count=len(absent), labels=absent)
            )
        rare = [
            excerpt(labels[place])
            for place in np.flatnonzero((counts > 0) & (counts * RARE < counts.max())).tolist()
        ]
        if rare:
            commonest = excerpt(labels[int(counts.argmax())])
            self._marked.tell(
                problem("labels_rare", "warning", count=len(rare), labels=rare, commonest=commonest)
            )


def labels_of(data: ImageData, outcomes: npt.NDArray[np.int16]) -> list[str]:
    """Return what a person calls the outcomes; nothing where there is none."""
    return ["" if place == UNLABELLED else data.labels[place] for place in outcomes.tolist()]
