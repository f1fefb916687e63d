"""Which part of the rows is a participant's own, where several simulate on one table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Share:
    """Part `number` of `of`, counted from one; 1 of 1 is the whole."""

    number: int
    of: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= self.of:
            raise ValueError(f"there is no part {self.number} of {self.of}")


WHOLE = Share(1, 1)
