"""A plot of points that lie on its diagonal where a model is as it should be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from disco_desktop.gui.theme.theme import Theme

_HEIGHT, _WIDTH = 300, 560
_SMALLEST, _LARGEST = 5, 16  # pixels of a point that stands for several samples
_MANY = 200  # points, of which each is drawn small and faint


class SquarePlot(pg.PlotWidget):  # type: ignore[misc]
    """Points with what is so to the right and what the model says upwards."""

    def __init__(self, theme: Theme, name: str, across: str, upwards: str) -> None:
        super().__init__(background=None)
        self._theme = theme
        self._names = {"bottom": across, "left": upwards}
        self._count = 0
        self._sizes: list[float] = []
        self.setAccessibleName(name)
        self.setFixedHeight(_HEIGHT)
        self.setMaximumWidth(_WIDTH)
        self.setMenuEnabled(False)
        self.setMouseEnabled(x=False, y=False)
        self.hideButtons()
        self.setFrameShape(self.Shape.NoFrame)
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor)
        item = self.getPlotItem()
        self._diagonal = item.plot()
        self._points = item.plot(pen=None, symbol="o")
        theme.changed.connect(self._paint)
        self._paint()

    @property
    def points(self) -> list[tuple[float, float]]:
        """What is shown."""
        across, upwards = self._points.getOriginalDataset()
        if across is None or upwards is None:
            return []
        return list(zip(across.tolist(), upwards.tolist(), strict=True))

    def show_points(
        self,
        points: Sequence[tuple[float, float]],
        *,
        ends: tuple[float, float] | None = None,
        samples: Sequence[int] = (),
    ) -> None:
        """Show points.

        Args:
            points: where they lie.
            ends: of both axes, where they are not those of the points.
            samples: how many samples each stands for; the more, the larger it is.
        """
        self._count = len(points)
        most = max(samples, default=1)
        self._sizes = [_SMALLEST + (_LARGEST - _SMALLEST) * (n / most) ** 0.5 for n in samples]
        across = [point[0] for point in points]
        upwards = [point[1] for point in points]
        least, greatest = ends or (
            min((*across, *upwards), default=0.0), max((*across, *upwards), default=1.0)
        )  # fmt: skip
        if least == greatest:
            least, greatest = least - 1, greatest + 1
        # Both at once: sizes that were given apart are of the points before.
        self._points.setData(across, upwards, symbolSize=self._symbol_size)
        self._diagonal.setData([least, greatest], [least, greatest])
        self.setXRange(least, greatest, padding=0.03)
        self.setYRange(least, greatest, padding=0.03)
        self._paint()

    @property
    def _symbol_size(self) -> list[float] | int:
        return self._sizes or (4 if self._count > _MANY else 8)

    def _paint(self) -> None:
        tokens = self._theme.tokens
        self.setBackground(tokens.surface)
        self._diagonal.setPen(pg.mkPen(tokens.border, width=1, style=Qt.PenStyle.DashLine))
        colour = QColor(tokens.series[0])
        colour.setAlphaF(0.5 if self._count > _MANY else 0.9)
        self._points.setSymbolSize(self._symbol_size)
        self._points.setSymbolBrush(colour)
        self._points.setSymbolPen(None)
        for place, name in self._names.items():
            axis = self.getAxis(place)
            axis.setPen(tokens.border)
            axis.setTextPen(tokens.muted)
            self.setLabel(place, name, color=tokens.muted)
