"""What a task asks for so that an update tells less of the data behind it."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct


class Privacy(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Clipping and noise, applied by each participant to its own update before it leaves.

    Attributes:
        clipping_norm: the largest Euclidean norm of an update; longer ones are shortened to it.
        noise_multiplier: the noise's standard deviation in units of the clipping norm; zero for
            no noise.
    """

    clipping_norm: Annotated[float, Meta(gt=0, le=1e6)]
    noise_multiplier: Annotated[float, Meta(ge=0, le=1e3)] = 0.0
