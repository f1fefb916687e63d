"""Heart disease: are the heart's vessels narrowed? Thirteen columns, eight of them categories."""

from __future__ import annotations

from typing import TYPE_CHECKING

from disco_desktop.engine.task.architecture import DenseNetwork
from disco_desktop.engine.task.outcome import BinaryOutcome
from disco_desktop.engine.task.provider import TaskProvider
from disco_desktop.engine.task.tabular import CategoryColumn, NumericColumn, TabularData
from disco_desktop.engine.task.task import Adam, Collaboration, Display, Task, Training
from disco_desktop.resource_files import resource

if TYPE_CHECKING:
    from pathlib import Path

_SUMMARY = "Predict whether a patient's coronary vessels are narrowed, from thirteen findings."

_OVERVIEW = """\
Narrowed coronary vessels can be seen for certain only by an examination that is itself a burden. \
The Cleveland Clinic noted thirteen simpler findings of 303 patients who had that examination: \
their age, the kind of their chest pain, blood pressure, an electrocardiogram at rest and under \
exertion, and what came of it.

Several clinics that have such a table can train one model together, each on its own patients.

This is a demonstration of training together, and not a medical device: nobody must be diagnosed \
by it."""

_DATA_FORMAT = """\
One table as CSV, Parquet or Excel, or a folder of such files: one row a patient, with the \
names of the columns in the first row and the codes of the UCI repository. These are used, in any \
order; others are ignored:

age: years
sex: 0 for female, 1 for male
cp: chest pain, 1 typical angina, 2 atypical angina, 3 other pain, 4 none
trestbps: blood pressure at rest, mm Hg
chol: cholesterol in serum, mg/dl
fbs: blood sugar above 120 mg/dl when fasting, 0 no, 1 yes
restecg: electrocardiogram at rest, 0 normal, 1 ST-T abnormal, 2 left ventricular hypertrophy
thalach: highest heart rate reached
exang: angina under exertion, 0 no, 1 yes
oldpeak: depression of the ST segment under exertion
slope: of that segment, 1 rising, 2 flat, 3 falling
ca: large vessels seen in fluoroscopy, 0 to 3
thal: thallium scan, 3 normal, 6 fixed defect, 7 reversible defect
num: 0 if no vessel is narrowed by half, 1 if one is; not needed for a prediction"""

_MODEL = """\
A dense network: five numbers and eight categories, each of these as a one among zeros, pass \
through layers of 32 and 16 units, and one last unit gives the probability of narrowed vessels."""

# Centers and scales are the mean and standard deviation over all 303 rows, rounded.
_INPUTS = (
    NumericColumn(name="age", description="years", center=54.4, scale=9.0),
    CategoryColumn(name="sex", values=("0", "1"), labels=("female", "male")),
    CategoryColumn(
        name="cp",
        description="chest pain",
        values=("1", "2", "3", "4"),
        labels=("typical angina", "atypical angina", "other pain", "none"),
    ),
    NumericColumn(
        name="trestbps", description="blood pressure at rest, mm Hg", center=132.0, scale=17.6
    ),
    NumericColumn(name="chol", description="cholesterol, mg/dl", center=247.0, scale=51.7),
    CategoryColumn(
        name="fbs",
        description="fasting blood sugar above 120 mg/dl",
        values=("0", "1"),
        labels=("no", "yes"),
    ),
    CategoryColumn(
        name="restecg",
        description="electrocardiogram at rest",
        values=("0", "1", "2"),
        labels=("normal", "ST-T abnormal", "left ventricular hypertrophy"),
    ),
    NumericColumn(name="thalach", description="highest heart rate", center=150.0, scale=22.8),
    CategoryColumn(
        name="exang", description="angina under exertion", values=("0", "1"), labels=("no", "yes")
    ),
    NumericColumn(
        name="oldpeak", description="ST depression under exertion", center=1.04, scale=1.16
    ),
    CategoryColumn(
        name="slope",
        description="slope of the ST segment",
        values=("1", "2", "3"),
        labels=("rising", "flat", "falling"),
    ),
    CategoryColumn(
        name="ca", description="large vessels in fluoroscopy", values=("0", "1", "2", "3")
    ),
    CategoryColumn(
        name="thal",
        description="thallium scan",
        values=("3", "6", "7"),
        labels=("normal", "fixed defect", "reversible defect"),
    ),
)


class HeartDiseaseProvider(TaskProvider):
    """Emits the heart disease task: thirteen findings, and whether a vessel is narrowed."""

    def get_task(self) -> Task:
        """Return the task."""
        return Task(
            id="heart_disease",
            display=Display(
                title="Heart disease",
                summary=_SUMMARY,
                overview=_OVERVIEW,
                data_format=_DATA_FORMAT,
                model=_MODEL,
            ),
            data=TabularData(
                inputs=_INPUTS,
                outcome=BinaryOutcome(name="num", values=("0", "1"), labels=("healthy", "ill")),
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
        """Return the folder with the 303 patients."""
        return resource("heart_disease")
