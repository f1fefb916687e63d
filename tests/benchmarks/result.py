"""One measured figure."""

from __future__ import annotations

import msgspec
from msgspec import Struct


class Result(Struct, frozen=True, kw_only=True):
    """What one comparison came to.

    Attributes:
        name: what was measured.
        ours: the figure for Disco Desktop, in `unit`; none where it could not be measured.
        reference: the same for what it is compared with.
        ratio: `ours` divided by `reference`.
        target: the condition that is to hold, in words; none where there is no such condition.
        is_met: whether it does.
        note: what else is worth knowing, such as why there is no figure.
        samples: the single measurements behind the figures.
    """

    name: str
    unit: str
    ours: float | None = None
    reference: float | None = None
    ratio: float | None = None
    target: str | None = None
    is_met: bool | None = None
    note: str = ""
    samples: dict[str, list[float]] = msgspec.field(default_factory=dict)
