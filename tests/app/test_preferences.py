from __future__ import annotations

import asyncio

from disco_desktop.app.library.settings import (
    LARGEST_SERVERS,
    Preferences,
    ServerChoice,
    SettingsFile,
)

ONE = ServerChoice("https://one.example:8765", "ab" * 32)
TWO = ServerChoice("https://two.example:8765")


async def test_changes_are_told_and_kept_in_order(tmp_path):
    preferences = Preferences(SettingsFile(tmp_path))
    seen = []
    preferences.observe(lambda: seen.append(preferences.current.machine_share))
    await asyncio.gather(*(preferences.change(machine_share=share) for share in range(10, 60, 10)))
    assert seen == [10, 20, 30, 40, 50]
    assert SettingsFile(tmp_path).current.machine_share == 50


async def test_a_server_that_is_chosen_is_known_and_first(tmp_path):
    preferences = Preferences(SettingsFile(tmp_path))
    await preferences.choose_server(ONE)
    await preferences.choose_server(TWO)
    await preferences.choose_server(ONE)
    assert preferences.current.server == ONE
    assert preferences.current.servers == (ONE, TWO)
    assert preferences.current.is_set_up
    await preferences.choose_server(None)
    assert preferences.current.server is None
    assert preferences.current.servers == (ONE, TWO)
    await preferences.forget_server(ONE)
    assert SettingsFile(tmp_path).current.servers == (TWO,)


async def test_another_certificate_of_a_server_takes_the_place_of_the_first(tmp_path):
    preferences = Preferences(SettingsFile(tmp_path))
    await preferences.choose_server(ONE)
    other = ServerChoice(ONE.url, "cd" * 32)
    await preferences.choose_server(other)
    assert preferences.current.servers == (other,)


async def test_only_so_many_servers_are_known(tmp_path):
    preferences = Preferences(SettingsFile(tmp_path))
    for number in range(LARGEST_SERVERS + 5):
        await preferences.choose_server(ServerChoice(f"https://s{number}.example:1"))
    assert len(SettingsFile(tmp_path).current.servers) == LARGEST_SERVERS
