from __future__ import annotations

import numpy as np
import pytest

from disco_desktop.engine.privacy.secret_noise import SecretNoise

COUNT = 400_001  # odd, and over several blocks


def test_the_noise_is_normal_with_the_deviation_asked_for() -> None:
    noise = np.zeros(COUNT, np.float32)
    SecretNoise().add_to(noise, 3.0)
    scaled = noise.astype(np.float64) / 3
    error = 1 / np.sqrt(COUNT)
    assert abs(scaled.mean()) < 5 * error
    assert abs(scaled.var() - 1) < 5 * np.sqrt(2) * error
    # Shares within one, two and three deviations, known of the normal distribution.
    for bound, share in ((1, 0.682689), (2, 0.954500), (3, 0.997300)):
        assert np.mean(np.abs(scaled) < bound) == pytest.approx(share, abs=5 * 0.5 * error)
    assert abs(np.corrcoef(scaled[:-1], scaled[1:])[0, 1]) < 5 * error


def test_it_is_added_to_what_is_there() -> None:
    buffer = np.full(COUNT, 7.0, np.float32)
    SecretNoise().add_to(buffer, 0.01)
    assert buffer.mean() == pytest.approx(7.0, abs=1e-3)
    assert np.count_nonzero(buffer == 7.0) < COUNT / 100


def test_no_noise_changes_nothing() -> None:
    buffer = np.float32([1.0, -2.0])
    SecretNoise().add_to(buffer, 0.0)
    assert buffer.tolist() == [1.0, -2.0]


def test_two_of_them_have_nothing_in_common() -> None:
    first, second = np.zeros(1000, np.float32), np.zeros(1000, np.float32)
    SecretNoise().add_to(first, 1.0)
    SecretNoise().add_to(second, 1.0)
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.2
