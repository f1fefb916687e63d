"""What is said of a picture: below it in a gallery, and beside it where it is shown large."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from disco_desktop.app.inert_text import inert
from disco_desktop.app.sentences import cell_sentence
from disco_desktop.gui.item_models.pictures import Tile
from disco_desktop.gui.wording import NOTHING, count, share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from disco_desktop.app.assistant_messages import Row, Shape


def picture_name(row: Row, shape: Shape) -> str:
    """Return a picture's file, as far as it is known."""
    names = [name.casefold() for name in shape.columns]
    place = next((names.index(name) for name in ("filename", "file") if name in names), 0)
    return inert(row.cells[place]) if place < len(row.cells) else NOTHING


def remarks(row: Row) -> list[str]:
    """Return what is the matter with a picture."""
    said = [words for words in map(cell_sentence, row.marks.values()) if words]
    if not said and not row.is_used:
        said.append(_tr("This picture is left out."))
    return said


def checked_tile(row: Row, shape: Shape) -> Tile:
    """Say what a picture shows according to the data, and what is the matter with it."""
    name = picture_name(row, shape)
    label = inert(row.cells[1]) if len(row.cells) > 1 else ""
    said = ", ".join((name, label, *remarks(row)))
    if not row.is_used:
        return Tile(title=_tr("left out"), text=name, tone="danger", sign="error", said=said)
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
        said = _tr("{name}: predicted {predicted} with {sure}, true is {truth}, {verdict}").format(
            name=picture_name(row, shape), predicted=predicted, sure=sure, truth=truth,
            verdict=_tr("right") if is_right else _tr("wrong"),
        )  # fmt: skip
        return Tile(
            title=f"{predicted}, {_short(row.probability)}",
            text=_tr("true: {truth}").format(truth=truth),
            tone="success" if is_right else "danger",
            sign="check" if is_right else "close",
            said=said,
        )

    def predicted(self, row: Row, shape: Shape) -> Tile:
        """Say what is predicted, and how surely."""
        name = picture_name(row, shape)
        if row.prediction is None:
            words = _tr("not possible")
            said = ", ".join((name, words, *remarks(row)))
            return Tile(title=words, text=name, tone="danger", sign="error", said=said)
        predicted = self.label(row.prediction)
        said = _tr("{name}: {predicted} with {sure}").format(
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
            facts.append((_tr("True"), self.label(row.truth)))
        if row.prediction is not None:
            facts.append((_tr("Predicted"), self.label(row.prediction)))
            facts.append((_tr("Probability"), share(row.probability)))
        if row.number:
            facts.append((_tr("Number"), count(row.number)))
        return [*facts, *((_tr("Remark"), remark) for remark in remarks(row))]


def _short(probability: float | None) -> str:
    """Write a probability in whole percent: there is little room below a picture."""
    return NOTHING if probability is None else f"{probability:.0%}".replace("%", " %")


def _tr(text: str) -> str:
    return QCoreApplication.translate("PictureWords", text)
