"""Each picture is decoded once, and never shown as it was before it changed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from disco_desktop.engine.cache_folder import cache_folder, cached_files
from disco_desktop.engine.dataset.images import pictures as pictures_module
from disco_desktop.engine.dataset.images.picture_cache import PictureCache
from disco_desktop.engine.dataset.images.picture_files import find_pictures
from disco_desktop.engine.dataset.images.pictures import Pictures, load_pictures
from disco_desktop.engine.dataset.watcher import NOBODY
from disco_desktop.engine.errors import StorageError
from tests.engine.dataset.images.conftest import data_of, picture

if TYPE_CHECKING:
    from collections.abc import Callable

CHECKOUT = Path(__file__).resolve().parents[4]


def load(folder: Path, **changes: object) -> Pictures:
    found = find_pictures(folder)
    return load_pictures(folder, found.files, data_of(**changes), watcher=NOBODY)


def image(pictures: Pictures, place: int) -> np.ndarray:
    return pictures.pixels[pictures.places[place]]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Paths of the files that were decoded, in any order."""
    paths: list[str] = []
    real = pictures_module._read

    def read(root, place, file, data):
        paths.append(file.path)
        return real(root, place, file, data)

    monkeypatch.setattr(pictures_module, "_read", read)
    return paths


@pytest.fixture
def folder(tmp_path: Path, fill: Callable[..., Path]) -> Path:
    return fill(tmp_path / "pictures", 70)


def entries() -> list[Path]:
    return sorted(cache_folder("pictures").iterdir())


def test_pictures_are_decoded_once_and_mapped_from_a_file(folder: Path, opened: list[str]) -> None:
    first = load(folder)
    assert len(opened) == 70
    second = load(folder)
    assert len(opened) == 70
    assert isinstance(second.pixels, np.memmap)
    assert np.array_equal(first.pixels, second.pixels)
    for place in (0, 69):
        assert np.array_equal(image(second, place), np.asarray(picture(place)))


def test_only_what_changed_is_decoded_again(folder: Path, opened: list[str]) -> None:
    before = load(folder)
    opened.clear()
    picture(900).save(folder / "0003.png")
    os.utime(folder / "0004.png")  # touched, and the same
    picture(901).save(folder / "zzz.png")
    (folder / "0000.png").unlink()
    after = load(folder)
    assert sorted(opened) == ["0003.png", "0004.png", "zzz.png"]
    assert len(after.places) == 70
    assert np.array_equal(image(after, 2), np.asarray(picture(900)))
    assert np.array_equal(image(after, 3), np.asarray(picture(4)))
    assert np.array_equal(image(after, 69), np.asarray(picture(901)))
    assert np.array_equal(image(before, 3), np.asarray(picture(3)))  # still mapped
    assert len(entries()) == 1


def test_another_size_is_another_entry(folder: Path) -> None:
    load(folder)
    assert load(folder, height=20, width=24).pixels.shape[1:] == (20, 24, 3)
    load(folder, resize="crop")
    assert len(entries()) == 3
    assert len(load(folder).pixels) == 70


def test_equal_pictures_are_kept_once(folder: Path) -> None:
    shutil.copy(folder / "0001.png", folder / "copy.png")
    Image.open(folder / "0001.png").save(folder / "copy.bmp")
    found = load(folder)
    assert len(found.places) == 72
    assert len(found.pixels) == 70
    assert found.hashes[1] == found.hashes[70] == found.hashes[71]


def test_what_could_not_be_read_is_tried_again_each_time(
    folder: Path, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "broken.png").write_bytes(b"x")
    real = pictures_module.decode
    failing = np.asarray(picture(5)).tobytes()

    def decode(content, data):
        found = real(content, data)
        if found.pixels.tobytes() == failing:
            raise OSError("the network drive is away")
        return found

    with monkeypatch.context() as away:
        away.setattr(pictures_module, "decode", decode)
        found = load(folder)
    assert found.failures == {5: "pictures_not_opened", 70: "pictures_unreadable"}
    opened.clear()
    found = load(folder)
    assert sorted(opened) == ["0005.png", "broken.png"]
    assert found.failures == {70: "pictures_unreadable"}
    assert np.array_equal(image(found, 5), np.asarray(picture(5)))


