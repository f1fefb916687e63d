from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from disco_desktop.engine.weights.codec import decode, encode, encoded_size

bits = arrays(np.uint32, st.integers(1, 50), elements=st.integers(0, 2**32 - 1))
SPECIAL = np.array(
    [
        0x00000000,  # 0
        0x80000000,  # -0
        0x7F800000,  # infinity
        0xFF800000,
        0x7FC00000,  # NaN
        0x7F800001,  # a NaN whose upper half alone would be infinity
        0xFFFFFFFF,
        0x7FFFFFFF,
        0x00000001,  # the least subnormal
        0x007FFFFF,
        0x80008000,
        0x7F7FFFFF,  # the largest number, which rounds to infinity
        0x3F808000,  # ties, to even
        0x3F818000,
        0x3F808001,
    ],
    np.uint32,
)


@given(bits)
@example(SPECIAL)
def test_fp32_loses_nothing(values: np.ndarray) -> None:
    buffer = values.view(np.float32)
    content = encode(buffer, "fp32")
    assert bytes(content) == values.astype("<u4").tobytes()
    assert len(content) == encoded_size(len(buffer), "fp32")
    assert decode(content, "fp32").tobytes() == buffer.tobytes()


@given(bits)
@example(SPECIAL)
def test_bf16_is_what_torch_makes_of_it(values: np.ndarray) -> None:
    """Rounded to nearest, ties to even; what is no number stays none."""
    buffer = values.view(np.float32)
    content = encode(buffer, "bf16")
    assert len(content) == encoded_size(len(buffer), "bf16")
    decoded = decode(content, "bf16")
    assert decoded.dtype == np.float32
    reference = torch.from_numpy(buffer.copy()).bfloat16().float().numpy()
    is_nan = np.isnan(buffer)
    assert np.isnan(decoded[is_nan]).all()
    assert decoded[~is_nan].tobytes() == reference[~is_nan].tobytes()


@given(bits)
@example(SPECIAL)
def test_bf16_once_more_changes_nothing(values: np.ndarray) -> None:
    once = bytes(encode(values.view(np.float32), "bf16"))
    assert bytes(encode(decode(once, "bf16"), "bf16")) == once


@pytest.mark.parametrize("codec", ["fp32", "bf16"])
def test_content_can_be_decoded_in_parts(codec) -> None:
    buffer = np.random.default_rng(0).standard_normal(1000).astype(np.float32)
    content = bytes(encode(buffer, codec))
    parts = [decode(content[start : start + 400], codec) for start in range(0, len(content), 400)]
    assert np.concatenate(parts).tobytes() == decode(content, codec).tobytes()


def test_a_large_update_is_encoded_as_its_parts_are() -> None:
    """Also where there is no number in one part alone."""
    buffer = np.random.default_rng(0).standard_normal(200_001).astype(np.float32)
    buffer[[70_000, 140_000]] = np.nan, np.inf
    parts = [bytes(encode(buffer[start : start + 7], "bf16")) for start in range(0, 200_001, 7)]
    assert bytes(encode(buffer, "bf16")) == b"".join(parts)


def test_fp32_is_a_view() -> None:
    buffer = np.zeros(4, np.float32)
    content = encode(buffer, "fp32")
    buffer[0] = 1
    assert bytes(content[:4]) == np.float32(1).tobytes()


@pytest.mark.parametrize("codec", ["fp32", "bf16"])
def test_nothing(codec) -> None:
    assert len(encode(np.zeros(0, np.float32), codec)) == 0
    assert len(decode(b"", codec)) == 0
