"""Which text files a path stands for: itself, or those in a folder and in all folders below."""

from __future__ import annotations

import os
from pathlib import Path

from disco_desktop.engine.dataset.excerpt import file_name
from disco_desktop.engine.dataset.refused_file import refuse

LARGEST_FOLDER = 100_000  # text files


def find_texts(path: Path) -> list[Path]:
    """Return the text files that a path stands for, in the order of their paths.

    Raises:
        FileRefusedError: there is nothing, or nothing that could be a text.
    """
    name = file_name(path)
    try:
        if path.is_dir():
            return _texts_below(path)
        if not path.exists():
            raise refuse("data_missing", name)
        if not path.is_file() or path.suffix.lower() != ".txt":
            raise refuse("file_not_text_file", name)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the name is not allowed"
        raise refuse("data_unreadable", name, reason=reason) from error
    return [path]


def _texts_below(folder: Path) -> list[Path]:
    texts: list[Path] = []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            file = Path(place, name)
            if not name.startswith(".") and file.suffix.lower() == ".txt" and file.is_file():
                texts.append(file)
                if len(texts) > LARGEST_FOLDER:
                    raise refuse("folder_too_large", file_name(folder), largest=LARGEST_FOLDER)
    if not texts:
        raise refuse("folder_without_texts", file_name(folder))
    return texts


def shown_name(file: Path, path: Path) -> str:
    """Return a file's name as a person knows it: its path below the folder that was chosen."""
    return file_name(file) if file == path else file.relative_to(path).as_posix()
