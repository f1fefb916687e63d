"""The settings as the window changes them: in force at once, kept in the background."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from disco_desktop.app.observable import Observable

if TYPE_CHECKING:
    from disco_desktop.app.settings import ServerChoice, Settings, SettingsFile

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
