"""Imports that leave in memory what the program needs, and not more.

PySide6 looks at the source of each module that is imported after it, to see whether the module
could ask for Python-like names in Qt's classes (`from __feature__ import …`). Nobody does here, and
the sources stay in memory: 20 MB of them, and a tenth of the time until the first picture.
"""

from __future__ import annotations

import importlib


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
