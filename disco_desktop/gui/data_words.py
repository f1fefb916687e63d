"""What a person reads about the data that a task needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from disco_desktop.app.inert_text import inert
from disco_desktop.engine.task.image import ImageData
from disco_desktop.engine.task.outcome import NumericOutcome
from disco_desktop.engine.task.tabular import TabularData
from disco_desktop.gui.wording import count

if TYPE_CHECKING:
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


def _outcome(outcome: Outcome) -> str:
    if isinstance(outcome, NumericOutcome):
        number = _tr("a number, in {unit}") if outcome.unit else _tr("a number")
        return _tr("what is predicted: {values}").format(
            values=number.format(unit=inert(outcome.unit))
        )
    return _values(outcome.values, outcome.labels)


def _values(values: tuple[str, ...], labels: tuple[str, ...]) -> str:
    pairs = zip(values, labels, strict=True)
    said = ", ".join(f"{inert(value)} = {inert(label)}" for value, label in pairs)
    return _tr("what is predicted: {values}").format(values=said)


def _tr(text: str) -> str:
    return QCoreApplication.translate("DataWords", text)
