"""Loading what takes long to load, such as torch."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def lasting_imports() -> Iterator[None]:
    """Import without garbage collections meanwhile.

    torch makes hundreds of thousands of objects when it is loaded, all of which stay: looking for
    garbage among them again and again takes an eighth of that time.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
