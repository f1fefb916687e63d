"""Lung ultrasound: signs of COVID-19 in single pictures, as several hospitals would learn them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from disco_desktop.engine.default_tasks.sample_pictures import unpacked
from disco_desktop.engine.task.image import ImageData
from disco_desktop.engine.task.image_architecture import Convolution, LayeredNetwork, MaxPool
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

_VALUES = ("COVID-Positive", "COVID-Negative")

_SUMMARY = "Tell COVID-19 from other lungs in pictures of ultrasound."

_OVERVIEW = """\
Ultrasound is quick, cheap and at every bedside. In a lung with COVID-19 it often shows bright \
lines that run down from the surface of the lung, which a healthy lung has few of. No hospital \
alone has enough pictures to learn that well, and none may give them away: so each trains on \
its own, and only what the model has learnt is combined.

This is a demonstration and no medical device: never decide about a patient by it.

The sample data are drawings that the program makes itself and marks as generated. They are \
there to try the task, and a model of them says nothing about lungs."""

_DATA_FORMAT = """\
A folder with two folders in it, COVID-Positive and COVID-Negative, and in each the pictures \
(PNG, JPEG, WebP, TIFF, GIF or BMP; in further folders if you like). Or a CSV file with the \
columns filename and label, beside or above the pictures.

Pictures of any size are brought to 100 by 100 pixels; what is not square is put whole on \
black."""

_MODEL = """\
Two convolutions of 8 and 16 filters that look at 5 by 5 pixels, each followed by a pooling \
layer, and two outputs. It has 19,314 parameters."""


class LusCovidProvider(TaskProvider):
    """Emits the task of lung ultrasound."""

    def get_task(self) -> Task:
        """Return the task."""
        return Task(
            id="lus_covid",
            display=Display(
                title="COVID-19 in lung ultrasound",
                summary=_SUMMARY,
                overview=_OVERVIEW,
                data_format=_DATA_FORMAT,
                model=_MODEL,
            ),
            data=ImageData(
                height=100,
                width=100,
                outcome=ClassOutcome(name="finding", values=_VALUES, labels=_VALUES),
            ),
            model=LayeredNetwork(
                layers=(
                    Convolution(filters=8, kernel=5, padding="valid"),
                    MaxPool(size=2),
                    Convolution(filters=16, kernel=5, padding="valid"),
                    MaxPool(size=2),
                )
            ),
            training=Training(
                epochs=50,
                round_duration=2,
                batch_size=5,
                validation_split=0.2,
                optimizer=StochasticGradientDescent(learning_rate=0.01),
            ),
            collaboration=Collaboration(scheme="federated", minimum_participants=2),
        )

    def sample_data(self) -> Path:
        """Return a folder of generated pictures."""
        # Here and not above: the task itself does without Pillow.
        from disco_desktop.engine.default_tasks.generated_pictures import lung, write_pictures

        return unpacked("lus_covid-1", partial(write_pictures, labels=_VALUES, draw=lung, each=60))
