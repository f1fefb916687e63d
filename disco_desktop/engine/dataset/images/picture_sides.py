"""The training and the validation part of somebody's pictures, and whether they will do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from disco_desktop.engine.dataset.images.problem_list import problem
from disco_desktop.engine.dataset.split import held_out

if TYPE_CHECKING:
    import numpy.typing as npt

    from disco_desktop.engine.dataset.images.picture_examination import PictureExamination
    from disco_desktop.engine.dataset.report import Problem
    from disco_desktop.engine.task.image import ImageData


@dataclass(frozen=True)
class PictureSides:
    """Places of the files on both sides of the split.

    Attributes:
        problem: why they won't do.
        doubt: why what is measured on them may tell little.
    """

    training: npt.NDArray[np.int64]
    validation: npt.NDArray[np.int64]
    problem: Problem | None
    doubt: Problem | None


def divide_pictures(
    data: ImageData,
    examination: PictureExamination,
    places: npt.NDArray[np.int64],
    validation_split: float,
) -> PictureSides:
    """Split the files at these places into a training and a validation part."""
    is_held_out = held_out(examination.units[places], validation_split)
    training, validation = places[~is_held_out], places[is_held_out]
    outcomes = examination.outcomes
    doubt = None
    lacking = np.setdiff1d(outcomes[training], outcomes[validation])
    if len(lacking):
        labels = [data.labels[place] for place in lacking.tolist()]
        doubt = problem("labels_not_held_out", "warning", count=len(labels), labels=labels)
    return PictureSides(training, validation, _problem(data, outcomes, training, validation), doubt)


def _problem(
    data: ImageData,
    outcomes: npt.NDArray[np.int16],
    training: npt.NDArray[np.int64],
    validation: npt.NDArray[np.int64],
) -> Problem | None:
    count = len(training) + len(validation)
    if count == 0:
        return problem("no_usable_pictures", "error")
    if not len(training) or not len(validation):
        return problem("pictures_all_equal", "error", count=count)
    seen = np.unique(outcomes[training])
    if len(seen) == 1:
        label = data.labels[int(seen[0])]
        return problem("pictures_of_one_label", "error", count=len(training), label=label)
    return None
