"""Simple face: is it a child or an adult?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from disco_desktop.engine.default_tasks.sample_pictures import unpacked
from disco_desktop.engine.task.backbone import MobileNetV2
from disco_desktop.engine.task.image import ImageData
from disco_desktop.engine.task.outcome import ClassOutcome
from disco_desktop.engine.task.provider import TaskProvider
from disco_desktop.engine.task.task import (
    Collaboration,
    Display,
    StochasticGradientDescent,
    Task,
    Training,
)

if TYPE_CHECKING:
    from pathlib import Path

_VALUES = ("child", "adult")

_SUMMARY = "Tell from a picture of a face whether it is a child's or an adult's."

_OVERVIEW = """\
Pictures of faces are about the most private data there are, and a good example of what should \
not leave a person's own computer. Each participant trains on the own photographs, and only \
what the model has learnt is combined.

The sample data are drawings that the program makes itself and marks as generated. They are \
there to try the task, and a model of them knows nothing of people."""

_DATA_FORMAT = """\
A folder with two folders in it, child and adult, and in each the pictures (PNG, JPEG, WebP, \
TIFF, GIF or BMP; in further folders if you like). Or a CSV file with the columns filename and \
label, beside or above the pictures.

Pictures of any size are brought to 200 by 200 pixels; of what is not square the middle is \
used."""

_MODEL = """\
MobileNetV2 with 0.35 times its usual channels and two outputs. It has 412,770 parameters, all \
of which are trained."""


class SimpleFaceProvider(TaskProvider):
    """Emits the task of faces."""

    def get_task(self) -> Task:
        """Return the task."""
        return Task(
            id="simple_face",
            display=Display(
                title="Child or adult",
                summary=_SUMMARY,
                overview=_OVERVIEW,
                data_format=_DATA_FORMAT,
                model=_MODEL,
            ),
            data=ImageData(
                height=200,
                width=200,
                resize="crop",
                mean=(0.5, 0.5, 0.5),
                deviation=(0.5, 0.5, 0.5),
                outcome=ClassOutcome(name="age group", values=_VALUES, labels=_VALUES),
            ),
            model=MobileNetV2(width=0.35),
            training=Training(
                epochs=50,
                round_duration=1,
                batch_size=10,
                validation_split=0.2,
                optimizer=StochasticGradientDescent(learning_rate=1e-3),
            ),
            collaboration=Collaboration(scheme="federated", minimum_participants=2),
        )

    def sample_data(self) -> Path:
        """Return a folder of generated pictures."""
        # Here and not above: the task itself does without Pillow.
        from disco_desktop.engine.default_tasks.generated_pictures import face, write_pictures

        return unpacked(
            "simple_face-1", partial(write_pictures, labels=_VALUES, draw=face, each=50)
        )
