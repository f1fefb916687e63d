"""Imports that leave in memory what the program needs, and not more.

PySide6 looks at the source of each module that is imported after it, to see whether the module
could ask for Python-like names in Qt's classes (`from __feature__ import …`). Nobody does here, and
the sources stay in memory: 20 MB of them, and a tenth of the time until the first picture.

pyqtgraph copies each name of three of Qt's modules into modules of its own. PySide6 makes a class
when it is asked for first, so that this makes hundreds of them that nobody uses: 9 MB.
"""

from __future__ import annotations

import importlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

_COPIED = ("PySide6.QtCore", "PySide6.QtGui", "PySide6.QtWidgets")


def read_no_sources() -> None:
    """Have PySide6 take for granted that no module asks for such names.

    It offers no setting for that. A version that does it otherwise goes on as it likes.
    """
    importlib.import_module("PySide6.QtCore")
    try:
        feature = importlib.import_module("shibokensupport.feature")
    except ImportError:
        return
    if "_mod_uses_pyside" in vars(feature):
        vars(feature)["_mod_uses_pyside"] = lambda module: False


@contextmanager
def names_on_demand() -> Iterator[None]:
    """Have whoever copies the names of Qt's modules copy a way to ask for them instead.

    A module's `__dir__` says what there is to copy, and its `__getattr__` is asked for whatever it
    lacks (PEP 562).
    """
    modules = [importlib.import_module(name) for name in _COPIED]
    before = [vars(module).get("__dir__") for module in modules]
    for module in modules:
        vars(module)["__getattr__"] = _asking(module)
        vars(module)["__dir__"] = lambda: ["__getattr__"]
    try:
        yield
    finally:
        for module, own in zip(modules, before, strict=True):
            vars(module).pop("__getattr__", None)
            vars(module)["__dir__"] = own


def _asking(module: ModuleType) -> Callable[[str], object]:
    def ask(name: str) -> object:
        # It must not be asked again by the module that it asks.
        asking = vars(module).pop("__getattr__", None)
        try:
            return getattr(module, name)
        finally:
            if asking is not None:
                vars(module)["__getattr__"] = asking

    return ask
