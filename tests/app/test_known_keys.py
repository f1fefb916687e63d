"""Keys that a person has compared: kept, found again, and never taken for confirmed by mistake."""

from __future__ import annotations

import asyncio

import pytest

from disco_desktop.app.training.known_keys import LONGEST_NAME, KnownKeys
from disco_desktop.engine.errors import StorageError

ONE, OTHER = bytes([1] * 32), bytes([2] * 32)


async def test_what_was_compared_is_known_in_the_next_run(tmp_path):
    keys = KnownKeys(tmp_path / "home")
    assert keys.find("titanic", ONE) is None
    await keys.note("titanic", ONE, name="Geneva", verdict="confirmed")
    await keys.note("titanic", OTHER, name="Basel", verdict="refused")
    again = KnownKeys(tmp_path / "home")
    known = again.find("titanic", ONE)
    assert known is not None
    assert known == keys.find("titanic", ONE)
    assert (known.name, known.verdict) == ("Geneva", "confirmed")
    assert known.at.tzinfo is not None
    refused = again.find("titanic", OTHER)
    assert refused is not None
    assert refused.verdict == "refused"


async def test_a_key_is_known_in_its_task_alone(tmp_path):
    keys = KnownKeys(tmp_path)
    await keys.note("titanic", ONE, name="Geneva", verdict="confirmed")
    assert keys.find("mnist", ONE) is None
    assert keys.absent("mnist", []) == []


async def test_what_is_forgotten_is_gone_from_the_disk_too(tmp_path):
    keys = KnownKeys(tmp_path)
    await keys.note("titanic", ONE, name="Geneva", verdict="confirmed")
    await keys.forget("titanic", ONE)
    await keys.forget("titanic", OTHER)
    assert keys.find("titanic", ONE) is None
    assert KnownKeys(tmp_path).find("titanic", ONE) is None


async def test_confirmed_keys_that_nobody_has_now(tmp_path):
    keys = KnownKeys(tmp_path)
    await keys.note("titanic", ONE, name="Geneva", verdict="confirmed")
    await keys.note("titanic", OTHER, name="Basel", verdict="refused")
    assert [known.name for known in keys.absent("titanic", [OTHER])] == ["Geneva"]
    assert keys.absent("titanic", [ONE, OTHER]) == []


async def test_a_name_has_one_confirmed_key(tmp_path):
    keys = KnownKeys(tmp_path)
    await keys.note("titanic", ONE, name="Geneva", verdict="confirmed")
    await keys.note("titanic", OTHER, name="Geneva", verdict="confirmed")
    assert keys.find("titanic", ONE) is None
    assert keys.find("titanic", OTHER) is not None
    await keys.note("titanic", ONE, name="Geneva", verdict="refused")
    assert keys.find("titanic", OTHER) is not None


async def test_changes_are_told_and_the_last_of_many_is_kept(tmp_path):
    keys, told = KnownKeys(tmp_path), []
    keys.observe(lambda: told.append(True))
    many = [bytes([number] * 32) for number in range(20)]
    await asyncio.gather(
        *(keys.note("titanic", key, name=key.hex(), verdict="confirmed") for key in many)
    )
    assert len(told) == 20
    again = KnownKeys(tmp_path)
    assert all(again.find("titanic", key) for key in many)


async def test_a_name_is_not_too_long(tmp_path):
    keys = KnownKeys(tmp_path)
    await keys.note("titanic", ONE, name="G" * 1_000, verdict="confirmed")
    known = KnownKeys(tmp_path).find("titanic", ONE)
    assert known is not None
    assert len(known.name) == LONGEST_NAME


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[1]",
        b"\xff",
        b'{"keys": [{"task": "titanic", "public_key": "AAAA", "name": "x", '
        b'"verdict": "confirmed", "at": "2026-01-01T00:00:00Z"}]}',
    ],
)
async def test_a_damaged_file_confirms_nothing_and_is_set_aside(tmp_path, content, expect_log):
    (tmp_path / "known_keys.json").write_bytes(content)
    expect_log("known keys cannot be read .* set aside as known_keys.damaged")
    keys = KnownKeys(tmp_path)
    assert keys.absent("titanic", []) == []
    assert (tmp_path / "known_keys.damaged").read_bytes() == content
    await keys.note("titanic", ONE, name="Geneva", verdict="confirmed")
    assert KnownKeys(tmp_path).find("titanic", ONE) is not None


async def test_what_cannot_be_kept_is_known_in_this_run(tmp_path):
    keys = KnownKeys(tmp_path / "home")
    (tmp_path / "home").write_text("a file where the folder should be")
    with pytest.raises(StorageError):
        await keys.note("titanic", ONE, name="Geneva", verdict="confirmed")
    assert keys.find("titanic", ONE) is not None


async def test_a_damaged_file_that_cannot_be_moved_confirms_nothing(tmp_path, expect_log):
    (tmp_path / "known_keys.json").write_bytes(b"{")
    (tmp_path / "known_keys.damaged").mkdir()  # nothing can take its place
    expect_log("known keys cannot be read")
    assert KnownKeys(tmp_path).absent("titanic", []) == []
    assert (tmp_path / "known_keys.json").read_bytes() == b"{"
