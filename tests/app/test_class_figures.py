from __future__ import annotations

import pytest

from disco_desktop.app.library.class_figures import class_figures


def test_the_figures_of_two_classes() -> None:
    died, survived = class_figures([[40, 10], [20, 30]])
    assert died.precision == pytest.approx(40 / 60)
    assert died.recall == pytest.approx(40 / 50)
    assert died.f1 == pytest.approx(2 * (40 / 60) * 0.8 / (40 / 60 + 0.8))
    assert died.samples == 50
    assert (survived.precision, survived.recall) == (pytest.approx(30 / 40), pytest.approx(0.6))


def test_a_class_that_never_occurs_has_no_figures() -> None:
    _, never = class_figures([[5, 0], [0, 0]])
    assert (never.precision, never.recall, never.f1, never.samples) == (None, None, None, 0)
