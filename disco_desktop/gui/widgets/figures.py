"""Whether a model's probabilities are justified, and how far its numbers are from the true ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from disco_desktop.gui.plots.plot import Plot
from disco_desktop.gui.plots.scale import ends_of
from disco_desktop.gui.theme.tokens import LARGE, MEDIUM, SMALL
from disco_desktop.gui.widgets.card import Card, StatCard, column, row
from disco_desktop.gui.widgets.text import Text
from disco_desktop.gui.wording import figure, quantity, share
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from disco_desktop.engine.validation.figures import ClassifierFigures, NumberFigures
    from disco_desktop.gui.plots.scale import Scale
    from disco_desktop.gui.theme.theme import Theme

_HEIGHT, _WIDTH = 300, 560
_SMALLEST, _LARGEST = 5.0, 16.0  # pixels of a point that stands for several samples
_MANY = 200  # points, of which each is drawn small and faint
_NEAR = 12.0  # pixels from the pointer to a point that is meant


class SquarePlot(Plot):
    """Points with what is so to the right and what the model says upwards.

    Attributes:
        points: what is shown.
        sizes: the diameter of each, in pixels.
    """

    def __init__(self, theme: Theme, name: str, across: str, upwards: str) -> None:
        super().__init__(theme, across, upwards)
        self._names = (across, upwards)
        self.points: list[tuple[float, float]] = []
        self.sizes: list[float] = []
        self._diagonal = (0.0, 1.0)
        self.setAccessibleName(name)
        self.setFixedHeight(_HEIGHT)
        self.setMaximumWidth(_WIDTH)

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
        self.points = list(points)
        most = max(samples, default=1)
        alike = 4.0 if len(points) > _MANY else 8.0
        self.sizes = [
            _SMALLEST + (_LARGEST - _SMALLEST) * (n / most) ** 0.5 for n in samples
        ] or [alike] * len(points)  # fmt: skip
        values = [value for point in points for value in point]
        least, greatest = ends or (min(values, default=0.0), max(values, default=1.0))
        if least == greatest:
            least, greatest = least - 1, greatest + 1
        self._diagonal = (least, greatest)
        both = ends_of(least, greatest, room=0.03)
        self.show_ends(both, both)

    def draw(self, painter: QPainter, scale: Scale) -> None:
        """Draw the diagonal, and the points on it and off it."""
        tokens = self.theme.tokens
        painter.setPen(QPen(QColor(tokens.strong_border), 1, Qt.PenStyle.DashLine))
        start, end = self._diagonal
        painter.drawPolyline(scale.points(((start, start), (end, end))))
        colour = QColor(tokens.series[0])
        colour.setAlphaF(0.5 if len(self.points) > _MANY else 0.9)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        for place, size in zip(scale.points(self.points), self.sizes, strict=True):
            painter.drawEllipse(place, size / 2, size / 2)

    def words_at(self, scale: Scale, place: QPointF) -> str:
        """Return the values of the point under the pointer."""
        near = [
            (away, point)
            for middle, point in zip(scale.points(self.points), self.points, strict=True)
            if (away := (middle - place).manhattanLength()) <= _NEAR
        ]
        if not near:
            return ""
        _, (across, upwards) = min(near)
        first, second = self._names
        return f"{first} {figure(across)}, {second} {figure(upwards)}"


class Calibration(Card):
    """The calibration error, and the reliability curve behind it."""

    def __init__(self, theme: Theme) -> None:
        content = column(spacing=SMALL)
        super().__init__(content, margin=LARGE)
        self._said = Text(tone="muted")
        self.plot = SquarePlot(
            theme,
            tr("Reliability curve"),
            tr("probability"),
            tr("share correct"),
        )
        content.addWidget(Text(tr("Is its confidence justified?"), size="strong"))
        content.addWidget(self._said)
        content.addWidget(self.plot)

    def show_figures(self, figures: ClassifierFigures) -> None:
        """Show the figures of a test."""
        self._said.setText(
            tr(
                "Calibration error {error}: the average gap between the model's confidence "
                "and its accuracy. Below the dashed line, it is overconfident; larger "
                "points stand for more samples."
            ).format(error=share(figures.calibration_error))
        )
        points = [(one.confidence, one.accuracy) for one in figures.reliability]
        samples = [one.samples for one in figures.reliability]
        self.plot.show_points(points, ends=(0.0, 1.0), samples=samples)

    @property
    def words(self) -> str:
        """What is said above the plot."""
        return self._said.text()


class ErrorFigures(QWidget):
    """Mean absolute error, its root mean squared and R², above true against predicted."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.cards = {
            "absolute": StatCard(tr("Mean absolute error")),
            "squared": StatCard(tr("Root mean squared error")),
            "explained": StatCard(tr("R²")),
        }
        self.plot = SquarePlot(theme, tr("True and predicted numbers"), tr("true"), tr("predicted"))
        plot_card = Card(
            column(
                Text(tr("Predicted vs. true"), size="strong"),
                Text(
                    tr("On the dashed line, predictions are exactly right."),
                    size="small",
                    tone="muted",
                ),
                self.plot,
                spacing=SMALL,
            ),
            margin=LARGE,
        )
        figures = row(*self.cards.values(), spacing=MEDIUM)
        layout = column(figures, plot_card, spacing=MEDIUM)
        layout.setContentsMargins(0, 0, 0, 0)
        self.setLayout(layout)

    def show_figures(self, figures: NumberFigures, points: Sequence[tuple[float, float]]) -> None:
        """Show the figures of a test, with true and predicted number of its samples."""
        unit = figures.unit
        self.cards["absolute"].show_value(
            quantity(figures.mean_absolute_error, unit), tr("average distance from the true value")
        )
        self.cards["squared"].show_value(
            quantity(figures.root_mean_squared_error, unit), tr("large errors count more")
        )
        self.cards["explained"].show_value(
            figure(figures.r2), tr("1 is perfect, 0 no better than the mean")
        )
        self.plot.show_points(points)
