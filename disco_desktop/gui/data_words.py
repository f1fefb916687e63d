"""What a person reads about the data that a task needs, and about a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from disco_desktop.app.words.inert_text import inert
from disco_desktop.app.words.sentences import cell_sentence
from disco_desktop.engine.task.image import ImageData
from disco_desktop.engine.task.outcome import NumericOutcome
from disco_desktop.engine.task.tabular import TabularData
from disco_desktop.engine.task.text import TextData
from disco_desktop.gui.item_models.pictures import Tile
from disco_desktop.gui.wording import NOTHING, count, counted, figure, perplexity, quantity, share
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from disco_desktop.app.processes.assistant_messages import Row, Shape
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
            said = tr("pictures, resized to {width} × {height} pixels")
            return said.format(width=count(data.width), height=count(data.height))
    return tr("text, {tokens} tokens at a time").format(tokens=count(data.context))


def kind_of(data: Data) -> str:
    """Say in a word what kind of data it is."""
    match data:
        case TabularData():
            return tr("table")
        case ImageData():
            return tr("pictures")
    return tr("text")


def samples_title(data: Data) -> str:
    """Say what single samples are, as a title."""
    match data:
        case TabularData():
            return tr("Rows")
        case ImageData():
            return tr("Pictures")
    return tr("Texts")


def counted_samples(data: Data | None, number: int) -> str:
    """Write a number of samples; rows, as long as it is not known of what."""
    match data:
        case ImageData():
            return counted(number, "{count} picture", "{count} pictures")
        case TextData():
            return counted(number, "{count} text", "{count} texts")
    return counted(number, "{count} row", "{count} rows")


def parts_of(data: Data) -> list[tuple[str, str]]:
    """Return what a sample consists of, by name, and what each part is."""
    match data:
        case TabularData():
            inputs = [(inert(column.name), inert(column.description)) for column in data.inputs]
            return [*inputs, (inert(data.predicts), _outcome(data.outcome))]
        case ImageData():
            picture = (tr("Pictures"), learns_from(data))
            return [picture, (inert(data.predicts), _values(data.values, data.labels))]
    return [(tr("Text"), learns_from(data))]


def spread_words(spread: Spread) -> str:
    """Say how the numbers of an outcome lie."""
    return tr("{least} to {greatest}, {mean} on average").format(
        least=quantity(spread.least, ""),
        greatest=quantity(spread.greatest, spread.unit),
        mean=quantity(spread.mean, spread.unit),
    )


def answers(data: Data) -> str:
    """Say in a line what can be predicted."""
    if isinstance(data, TabularData) and isinstance(data.outcome, NumericOutcome):
        if not data.outcome.unit:
            return tr("a number")
        return tr("a number, in {unit}").format(unit=inert(data.outcome.unit))
    return inert(", ".join(data.labels), longest=400)


def typical_error(data: Data, loss: float) -> str:
    """Say how far predicted numbers are from the truth; empty where none are predicted."""
    if not isinstance(data, TabularData) or not isinstance(data.outcome, NumericOutcome):
        return ""
    return quantity(data.outcome.error(loss), data.outcome.unit)


def achieved(data: Data, reached: Metrics) -> str:
    """Say how good a model is on the data that were held out."""
    if isinstance(data, TextData):
        said = tr("On validation text, the model's perplexity is {number}.")
        return said.format(number=figure(perplexity(reached.loss)))
    error = typical_error(data, reached.loss)
    if error:
        said = tr("On validation data, the model is off by {error} (root mean square error).")
        return said.format(error=error)
    said = tr("The model is right on {share} of the validation data.")
    return said.format(share=share(reached.accuracy))


def _outcome(outcome: Outcome) -> str:
    if isinstance(outcome, NumericOutcome):
        number = tr("a number, in {unit}") if outcome.unit else tr("a number")
        said = number.format(unit=inert(outcome.unit))
        return tr("predicts: {values}").format(values=said)
    return _values(outcome.values, outcome.labels)


def _values(values: tuple[str, ...], labels: tuple[str, ...]) -> str:
    pairs = zip(values, labels, strict=True)
    said = ", ".join(f"{inert(value)} = {inert(label)}" for value, label in pairs)
    return tr("predicts: {values}").format(values=said)


def picture_name(row: Row, shape: Shape) -> str:
    """Return a picture's file, as far as it is known."""
    names = [name.casefold() for name in shape.columns]
    place = next((names.index(name) for name in ("filename", "file") if name in names), 0)
    return inert(row.cells[place]) if place < len(row.cells) else NOTHING


