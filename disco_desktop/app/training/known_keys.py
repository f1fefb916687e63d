"""Keys of other participants that a person has compared, kept between the runs of the program."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta, Struct

from disco_desktop.app.library.observable import Observable
from disco_desktop.engine.durable_files import private_folder, replaced_durably
from disco_desktop.engine.errors import StorageError
from disco_desktop.engine.memory.storage import storing_in
from disco_desktop.engine.messages.message import Key
from disco_desktop.logs import logger

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

LONGEST_NAME = 60
SCHEMA_VERSION = 1
_FILE = "known_keys.json"
_MOST = 5_000  # the oldest are forgotten: each room has at most a hundred
_LARGEST_FILE = 4 << 20

Verdict: TypeAlias = Literal["confirmed", "refused"]

_log = logger(__name__)


class KnownKey(Struct, frozen=True, kw_only=True):
    """What a person has found out about a participant's key.

    Attributes:
        task: id of the task that the key belongs to.
        name: who the person says that it is.
        verdict: whether the codes were the same, or differed.
        at: when they were compared.
    """

    task: Annotated[str, Meta(max_length=200)]
    public_key: Key
    name: Annotated[str, Meta(max_length=LONGEST_NAME)]
    verdict: Verdict
    at: datetime


class _Kept(Struct, frozen=True, kw_only=True):
    schema_version: int = SCHEMA_VERSION
    keys: tuple[KnownKey, ...] = ()


class _Written(Struct):
    schema_version: int = SCHEMA_VERSION


class KnownKeys(Observable):
    """The keys that were compared, by task, in a file of the person's folder.

    A key that cannot be read is one that nobody has confirmed: whatever is wrong with the file, no
    key passes for a confirmed one.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._path = folder / _FILE
        self._is_newer = False
        self._keys = self._read()
        self._writing = asyncio.Lock()

    def find(self, task: str, public_key: bytes) -> KnownKey | None:
        """Return what is known of a key."""
        return self._keys.get((task, public_key))

    def absent(self, task: str, present: Collection[bytes]) -> Sequence[KnownKey]:
        """Return the confirmed keys of a task that nobody who is present has."""
        return [
            known
            for known in self._keys.values()
            if known.task == task
            and known.verdict == "confirmed"
            and known.public_key not in present
        ]

    async def note(self, task: str, public_key: bytes, *, name: str, verdict: Verdict) -> None:
        """Note what a comparison has shown. A name has one confirmed key: a new one replaces it.

        Raises:
            StorageError: it could not be kept; it is known until the program ends all the same.
                The file of a newer version is left as it is (`file_newer`).
        """
        fresh = KnownKey(
            task=task,
            public_key=public_key,
            name=name[:LONGEST_NAME],
            verdict=verdict,
            at=datetime.now(UTC),
        )
        if verdict == "confirmed":
            for known in self.absent(task, [public_key]):
                if known.name == fresh.name:
                    del self._keys[task, known.public_key]
        self._keys.pop((task, public_key), None)
        self._keys[task, public_key] = fresh
        for oldest in tuple(self._keys)[:-_MOST]:
            del self._keys[oldest]
        await self._keep()

    async def forget(self, task: str, public_key: bytes) -> None:
        """Know a key no more.

        Raises:
            StorageError: as `note`.
        """
        self._keys.pop((task, public_key), None)
        await self._keep()

    async def _keep(self) -> None:
        self.changed()
        async with self._writing:
            await asyncio.to_thread(self._write, tuple(self._keys.values()))

    def _write(self, keys: tuple[KnownKey, ...]) -> None:
        if self._is_newer:
            raise StorageError("file_newer", file=str(self._path))
        with storing_in(self._path.parent):
            private_folder(self._path.parent)
            with replaced_durably(self._path) as file:
                file.write(msgspec.json.format(msgspec.json.encode(_Kept(keys=keys))))

    def _read(self) -> dict[tuple[str, bytes], KnownKey]:
        """Read what is known; a damaged file is set aside, and one begins with nothing."""
        try:
            with self._path.open("rb") as file:
                content = file.read(_LARGEST_FILE)
            if msgspec.json.decode(content, type=_Written).schema_version > SCHEMA_VERSION:
                self._is_newer = True
                _log.warning("%s is of a newer version of Disco, and left as it is", self._path)
                return {}
            kept = msgspec.json.decode(content, type=_Kept)
        except FileNotFoundError:
            return {}
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            aside = self._path.with_suffix(".damaged")
            _log.warning("the known keys cannot be read (%s): set aside as %s", error, aside.name)
            with contextlib.suppress(OSError):  # in a folder that cannot be written it stays
                self._path.replace(aside)
            return {}
        except OSError as error:
            _log.warning("the known keys cannot be read: %s", error)
            return {}
        return {(known.task, known.public_key): known for known in kept.keys}
