"""MNIST: handwritten digits, the first pictures that everybody learns from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from disco_desktop.engine.default_tasks.sample_pictures import unpacked
from disco_desktop.engine.task.image import ImageData
from disco_desktop.engine.task.image_architecture import (
    Convolution,
    Dense,
    Dropout,
    LayeredNetwork,
    MaxPool,
)
from disco_desktop.engine.task.outcome import ClassOutcome
from disco_desktop.engine.task.provider import TaskProvider
from disco_desktop.engine.task.task import (
    Adam,
    Collaboration,
    Display,
    SecureAggregation,
    Task,
    Training,
)
from disco_desktop.resource_files import resource

if TYPE_CHECKING:
    from pathlib import Path

_SIDE = 28
_DIGITS = tuple("0123456789")
_ROWS_EACH, _COLUMNS = 5, 100  # of the sheet of samples

_SUMMARY = "Read handwritten digits from small grey pictures."

_OVERVIEW = """\
Each picture shows one digit, written by hand and 28 pixels wide and high. The MNIST database \
is what many people learn machine learning with, since a small network reads it well within a \
minute.

Imagine that several post offices each keep the letters of their own town, and may not show \
them to anybody. Together they can train one model that reads the handwriting of all towns.

The sample data are 5,000 real pictures, 500 of each digit. With them, about 97 of 100 digits \
that were held out are read correctly."""

_DATA_FORMAT = """\
A folder with ten folders in it, called 0 to 9, and in each the pictures of that digit (PNG, \
JPEG, WebP, TIFF, GIF or BMP; in further folders if you like). Or a CSV file with the columns \
filename and label, beside or above the pictures.

White digits on black, as in MNIST. Other sizes are brought to 28 by 28 pixels; what is not \
square is put whole on black."""

_MODEL = """\
Two convolutions of 8 and 16 filters that look at 5 by 5 pixels, a pooling layer, dropout, a \
dense layer of 32 units, and ten outputs, one a digit. It has 55,386 parameters."""


class MnistProvider(TaskProvider):
    """Emits the task of handwritten digits."""

    def get_task(self) -> Task:
        """Return the task."""
        return Task(
            id="mnist",
            display=Display(
                title="Handwritten digits",
                summary=_SUMMARY,
                overview=_OVERVIEW,
                data_format=_DATA_FORMAT,
                model=_MODEL,
            ),
            data=ImageData(
                height=_SIDE,
                width=_SIDE,
                outcome=ClassOutcome(name="digit", values=_DIGITS, labels=_DIGITS),
            ),
            model=LayeredNetwork(
                layers=(
                    Convolution(filters=8, kernel=5, padding="valid"),
                    Convolution(filters=16, kernel=5, padding="valid"),
                    MaxPool(size=2),
                    Dropout(share=0.25),
                    Dense(width=32),
                )
            ),
            training=Training(
                epochs=20,
                round_duration=2,
                batch_size=64,
                validation_split=0.2,
                optimizer=Adam(learning_rate=1e-3),
            ),
            collaboration=Collaboration(
                scheme="decentralized", aggregation=SecureAggregation(), minimum_participants=3
            ),
        )

    def sample_data(self) -> Path:
        """Return a folder with a folder of 500 pictures for each digit."""
        return unpacked("mnist-1", _cut_sheet)


def _cut_sheet(folder: Path) -> None:
    from PIL import Image  # which the task itself does without

    source = resource("mnist", "SOURCE.md")
    (folder / source.name).write_bytes(source.read_bytes())
    with Image.open(resource("mnist", "digits.png")) as sheet:
        sheet.load()
        for digit in _DIGITS:
            (folder / digit).mkdir()
            for place in range(_ROWS_EACH * _COLUMNS):
                row, column = divmod(place, _COLUMNS)
                left, top = column * _SIDE, (int(digit) * _ROWS_EACH + row) * _SIDE
                cut = sheet.crop((left, top, left + _SIDE, top + _SIDE))
                cut.save(folder / digit / f"{place + 1:03}.png")
