"""What a person reads about the data that a task needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from disco_desktop.app.inert_text import inert
from disco_desktop.engine.task.image import ImageData
from disco_desktop.engine.task.outcome import NumericOutcome
from disco_desktop.engine.task.tabular import TabularData
from disco_desktop.engine.task.text import TextData
from disco_desktop.gui.wording import count, counted, figure, perplexity, quantity, share

if TYPE_CHECKING:
    from disco_desktop.engine.dataset.report import Spread
    from disco_desktop.engine.events import Metrics
    from disco_desktop.engine.task.data import Data
    from disco_desktop.engine.task.outcome import Outcome


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
            return [*inputs, (inert(data.predicts), _outcome(data.outcome))]
        case ImageData():
            picture = (_tr("Pictures"), learns_from(data))
            return [picture, (inert(data.predicts), _values(data.values, data.labels))]
    return [(_tr("Text"), learns_from(data))]


def spread_words(spread: Spread) -> str:
    """Say how the numbers of an outcome lie."""
    return _tr("{least} to {greatest}, {mean} on average").format(
        least=quantity(spread.least, ""),
        greatest=quantity(spread.greatest, spread.unit),
        mean=quantity(spread.mean, spread.unit),
    )


def answers(data: Data) -> str:
    """Say in a line what can be predicted."""
    if isinstance(data, TabularData) and isinstance(data.outcome, NumericOutcome):
        if not data.outcome.unit:
            return _tr("a number")
        return _tr("a number, in {unit}").format(unit=inert(data.outcome.unit))
    return inert(", ".join(data.labels), longest=400)


def typical_error(data: Data, loss: float) -> str:
    """Say how far predicted numbers are from the truth; empty where none are predicted."""
    if not isinstance(data, TabularData) or not isinstance(data.outcome, NumericOutcome):
        return ""
    return quantity(data.outcome.error(loss), data.outcome.unit)


def achieved(data: Data, reached: Metrics) -> str:
    """Say how good a model is on the data that were held out."""
    if isinstance(data, TextData):
        said = _tr("On the text that was held out the model's perplexity is {number}.")
        return said.format(number=figure(perplexity(reached.loss)))
    error = typical_error(data, reached.loss)
    if error:
        said = _tr(
            "On the data that were held out the model is off by {error}, as a root mean square."
        )
        return said.format(error=error)
    said = _tr("The model is right for {share} of the data that were held out.")
    return said.format(share=share(reached.accuracy))


def _outcome(outcome: Outcome) -> str:
    if isinstance(outcome, NumericOutcome):
        number = _tr("a number, in {unit}") if outcome.unit else _tr("a number")
        said = number.format(unit=inert(outcome.unit))
        return _tr("what is predicted: {values}").format(values=said)
    return _values(outcome.values, outcome.labels)


def _values(values: tuple[str, ...], labels: tuple[str, ...]) -> str:
    pairs = zip(values, labels, strict=True)
    said = ", ".join(f"{inert(value)} = {inert(label)}" for value, label in pairs)
    return _tr("what is predicted: {values}").format(values=said)


def _tr(text: str) -> str:
    return QCoreApplication.translate("DataWords", text)
