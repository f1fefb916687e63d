from __future__ import annotations

import math
import random

import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from disco_desktop.gui.plots.curve import Run, decimated, runs
from disco_desktop.gui.plots.scale import Scale

WIDTH, HEIGHT = 300, 100


def test_a_line_has_a_gap_where_a_value_is_no_number():
    ys = [1.0, 2.0, math.nan, 3.0, math.inf, -math.inf, 4.0, math.nan]
    found = [run.points for run in runs(range(8), ys)]
    assert found == [[(0, 1), (1, 2)], [(3, 3)], [(6, 4)]]
    assert [run.points for run in runs([0.5, 1.5], [7.0, 8.0])] == [[(0.5, 7.0), (1.5, 8.0)]]
    assert runs([], []) == runs([1.0], [math.nan]) == []


def test_few_points_stay_as_they_are():
    run = Run([x / 10 for x in range(4 * WIDTH)], [x % 7 for x in range(4 * WIDTH)])
    assert decimated(run, 0, 120, WIDTH) == run.points


def drawn(points: list[tuple[float, float]], length: int) -> QImage:
    image = QImage(WIDTH, HEIGHT, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    scale = Scale(QRectF(0, 0, WIDTH, HEIGHT), (0, length), (-4, 4))
    painter = QPainter(image)
    painter.drawPolyline([QPointF(int(p.x()), int(p.y())) for p in scale.points(points)])
    painter.end()
    return image


@pytest.mark.parametrize("number", [4 * WIDTH + 1, 20_000])
def test_the_line_of_fewer_points_looks_the_same(qapp, number):
    chance = random.Random(number)
    run = [(place, chance.gauss(0, 1)) for place in range(number)]
    fewer = decimated(Run(*zip(*run, strict=True)), 0, number, WIDTH)
    assert len(fewer) <= 4 * WIDTH
    assert fewer == sorted(set(fewer))
    assert {min(run, key=lambda one: one[1]), max(run, key=lambda one: one[1])} <= set(fewer)
    assert fewer[0] == run[0]
    assert fewer[-1] == run[-1]
    assert drawn(fewer, number) == drawn(run, number)
