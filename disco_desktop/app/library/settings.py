"""What a person has set in the application: kept between its runs, changed in the window."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from msgspec import Meta, Struct, structs

from disco_desktop.app.library.observable import Observable
from disco_desktop.engine.durable_files import private_folder, replaced_durably
from disco_desktop.engine.errors import StorageError
from disco_desktop.engine.memory.storage import storing_in
from disco_desktop.logs import logger

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA_VERSION = 1
_FILE = "settings.json"
_LARGEST_FILE = 1 << 16

_log = logger(__name__)


class ServerChoice(Struct, frozen=True, forbid_unknown_fields=True):
    """A server that somebody uses, with its certificate where that is pinned."""

    url: Annotated[str, Meta(max_length=2048)]
    fingerprint: Annotated[str, Meta(max_length=128)] | None = None


class Settings(Struct, frozen=True, kw_only=True):
    """The settings; what an older version did not know has its default.

    Attributes:
        server: none to use the bundled one on this computer.
        servers: those used before, the latest first.
        device: none to have the fastest chosen.
        machine_share: how much of the processor a training may use, in percent.
        patience_minutes: how long to wait for other participants before asking.
        relay_only: whether other participants are reached through the server alone.
        peer_port: the port at which they may call; any that is free where it is None.
        window: place, size and state of the window as Qt writes them, in hexadecimal.
    """

    schema_version: int = SCHEMA_VERSION
    is_set_up: bool = False
    theme: Literal["system", "light", "dark"] = "system"
    language: Annotated[str, Meta(max_length=16)] = "system"
    server: ServerChoice | None = None
    servers: Annotated[tuple[ServerChoice, ...], Meta(max_length=20)] = ()
    device: Literal["cpu", "cuda", "mps"] | None = None
    machine_share: Annotated[int, Meta(ge=10, le=100)] = 100
    patience_minutes: Annotated[int, Meta(ge=1, le=1440)] = 30
    relay_only: bool = False
    peer_port: Annotated[int, Meta(ge=1, le=65_535)] | None = None
    window: Annotated[str, Meta(pattern="^[0-9a-f]*$", max_length=2_000)] = ""


class _Written(Struct):
    schema_version: int = SCHEMA_VERSION


class SettingsFile:
    """The settings in a file of the person's folder.

    Attributes:
        current: the settings as they are.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / _FILE
        self.current = self._read()

    def change(self, **changes: object) -> Settings:
        """Change some settings and keep them.

        Raises:
            StorageError: they could not be kept; they are in force all the same. Those of a newer
                version are left as they are (`file_newer`).
        """
        self.current = structs.replace(self.current, **changes)
        if self.current.schema_version > SCHEMA_VERSION:
            raise StorageError("file_newer", file=str(self._path))
        with storing_in(self._path.parent):
            private_folder(self._path.parent)
            with replaced_durably(self._path) as file:
                file.write(msgspec.json.format(msgspec.json.encode(self.current)))
        return self.current

    def _read(self) -> Settings:
        """Read the settings; a damaged file is set aside, and one begins with the defaults."""
        try:
            with self._path.open("rb") as file:
                return self._decode(file.read(_LARGEST_FILE))
        except FileNotFoundError:
            return Settings()
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            aside = self._path.with_suffix(".damaged")
            _log.warning("the settings cannot be read (%s) and are now %s", error, aside.name)
            self._path.replace(aside)
            return Settings()
        except OSError as error:
            _log.warning("the settings cannot be read: %s", error)
            return Settings()

    def _decode(self, content: bytes) -> Settings:
        """Read the settings; of those of a newer version only that they are."""
        version = msgspec.json.decode(content, type=_Written).schema_version
        if version > SCHEMA_VERSION:
            _log.warning("%s is of a newer version of Disco, and left as it is", self._path)
            return Settings(schema_version=version)
        return msgspec.json.decode(content, type=Settings)


LARGEST_SERVERS = 20


class Preferences(Observable):
    """Changes the settings one after the other, so that the file holds the last of them."""

    def __init__(self, file: SettingsFile) -> None:
        super().__init__()
        self._file = file
        self._keeping = asyncio.Lock()

    @property
    def current(self) -> Settings:
        """The settings as they are."""
        return self._file.current

    async def change(self, **changes: object) -> None:
        """Change some settings and keep them.

        Raises:
            StorageError: they could not be kept; they are in force all the same.
        """
        async with self._keeping:
            try:
                await asyncio.to_thread(self._file.change, **changes)
            finally:
                self.changed()

    async def choose_server(self, choice: ServerChoice | None) -> None:
        """Use a server, and know it from now on; none is the one on this computer.

        Raises:
            StorageError: as `change`.
        """
        servers = self.current.servers
        if choice is not None:
            others = (known for known in servers if known.url != choice.url)
            servers = (choice, *others)[:LARGEST_SERVERS]
        await self.change(server=choice, servers=servers, is_set_up=True)

    async def forget_server(self, choice: ServerChoice) -> None:
        """Know a server no more.

        Raises:
            StorageError: as `change`.
        """
        servers = tuple(known for known in self.current.servers if known != choice)
        await self.change(servers=servers)
