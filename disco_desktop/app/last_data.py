"""Which data a person used last for a task, so that nobody is asked twice."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta, Struct

from disco_desktop.engine.durable_files import replaced_durably
from disco_desktop.engine.memory.storage import storing_in
from disco_desktop.logs import logger

_FILE = "last_data.json"
_MOST = 200  # remembered; the oldest are forgotten
_LARGEST_FILE = 1 << 20

Purpose: TypeAlias = Literal["training", "test", "prediction"]
_Path: TypeAlias = Annotated[str, Meta(max_length=4096)]

_log = logger(__name__)


class _Remembered(Struct):
    paths: dict[str, _Path] = {}


class LastData:
    """Paths by purpose and task, in a file of the person's folder."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / _FILE
        self._paths = self._read()
        self._writing = asyncio.Lock()

    def path(self, purpose: Purpose, task_id: str) -> Path | None:
        """Return what was used last, whether it is still there or not."""
        found = self._paths.get(_key(purpose, task_id))
        return Path(found) if found else None

    async def remember(self, purpose: Purpose, task_id: str, path: Path) -> None:
        """Remember what is used now.

        Raises:
            StorageError: it could not be kept; it is known until the program ends all the same.
        """
        key = _key(purpose, task_id)
        self._paths.pop(key, None)
        self._paths[key] = str(path)
        for oldest in tuple(self._paths)[:-_MOST]:
            del self._paths[oldest]
        content = msgspec.json.encode(_Remembered(self._paths))
        async with self._writing:
            await asyncio.to_thread(self._write, content)

    def _write(self, content: bytes) -> None:
        with storing_in(self._file.parent):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with replaced_durably(self._file) as file:
                file.write(content)

    def _read(self) -> dict[str, str]:
        """Read what was remembered; what cannot be read is forgotten, which costs a click."""
        try:
            with self._file.open("rb") as file:
                return dict(msgspec.json.decode(file.read(_LARGEST_FILE), type=_Remembered).paths)
        except FileNotFoundError:
            return {}
        except (OSError, msgspec.DecodeError) as error:
            _log.info("the data used last are forgotten: %s", error)
            return {}


def _key(purpose: Purpose, task_id: str) -> str:
    return f"{purpose} {task_id}"
