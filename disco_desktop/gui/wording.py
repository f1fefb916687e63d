"""Numbers, models and protections in the form in which people read them."""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING

from disco_desktop.app.words.inert_text import inert
from disco_desktop.translation import tr, trn

if TYPE_CHECKING:
    from disco_desktop.engine.memory.record import ModelRecord
    from disco_desktop.engine.task.privacy import Privacy
    from disco_desktop.engine.task.task import Collaboration

_LARGEST_LOSS = 700.0  # whose exponential is still a number
_LONGEST_NUMBER = 1e9
_UNITS = ("B", "kB", "MB", "GB", "TB")
NOTHING = "\N{EN DASH}"  # stands where there is no figure yet


def figure(value: float | None) -> str:
    """Write a number with three significant digits."""
    return NOTHING if value is None else _written(value, 3)


def quantity(value: float | None, unit: str) -> str:
    """Write a number with four significant digits and its unit."""
    return NOTHING if value is None else f"{_written(value, 4)} {inert(unit)}".rstrip()


def _written(value: float, digits: int) -> str:
    """Write so many significant digits; powers of ten only where one would not count noughts."""
    rounded = float(f"{value:.{digits}g}")
    is_long = 10**digits <= abs(rounded) < _LONGEST_NUMBER
    return f"{rounded:,.0f}" if is_long else f"{rounded:,.{digits}g}"


def share(value: float | None) -> str:
    """Write a share as a percentage."""
    return NOTHING if value is None else f"{value:.1%}".replace("%", " %")


def perplexity(loss: float | None) -> float | None:
    """Return how many tokens a model hesitates between, from its mean loss; none beyond measure."""
    if loss is None or not loss < _LARGEST_LOSS:
        return None
    return math.exp(loss)


def size(count: int) -> str:
    """Write a number of bytes."""
    value, unit = float(count), 0
    while value >= 1000 and unit < len(_UNITS) - 1:
        value /= 1000
        unit += 1
    return f"{count} B" if unit == 0 else f"{value:.1f} {_UNITS[unit]}"


def duration(seconds: float | None) -> str:
    """Write a length of time: two units, the larger first."""
    if seconds is None:
        return NOTHING
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min"


def count(number: int) -> str:
    """Write a whole number."""
    return f"{number:,}"


def counted(number: int, one: str, several: str, **others: str) -> str:
    """Write a number in its sentence, which has `{count}` in both forms."""
    return trn(one, several, number).format(count=count(number), **others)


def moment(iso: str) -> str:
    """Write a point in time, given in ISO 8601, by this computer's clock."""
    try:
        at = datetime.fromisoformat(iso).astimezone()
    except (ValueError, OverflowError, OSError):
        return NOTHING
    return f"{at.day} {at:%b %Y, %H:%M}"


def company(record: ModelRecord) -> str:
    """Say with whom a model was trained."""
    if record.scheme == "local" or record.participants < 2:
        return tr("alone")
    return counted(record.participants, "{count} participant", "{count} participants")


def privacy_words(privacy: Privacy | None) -> str:
    """Say what is done to an update before it leaves."""
    if privacy is None:
        return tr("no clipping and no noise")
    norm = f"{privacy.clipping_norm:g}"
    if privacy.noise_multiplier == 0:
        return tr("updates are clipped to a length of {norm}").format(norm=norm)
    said = tr(
        "updates are clipped to a length of {norm}, and noise of {times} times that length is added"
    )
    return said.format(norm=norm, times=f"{privacy.noise_multiplier:g}")


def exchange_words(together: Collaboration) -> str:
    """Say who sees an update."""
    if together.is_secure:
        return tr("peer to peer, masked: nobody sees a single one")
    if together.scheme == "decentralized":
        return tr("peer to peer: each participant sees a part, the server nothing")
    return tr("via a server, which sees each of them")


_LONGEST = 100


def file_name(name: str, suffix: str) -> str:
    """Return a name that any system takes for a file; the suffix has no dot."""
    kept = "".join(letter if letter.isalnum() or letter in " -_" else "_" for letter in name)
    return f"{kept.strip()[:_LONGEST] or '_'}.{suffix}"
