from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF

from disco_desktop.gui.plots.scale import Scale, ends_of, tick_words, ticks

LOSSES = st.floats(-1e38, 1e38)  # what a network can tell in float32


@given(LOSSES, LOSSES)
def test_an_axis_has_room_and_ticks_whatever_it_shows(one, other):
    least, greatest = ends_of(min(one, other), max(one, other), room=0.05)
    assert least < greatest
    assert least <= one <= greatest
    values = ticks(least, greatest, 6)
    assert values
    assert len(set(tick_words(values))) == len(values)


@pytest.mark.parametrize("value", [0.0, 1.0, 0.6931471805599453, -3e-7, 1e38])
def test_values_that_differ_in_their_last_digit_alone_count_as_the_same(value):
    least, greatest = ends_of(value, math.nextafter(value, math.inf), room=0.05)
    words = tick_words(ticks(least, greatest, 6))
    assert len(set(words)) == len(words) > 1


def test_a_scale_leads_from_values_to_pixels_and_back():
    scale = Scale(QRectF(10, 20, 200, 100), across=(0, 4), upwards=(-1, 1))
    assert scale.points([(0, -1), (4, 1), (1, 0.5)]) == [
        QPointF(10, 120), QPointF(210, 20), QPointF(60, 45),
    ]  # fmt: skip
    assert (scale.x(1), scale.y(0.5)) == (60, 45)
    assert scale.across_at(60) == 1