@pytest.mark.parametrize("name", ["index.msgpack", "pixels.bin"])
def test_a_damaged_entry_is_made_anew(folder: Path, opened: list[str], name: str) -> None:
    load(folder)
    (entry,) = entries()
    content = (entry / name).read_bytes()
    (entry / name).write_bytes(content[: len(content) // 2])
    opened.clear()
    found = load(folder)
    assert len(opened) == 70
    assert np.array_equal(image(found, 7), np.asarray(picture(7)))


def test_a_deleted_cache_is_filled_again(folder: Path) -> None:
    load(folder)
    shutil.rmtree(cache_folder("pictures"))
    assert len(load(folder).pixels) == 70


def test_the_oldest_entries_go_when_there_are_too_many(
    tmp_path: Path, fill: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = 70 * 16 * 16 * 3
    monkeypatch.setitem(PictureCache.__init__.__kwdefaults__, "largest", 3 * one + one // 2)
    monkeypatch.setattr(pictures_module, "_MARGIN", 0)
    folders = [fill(tmp_path / str(number), 70, first=100 * number) for number in range(5)]
    for number, folder in enumerate(folders):
        load(folder)
        for entry in entries():  # their order in time, on any file system
            stat = entry.stat()
            os.utime(entry, ns=(stat.st_atime_ns, stat.st_mtime_ns - 10**9))
        if number == 2:
            load(folders[0])  # used again
    assert (
        sum(file.stat().st_size for file in cached_files(cache_folder("pictures")))
        <= 3 * one + one // 2
    )
    decoded: list[str] = []
    monkeypatch.setattr(
        pictures_module, "_read", lambda root, place, file, data: decoded.append(file.path)
    )
    load(folders[4])
    load(folders[0])
    assert decoded == []


def test_what_cannot_fit_is_refused_before_anything_is_decoded(
    folder: Path, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PictureCache, "room", lambda cache: (300 << 20) - 1)
    with pytest.raises(StorageError) as raised:
        load(folder, height=1024, width=1024)
    assert raised.value.code == "pictures_need_room"
    assert raised.value.arguments["needed_mib"] == 210
    assert opened == []


def test_a_full_disk_leaves_the_entry_before(
    folder: Path, limit_file_size: Callable[[int | None], None]
) -> None:
    load(folder)
    picture(900).save(folder / "0003.png")
    limit_file_size(20_000)
    with pytest.raises(StorageError) as raised:
        load(folder)
    assert raised.value.code == "cache_failed"
    limit_file_size(None)
    assert len(entries()) == 1
    assert np.array_equal(image(load(folder), 3), np.asarray(picture(900)))


def test_what_another_program_has_published_meanwhile_stays_until_the_next(folder: Path) -> None:
    cache = PictureCache(folder, data_of())
    ours, theirs = cache.begin(), cache.begin()
    cache.publish(theirs)
    assert cache.publish(ours).files == {}
    published = {entry.name for entry in entries()}
    assert published == {writer.folder.name.removeprefix(".new-") for writer in (ours, theirs)}
    cache.publish(cache.begin())
    assert len(entries()) == 1
    assert not published & {entry.name for entry in entries()}


_LOAD = """
import sys
from pathlib import Path
from tests.engine.dataset.images.test_picture_cache import load
found = load(Path(sys.argv[1]))
print(len(found.pixels), int(found.pixels.sum()))
"""


def test_processes_that_write_at_once_all_see_the_pictures(folder: Path) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", _LOAD, folder], stdout=subprocess.PIPE, text=True, cwd=CHECKOUT
        )
        for _ in range(3)
    ]
    printed = {process.communicate(timeout=60)[0] for process in processes}
    expected = load(folder)
    assert printed == {f"70 {int(expected.pixels.sum())}\n"}
    assert len([entry for entry in entries() if not entry.name.startswith(".")]) >= 1
    assert not [entry for entry in entries() if entry.name.startswith(".new-")]
