"""Breast cancer: is a lump malignant? Thirty numbers measured on cells under the microscope."""

from __future__ import annotations

from typing import TYPE_CHECKING

from disco_desktop.engine.task.architecture import DenseNetwork
from disco_desktop.engine.task.outcome import BinaryOutcome
from disco_desktop.engine.task.provider import TaskProvider
from disco_desktop.engine.task.tabular import NumericColumn, TabularData
from disco_desktop.engine.task.task import Adam, Collaboration, Display, Task, Training
from disco_desktop.resource_files import resource

if TYPE_CHECKING:
    from pathlib import Path

_SUMMARY = "Tell malignant from benign lumps by what their cells look like under the microscope."

_OVERVIEW = """\
A thin needle takes some cells from a lump in the breast, and a microscope shows their nuclei. On \
each nucleus ten things were measured, such as its radius and how uneven its outline is. The table \
has their mean, their standard error and the mean of the three largest, for 569 women of one \
hospital in Wisconsin.

No hospital sees many such cases alone. Here several of them train one model without showing each \
other a single case.

This is a demonstration of training together, and not a medical device: nobody must be diagnosed \
by it."""

_DATA_FORMAT = """\
One table as CSV, Parquet or Excel, or a folder of such files, with one row for each lump and the \
names of the columns in the first row. Thirty columns of numbers are used: for each of radius, \
texture, perimeter, area, smoothness, compactness, concavity, concave_points, symmetry and \
fractal_dimension one ending in _mean, one in _error and one in _worst.

diagnosis: malignant or benign; not needed for a prediction"""

_MODEL = """\
A dense network: the thirty numbers, brought to a similar size, pass through layers of 32 and 16 \
units, and one last unit gives the probability that the lump is benign."""

# Mean and standard deviation over all 569 rows, rounded: declared, so that every participant sees
# the same lump as the same numbers.
_MEASURES: tuple[tuple[str, float, float], ...] = (
    ("radius_mean", 14.1, 3.52),
    ("texture_mean", 19.3, 4.3),
    ("perimeter_mean", 92.0, 24.3),
    ("area_mean", 655.0, 352.0),
    ("smoothness_mean", 0.0964, 0.0141),
    ("compactness_mean", 0.104, 0.0528),
    ("concavity_mean", 0.0888, 0.0796),
    ("concave_points_mean", 0.0489, 0.0388),
    ("symmetry_mean", 0.181, 0.0274),
    ("fractal_dimension_mean", 0.0628, 0.00705),
    ("radius_error", 0.405, 0.277),
    ("texture_error", 1.22, 0.551),
    ("perimeter_error", 2.87, 2.02),
    ("area_error", 40.3, 45.5),
    ("smoothness_error", 0.00704, 0.003),
    ("compactness_error", 0.0255, 0.0179),
    ("concavity_error", 0.0319, 0.0302),
    ("concave_points_error", 0.0118, 0.00616),
    ("symmetry_error", 0.0205, 0.00826),
    ("fractal_dimension_error", 0.0038, 0.00264),
    ("radius_worst", 16.3, 4.83),
    ("texture_worst", 25.7, 6.14),
    ("perimeter_worst", 107.0, 33.6),
    ("area_worst", 881.0, 569.0),
    ("smoothness_worst", 0.132, 0.0228),
    ("compactness_worst", 0.254, 0.157),
    ("concavity_worst", 0.272, 0.208),
    ("concave_points_worst", 0.115, 0.0657),
    ("symmetry_worst", 0.29, 0.0618),
    ("fractal_dimension_worst", 0.084, 0.018),
)
_ENDINGS = {"mean": "mean", "error": "standard error", "worst": "mean of the three largest"}


def _column(name: str, center: float, scale: float) -> NumericColumn:
    measure, _, ending = name.rpartition("_")
    said = f"{measure.replace('_', ' ')} of the nuclei: {_ENDINGS[ending]}"
    return NumericColumn(name=name, description=said, center=center, scale=scale)


class BreastCancerProvider(TaskProvider):
    """Emits the breast cancer task: thirty numbers of a lump, and whether it is malignant."""

    def get_task(self) -> Task:
        """Return the task."""
        return Task(
            id="breast_cancer",
            display=Display(
                title="Breast cancer",
                summary=_SUMMARY,
                overview=_OVERVIEW,
                data_format=_DATA_FORMAT,
                model=_MODEL,
            ),
            data=TabularData(
                inputs=tuple(_column(*measure) for measure in _MEASURES),
                outcome=BinaryOutcome(
                    name="diagnosis",
                    values=("malignant", "benign"),
                    labels=("malignant", "benign"),
                ),
            ),
            model=DenseNetwork(hidden=(32, 16)),
            training=Training(
                epochs=20,
                round_duration=2,
                batch_size=16,
                validation_split=0.2,
                optimizer=Adam(learning_rate=1e-3),
            ),
            collaboration=Collaboration(scheme="federated", minimum_participants=2),
        )

    def sample_data(self) -> Path:
        """Return the folder with the 569 cases."""
        return resource("breast_cancer")
