"""What a person reads about the data that a task needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from disco_desktop.app.inert_text import inert
from disco_desktop.engine.task.image import ImageData
from disco_desktop.engine.task.tabular import TabularData
from disco_desktop.engine.task.text import TextData
from disco_desktop.gui.wording import count, counted, figure, perplexity, share

if TYPE_CHECKING:
    from disco_desktop.engine.events import Metrics
    from disco_desktop.engine.task.data import Data


def learns_from(data: Data) -> str:
    """Say in a line what a model learns from."""
    match data:
        case TabularData():
            return inert(", ".join(column.name for column in data.inputs), longest=400)
        case ImageData():
            said = _tr("pictures, seen at {width} by {height} pixels")
            return said.format(width=count(data.width), height=count(data.height))
    return _tr("text, seen {tokens} tokens at a time").format(tokens=count(data.context))


def kind_of(data: Data) -> str:
    """Say in a word what kind of data it is."""
    match data:
        case TabularData():
            return _tr("table")
        case ImageData():
            return _tr("pictures")
    return _tr("text")


def samples_title(data: Data) -> str:
    """Say what single samples are, as a title."""
    match data:
        case TabularData():
            return _tr("Rows")
        case ImageData():
            return _tr("Pictures")
    return _tr("Texts")


def counted_samples(data: Data | None, number: int) -> str:
    """Write a number of samples; rows, as long as it is not known of what."""
    match data:
        case ImageData():
            return counted(number, _tr("picture"), _tr("pictures"))
        case TextData():
            return counted(number, _tr("text"), _tr("texts"))
    return counted(number, _tr("row"), _tr("rows"))


def parts_of(data: Data) -> list[tuple[str, str]]:
    """Return what a sample consists of, by name, and what each part is."""
    match data:
        case TabularData():
            inputs = [(inert(column.name), inert(column.description)) for column in data.inputs]
            return [*inputs, (inert(data.predicts), _values(data.values, data.labels))]
        case ImageData():
            picture = (_tr("Pictures"), learns_from(data))
            return [picture, (inert(data.predicts), _values(data.values, data.labels))]
    return [(_tr("Text"), learns_from(data))]


def achieved(data: Data, reached: Metrics) -> str:
    """Say how good a model is on the data that were held out."""
    if isinstance(data, TextData):
        said = _tr("On the text that was held out the model's perplexity is {number}.")
        return said.format(number=figure(perplexity(reached.loss)))
    said = _tr("The model is right for {share} of the data that were held out.")
    return said.format(share=share(reached.accuracy))


def _values(values: tuple[str, ...], labels: tuple[str, ...]) -> str:
    pairs = zip(values, labels, strict=True)
    said = ", ".join(f"{inert(value)} = {inert(label)}" for value, label in pairs)
    return _tr("what is predicted: {values}").format(values=said)


def _tr(text: str) -> str:
    return QCoreApplication.translate("DataWords", text)