def remarks(row: Row) -> list[str]:
    """Return what is the matter with a picture."""
    said = [words for words in map(cell_sentence, row.marks.values()) if words]
    if not said and not row.is_used:
        said.append(tr("This picture is left out."))
    return said


def checked_tile(row: Row, shape: Shape) -> Tile:
    """Say what a picture shows according to the data, and what is the matter with it."""
    name = picture_name(row, shape)
    label = inert(row.cells[1]) if len(row.cells) > 1 else ""
    said = ", ".join((name, label, *remarks(row)))
    if not row.is_used:
        return Tile(title=tr("left out"), text=name, tone="danger", sign="error", said=said)
    if row.marks:
        return Tile(title=label, text=name, tone="warning", sign="warning", said=said)
    return Tile(title=label, text=name, said=said)


class OutcomeTiles:
    """Says what a model takes pictures for.

    Attributes:
        labels: what a person calls the outcomes.
    """

    def __init__(self) -> None:
        self.labels: Sequence[str] = ()

    def label(self, place: int | None) -> str:
        """Return an outcome in words."""
        return self.labels[place] if place is not None and place < len(self.labels) else NOTHING

    def tested(self, row: Row, shape: Shape) -> Tile:
        """Say what was predicted, how surely, and what is true."""
        is_right = row.truth == row.prediction
        predicted, truth = self.label(row.prediction), self.label(row.truth)
        sure = share(row.probability)
        said = tr("{name}: predicted {predicted} ({sure}), true value {truth}, {verdict}").format(
            name=picture_name(row, shape), predicted=predicted, sure=sure, truth=truth,
            verdict=tr("right") if is_right else tr("wrong"),
        )  # fmt: skip
        return Tile(
            title=f"{predicted}, {_short(row.probability)}",
            text=tr("true: {truth}").format(truth=truth),
            tone="success" if is_right else "danger",
            sign="check" if is_right else "close",
            said=said,
        )

    def predicted(self, row: Row, shape: Shape) -> Tile:
        """Say what is predicted, and how surely."""
        name = picture_name(row, shape)
        if row.prediction is None:
            words = tr("not possible")
            said = ", ".join((name, words, *remarks(row)))
            return Tile(title=words, text=name, tone="danger", sign="error", said=said)
        predicted = self.label(row.prediction)
        said = tr("{name}: {predicted} ({sure})").format(
            name=name, predicted=predicted, sure=share(row.probability)
        )
        return Tile(title=f"{predicted}, {_short(row.probability)}", text=name, said=said)

    def details(self, row: Row, shape: Shape) -> list[tuple[str, str]]:
        """Return all that is known of a picture, by name."""
        facts = [
            (inert(name), inert(cell, longest=400))
            for name, cell in zip(shape.columns, row.cells, strict=False)
        ]
        if row.truth is not None:
            facts.append((tr("True"), self.label(row.truth)))
        if row.prediction is not None:
            facts.append((tr("Predicted"), self.label(row.prediction)))
            facts.append((tr("Probability"), share(row.probability)))
        if row.number:
            facts.append((tr("Number"), count(row.number)))
        return [*facts, *((tr("Note"), remark) for remark in remarks(row))]


def _short(probability: float | None) -> str:
    """Write a probability in whole percent: there is little room below a picture."""
    return NOTHING if probability is None else f"{probability:.0%}".replace("%", " %")
