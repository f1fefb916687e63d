"""Curves that grow while a training runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QSizePolicy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from disco_desktop.gui.theme.theme import Theme

_HEIGHT = 240


class LivePlot(pg.PlotWidget):  # type: ignore[misc]
    """One quantity over the epochs: a faint curve per batch, and lines with dots per epoch.

    The lines are named, have different colours and different dots, so that nobody needs colours
    to tell them apart.
    """

    def __init__(self, theme: Theme, title: str, *, is_share: bool = False) -> None:
        super().__init__(background=None)
        self._theme = theme
        self._title = title
        self.setAccessibleName(title)
        self.setMinimumHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMenuEnabled(False)
        self.setMouseEnabled(x=False, y=False)
        self.hideButtons()
        self.setFrameShape(self.Shape.NoFrame)
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor)
        item = self.getPlotItem()
        item.setClipToView(True)
        item.setDownsampling(auto=True, mode="peak")
        if is_share:
            item.setYRange(0, 1, padding=0.02)
        self._legend = item.addLegend(offset=(-8, 8), verSpacing=-4)
        self._batches = item.plot()
        self._training = item.plot(name=self.tr("training"))
        self._validation = item.plot(name=self.tr("validation"))
        self._rounds: list[pg.InfiniteLine] = []
        theme.changed.connect(self._paint)
        self._paint()

    def rename(self, title: str) -> None:
        """Show another quantity."""
        self._title = title
        self.setAccessibleName(title)
        self._paint()

    def show_batches(self, epochs: Sequence[float], values: Sequence[float]) -> None:
        """Show the values of single batches."""
        self._batches.setData(epochs, values)

    def show_epochs(
        self, epochs: Sequence[int], training: Sequence[float], validation: Sequence[float]
    ) -> None:
        """Show the means of whole epochs."""
        self._training.setData(epochs, training)
        self._validation.setData(epochs, validation)
        if len(epochs) > 0:
            said = self.tr("{title}: training {training:.3f}, validation {validation:.3f}")
            self.setAccessibleDescription(
                said.format(title=self._title, training=training[-1], validation=validation[-1])
            )

    def show_rounds(self, epochs: Sequence[int]) -> None:
        """Mark the epochs at whose end the participants exchanged."""
        for epoch in epochs[len(self._rounds) :]:
            marker = pg.InfiniteLine(pos=epoch, angle=90, pen=self._round_pen())
            marker.setZValue(-10)
            self.addItem(marker, ignoreBounds=True)
            self._rounds.append(marker)

    def clear_curves(self) -> None:
        """Begin anew."""
        for curve in (self._batches, self._training, self._validation):
            curve.setData([], [])
        for marker in self._rounds:
            self.removeItem(marker)
        self._rounds.clear()

    def _round_pen(self) -> object:
        return pg.mkPen(self._theme.tokens.border, width=1, style=Qt.PenStyle.DashLine)

    def _paint(self) -> None:
        tokens = self._theme.tokens
        self.setBackground(tokens.surface)
        training, validation = tokens.series[0], tokens.series[1]
        faint = QColor(training)
        faint.setAlphaF(0.35)
        self._batches.setPen(pg.mkPen(faint, width=1))
        for curve, colour, symbol in (
            (self._training, training, "o"),
            (self._validation, validation, "s"),
        ):
            curve.setPen(pg.mkPen(colour, width=2))
            curve.setSymbol(symbol)
            curve.setSymbolSize(6)
            curve.setSymbolBrush(colour)
            curve.setSymbolPen(colour)
        for name in ("left", "bottom"):
            axis = self.getAxis(name)
            axis.setPen(tokens.border)
            axis.setTextPen(tokens.muted)
        self.showGrid(y=True, alpha=0.12)
        self.setTitle(self._title, color=tokens.text, size="10pt", bold=True, justify="left")
        self.setLabel("bottom", self.tr("epoch"), color=tokens.muted)
        self._legend.setLabelTextColor(tokens.text)
        for marker in self._rounds:
            marker.setPen(self._round_pen())
