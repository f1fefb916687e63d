"""Curves that grow while a training runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy

from disco_desktop.gui.plots.curve import Curve, apart, draw_mark
from disco_desktop.gui.plots.plot import Plot
from disco_desktop.gui.plots.scale import ends_of
from disco_desktop.gui.theme.tokens import MEDIUM, SMALL
from disco_desktop.gui.widgets.text import font_of
from disco_desktop.gui.wording import figure
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from disco_desktop.gui.plots.scale import Scale
    from disco_desktop.gui.theme.theme import Theme

_HEIGHT = 240
_FAINT = 0.35
_SHARE = ends_of(0.0, 1.0, room=0.02)
_ROUNDS_APART = 4.0  # pixels, at the least: closer ones would be an area
_SAMPLE = 18  # pixels of a line in the legend


class LivePlot(Plot):
    """One quantity over the epochs: a faint curve per batch, and lines with marks per epoch.

    The lines are named, have different colours and different marks, so that nobody needs colours
    to tell them apart.
    """

    def __init__(self, theme: Theme, title: str, *, is_share: bool = False) -> None:
        super().__init__(theme, tr("epoch"))
        self._title = title
        self._is_share = is_share
        self.setAccessibleName(title)
        self.setMinimumHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.batches = Curve()
        self.training = Curve("disc", width=2)
        self.validation = Curve("square", width=2)
        self.rounds: list[int] = []
        self._fit()

    def rename(self, title: str) -> None:
        """Show another quantity."""
        if title != self._title:
            self._title = title
            self.setAccessibleName(title)
            self.update()

    def show_batches(self, epochs: Sequence[float], values: Sequence[float]) -> None:
        """Show the values of single batches."""
        if self.batches.show_values(epochs, values):
            self._fit()

    def show_epochs(
        self, epochs: Sequence[int], training: Sequence[float], validation: Sequence[float]
    ) -> None:
        """Show the means of whole epochs."""
        is_new = self.training.show_values(epochs, training)
        if not self.validation.show_values(epochs, validation) and not is_new:
            return
        self._fit()
        if len(epochs) > 0:
            said = tr("{title}: training {training:.3f}, validation {validation:.3f}")
            self.setAccessibleDescription(
                said.format(title=self._title, training=training[-1], validation=validation[-1])
            )

    def show_rounds(self, epochs: Sequence[int]) -> None:
        """Mark the epochs at whose end the participants exchanged."""
        if self.rounds != epochs:
            self.rounds = list(epochs)
            self.update()

    def clear_curves(self) -> None:
        """Begin anew."""
        for curve in (self.batches, self.training, self.validation):
            curve.show_values((), ())
        self.rounds = []
        self._fit()

    def _fit(self) -> None:
        """Let the axes span all that is shown."""
        curves = (self.batches, self.training, self.validation)
        across = [x for curve in curves for x in curve.across] or [0.0, 1.0]
        upwards = [y for curve in curves for y in curve.finite_values()] or [0.0, 1.0]
        self.show_ends(
            ends_of(min(across), max(across), room=0.01),
            _SHARE if self._is_share else ends_of(min(upwards), max(upwards), room=0.05),
        )

    def height_above(self) -> int:
        """Return room for the title and the legend."""
        return self.fontMetrics().height() + SMALL

    def draw_above(self, painter: QPainter, area: QRectF) -> None:
        """Draw the title, and at the right what each line is."""
        tokens = self.theme.tokens
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QColor(tokens.text))
        painter.setFont(font_of(self, "strong"))
        painter.drawText(area.adjusted(SMALL, 0, 0, 0), middle, self._title)
        painter.setFont(font_of(self, "small"))
        right = area.right() - SMALL
        for curve, name, colour in (
            (self.validation, tr("validation"), QColor(tokens.series[1])),
            (self.training, tr("training"), QColor(tokens.series[0])),
        ):
            width = painter.fontMetrics().horizontalAdvance(name)
            painter.setPen(QColor(tokens.text))
            painter.drawText(QRectF(right - width, area.top(), width, area.height()), middle, name)
            end = QPointF(right - width - SMALL, area.center().y())
            painter.setPen(QPen(colour, 2))
            painter.drawLine(end, end - QPointF(_SAMPLE, 0))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            draw_mark(painter, end - QPointF(_SAMPLE / 2, 0), curve.mark)
            right = end.x() - _SAMPLE - MEDIUM

    def draw(self, painter: QPainter, scale: Scale) -> None:
        """Draw rounds behind curves, and those of single batches behind those of epochs."""
        tokens, area = self.theme.tokens, scale.area
        painter.setPen(QPen(QColor(tokens.border), 1, Qt.PenStyle.DashLine))
        ends = scale.points((epoch, 0.0) for epoch in self.rounds)
        for place in apart(ends, _ROUNDS_APART):
            x = round(place.x()) + 0.5
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        training, validation = QColor(tokens.series[0]), QColor(tokens.series[1])
        faint = QColor(training)
        faint.setAlphaF(_FAINT)
        self.batches.draw(painter, scale, faint)
        self.training.draw(painter, scale, training)
        self.validation.draw(painter, scale, validation)

    def words_at(self, scale: Scale, place: QPointF) -> str:
        """Return the nearest epoch's values."""
        nearest = self.training.nearest(scale.across_at(place.x()))
        if nearest is None:
            return ""
        return tr("Epoch {epoch}: training {training}, validation {validation}").format(
            epoch=self.training.across[nearest],
            training=figure(self.training.values[nearest]),
            validation=figure(self.validation.values[nearest]),
        )
