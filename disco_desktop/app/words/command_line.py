"""Reading a command line: what is wrong with a call is said in one sentence."""

from __future__ import annotations

import argparse
import math
from typing import TYPE_CHECKING, NoReturn

from disco_desktop.app.words.inert_text import inert

if TYPE_CHECKING:
    from collections.abc import Callable

WRONG_CALL = 2  # exit code


class WrongCallError(Exception):
    """The command was not called as it should be; the text says how, in one sentence."""


class Parser(argparse.ArgumentParser):
    """Raises what is wrong with a call, and takes no abbreviated options.

    A script that abbreviates an option would break on the day a second one begins the same way.
    """

    def __init__(self, **options: object) -> None:
        super().__init__(allow_abbrev=False, **options)  # type: ignore[arg-type]

    def error(self, message: str) -> NoReturn:
        """Raise the sentence for a wrong call."""
        start = inert(message[:1].upper() + message[1:], longest=500).rstrip(".")
        raise WrongCallError(f"{start}; `{self.prog} --help` shows how to call it.")


def whole_number(lowest: int, highest: int) -> Callable[[str], int]:
    """Return a reader of whole numbers within bounds."""

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = lowest - 1
        if not lowest <= number <= highest:
            raise argparse.ArgumentTypeError(
                f"it must be a whole number from {lowest} to {highest}, not {inert(text)!r}"
            )
        return number

    return read


def decimal_number(lowest: float, highest: float) -> Callable[[str], float]:
    """Return a reader of numbers within bounds."""

    def read(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not lowest <= number <= highest:
            raise argparse.ArgumentTypeError(
                f"it must be a number from {lowest:g} to {highest:g}, not {inert(text)!r}"
            )
        return number

    return read
