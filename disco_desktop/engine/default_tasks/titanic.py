"""Titanic: who survived? The first task to try, since its data are small, real and known to all."""

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

_SUMMARY = "Predict who survived the sinking of the Titanic, from age, family, fare and class."

_OVERVIEW = """\
In April 1912 the Titanic struck an iceberg and sank. Of the 891 passengers in this table, 342 \
survived. Chance played its part, but so did age, family and money: who travelled in the first \
class had better odds than who slept below.

Imagine that the passenger list had been torn apart, and that each shipping office kept only its \
own pages and was not allowed to show them to the others. Together they can still train one model \
that predicts a passenger's fate: each trains on its own pages, and only what the model has learnt \
is combined.

The task is small enough to finish within seconds, which makes it a good first one. About seven of \
ten predictions come out right; more is not to be had from these five columns."""

_DATA_FORMAT = """\
One table as CSV, Parquet or Excel, or a folder of such files, with one row for each passenger and \
the names of the columns in the first row. These columns are used, in any order; others are ignored:

Age: age in years, with a decimal point; may be empty
SibSp: number of brothers, sisters and spouses aboard
Parch: number of parents and children aboard
Fare: price of the ticket in pounds
Pclass: class of the ticket: 1, 2 or 3
Survived: 0 for died, 1 for survived; not needed for a prediction

An empty cell among the first five is filled with the average. A row whose Survived is empty \
cannot be learnt from and is left out."""

_MODEL = """\
A dense network: the five numbers, brought to a similar size, pass through layers of 124, 64 and \
32 units, and one last unit gives the probability of survival. It has 10,857 parameters."""

# Centers and scales are the mean and standard deviation over all 891 rows, rounded: declared, so
# that every participant sees the same passenger as the same five numbers.
_INPUTS = (
    NumericColumn(name="Age", description="age in years", center=29.7, scale=14.5),
    NumericColumn(
        name="SibSp", description="brothers, sisters and spouses aboard", center=0.52, scale=1.1
    ),
    NumericColumn(name="Parch", description="parents and children aboard", center=0.38, scale=0.81),
    NumericColumn(name="Fare", description="price of the ticket, pounds", center=32.2, scale=49.7),
    NumericColumn(name="Pclass", description="class: 1, 2 or 3", center=2.31, scale=0.84),
)


class TitanicProvider(TaskProvider):
    """Emits the Titanic task: five numbers of a passenger, and whether they survived."""

    def get_task(self) -> Task:
        """Return the task."""
        return Task(
            id="titanic",
            display=Display(
                title="Titanic",
                summary=_SUMMARY,
                overview=_OVERVIEW,
                data_format=_DATA_FORMAT,
                model=_MODEL,
            ),
            data=TabularData(
                inputs=_INPUTS,
                outcome=BinaryOutcome(
                    name="Survived", values=("0", "1"), labels=("died", "survived")
                ),
            ),
            model=DenseNetwork(hidden=(124, 64, 32)),
            training=Training(
                epochs=10,
                round_duration=2,
                batch_size=30,
                validation_split=0.2,
                optimizer=Adam(learning_rate=1e-3),
            ),
            collaboration=Collaboration(
                scheme="federated", aggregation="mean", minimum_participants=2
            ),
        )

    def sample_data(self) -> Path:
        """Return the folder with the 891 passengers."""
        return resource("titanic")
