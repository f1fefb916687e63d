"""The store: what it has said is there after a crash, and what was not said leaves no trace."""

from __future__ import annotations

import os
import sqlite3
from typing import TYPE_CHECKING

import numpy as np
import pytest

from disco_desktop.engine.errors import StorageError
from disco_desktop.engine.messages import ModelReference
from disco_desktop.server.store import sqlite_store
from disco_desktop.server.store.schema import steps_from
from disco_desktop.server.store.sqlite_store import SqliteStore
from disco_desktop.server.store.store import ContributionRecord, RoomRecord, RoundClosing
from tests.server.running_server import task_with, weights_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from disco_desktop.server.store.store import TaskRecord

INITIAL = weights_of([1.0, -2.0, 0.5])
ANNA, BEN = "a" * 16, "b" * 16


class Folder:
    """A server's folder, opened again and again without ever being closed in order."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stores: list[SqliteStore] = []

    def open(self) -> SqliteStore:
        store = SqliteStore(self.path)
        self._stores.append(store)
        return store

    def close(self) -> None:
        for store in self._stores:
            store.close()

    @property
    def spooled(self) -> set[str]:
        return {path.name for path in (self.path / "contributions").iterdir()}

    @property
    def models(self) -> set[str]:
        return {path.name for path in (self.path / "models").iterdir()}


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    folder = Folder(tmp_path)
    yield folder
    folder.close()


def opened_room(store: SqliteStore) -> tuple[TaskRecord, RoomRecord]:
    task = store.add_task(task_with(), INITIAL)
    room = RoomRecord(task_digest=task.digest, session=1, rounds=3, round=0, model=task.initial)
    store.open_room(room)
    return task, room


def contributed(
    store: SqliteStore, room: RoomRecord, participant: str = ANNA, base_round: int = 0
) -> ContributionRecord:
    """Upload something and have it accepted."""
    store.spool(room, participant, base_round).write_bytes(b"values of " + participant.encode())
    record = ContributionRecord(
        participant=participant, base_round=base_round, samples=7, largest=0.1, digest="d" * 64
    )
    store.accept(room, record)
    return record


def close_round(
    store: SqliteStore, room: RoomRecord, *contributions: ContributionRecord, value: float
) -> RoomRecord:
    closing = RoundClosing(contributions=contributions, seconds=1.5)
    return store.close_round(room, weights_of([value, 0, 0]), closing)


# --- after a crash


def test_tasks_and_models(folder: Folder) -> None:
    task, _ = opened_room(folder.open())
    again = folder.open()
    assert again.tasks() == {task.task.id: task}
    loaded = again.load_model(task.initial, task.manifest)
    assert loaded.buffer.tobytes() == INITIAL.buffer.tobytes()
    assert again.model_path(task.initial.digest).read_bytes() == INITIAL.buffer.tobytes()


def test_a_changed_task_takes_the_old_ones_place(folder: Folder) -> None:
    store = folder.open()
    old, room = opened_room(store)
    new = store.add_task(task_with(round_cutoff=3), weights_of([9.0]))
    again = folder.open()
    assert again.tasks() == {new.task.id: new}
    assert again.room(old.digest) == room
    assert again.room(new.digest) is None


def test_rooms_and_who_is_present(folder: Folder) -> None:
    store = folder.open()
    task, room = opened_room(store)
    store.set_present(room, ANNA, True)
    store.set_present(room, ANNA, True)
    store.set_present(room, BEN, True)
    store.set_present(room, BEN, False)
    store.open_room(
        RoomRecord(task_digest=task.digest, session=2, rounds=3, round=0, model=task.initial)
    )
    again = folder.open()
    assert again.room(task.digest, 1) == room
    assert again.room(task.digest).session == 2
    assert again.room(task.digest, 3) is None
    assert again.present(room) == {ANNA}


def test_contributions(folder: Folder) -> None:
    store = folder.open()
    _, room = opened_room(store)
    records = [contributed(store, room, participant) for participant in (BEN, ANNA)]
    again = folder.open()
    assert again.contributions(room) == records[::-1]
    assert again.contribution_path(room, records[0]).read_bytes() == b"values of " + BEN.encode()
    assert again.counts_in(room, ANNA, 0) == 1
    assert again.counts_in(room, ANNA, 1) is None
    assert again.counts_in(room, "c" * 16, 0) is None


def test_closed_rounds(folder: Folder) -> None:
    store = folder.open()
    task, room = opened_room(store)
    record = contributed(store, room)
    after = close_round(store, room, record, value=4)
    again = folder.open()
    assert again.room(task.digest) == after
    assert after.round == 1
    assert again.contributions(after) == []
    assert again.counts_in(after, ANNA, 0) == 1
    (closed,) = again.rounds(after)
    assert (closed.round, closed.model, closed.contributions) == (1, after.model, (record,))
    assert closed.contributors == {ANNA}
    assert again.load_model(after.model, task.manifest).buffer.tolist() == [4, 0, 0]


def test_what_counts_in_which_round_does_not_change(folder: Folder) -> None:
    store = folder.open()
    _, room = opened_room(store)
    for number in range(3):
        record = contributed(store, room, base_round=number)
        assert store.counts_in(room, ANNA, number) == number + 1
        assert store.contributed(room, ANNA) == number
        assert store.contributed(room, BEN) is None
        room = close_round(store, room, record, value=number)
    assert [store.counts_in(room, ANNA, number) for number in range(3)] == [1, 2, 3]
    assert room.is_finished


# --- what did not happen leaves no trace


def test_the_same_contribution_twice(folder: Folder) -> None:
    store = folder.open()
    _, room = opened_room(store)
    record = contributed(store, room)
    spooled = store.spool(room, ANNA, 0)
    spooled.write_bytes(b"others")
    with pytest.raises(StorageError):
        store.accept(room, record)
    assert store.contributions(room) == [record]


@pytest.mark.parametrize("table", ["contributions", "rounds", "models"])
def test_a_transaction_that_fails_half_way(folder: Folder, table: str) -> None:
    """A row that cannot be written: everything is as before, and works once it can be."""
    store = folder.open()
    task, room = opened_room(store)
    record = contributed(store, room)
    with sqlite3.connect(folder.path / "server.sqlite") as other:
        other.execute(
            f"CREATE TRIGGER broken BEFORE INSERT ON {table}"
            " BEGIN SELECT raise(ABORT, 'broken'); END"
        )
    other.close()
    before = folder.spooled, folder.models
    store.spool(room, BEN, 0).write_bytes(b"whole")
    if table == "contributions":
        with pytest.raises(StorageError):
            contributed(store, room, BEN)
        assert folder.spooled == before[0] | {store.spool(room, BEN, 0).name}
    else:
        with pytest.raises(StorageError):
            close_round(store, room, record, value=5)
        assert folder.models == before[1]
    assert store.contributions(room) == [record]
    assert store.room(task.digest) == room
    with sqlite3.connect(folder.path / "server.sqlite") as other:
        other.execute("DROP TRIGGER broken")
    other.close()
    contributed(store, room, BEN)
    assert close_round(store, room, record, value=5).round == 1


def test_an_upload_can_be_accepted_after_it_could_not(folder: Folder) -> None:
    store = folder.open()
    _, room = opened_room(store)
    spooled = store.spool(room, ANNA, 0)
    spooled.write_bytes(b"whole")
    record = ContributionRecord(
        participant=ANNA, base_round=0, samples=1, largest=1.0, digest="d" * 64
    )
    with sqlite3.connect(folder.path / "server.sqlite", isolation_level=None) as other:
        store._rows.execute("PRAGMA busy_timeout = 1")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError) as caught:
            store.accept(room, record)
        other.execute("ROLLBACK")
    other.close()
    assert caught.value.code == "server_storage"
    assert spooled.read_bytes() == b"whole"
    store.accept(room, record)
    assert store.contributions(room) == [record]


# --- what is left over


def test_leftovers_are_swept(folder: Folder) -> None:
    store = folder.open()
    task, room = opened_room(store)
    record = contributed(store, room)
    unfinished = store.spool(room, BEN, 0)
    unfinished.write_bytes(b"as far as it came")
    kept = {unfinished.name, store.contribution_path(room, record).name}
    for name in ("x.part", f"{'0' * 16}-1-{ANNA}-0.part", f"{'0' * 16}-1-{ANNA}-0"):
        (folder.path / "contributions" / name).write_bytes(b"left over")
    for name in ("0" * 64, ".0123456789abcdef.new"):
        (folder.path / "models" / name).write_bytes(b"left over")
    folder.open()
    assert folder.spooled == kept
    assert folder.models == {task.initial.digest}


def test_a_crash_between_file_and_row(folder: Folder) -> None:
    """The file has its name and no row: nobody was told, so it is sent again."""
    store = folder.open()
    _, room = opened_room(store)
    (folder.path / "contributions" / store.spool(room, ANNA, 0).stem).write_bytes(b"whole")
    again = folder.open()
    assert again.contributions(room) == []
    assert folder.spooled == set()
    contributed(again, room)


def test_what_is_no_longer_needed(folder: Folder) -> None:
    store = folder.open()
    task, room = opened_room(store)
    models = [task.initial.digest]
    for number in range(3):
        record = contributed(store, room, base_round=number)
        store.spool(room, BEN, number).write_bytes(b"unfinished")
        before, room = room, close_round(store, room, record, value=number + 10)
        models.append(room.model.digest)
        store.forget_round(before, (record,), too_late=number)
        assert folder.spooled == set()
    assert folder.models == set(models)  # the first one is the task's; three are kept
    second = RoomRecord(task_digest=task.digest, session=2, rounds=9, round=0, model=room.model)
    store.open_room(second)
    for number in range(5):
        before, second = second, close_round(store, second, value=number + 20)
        store.forget_round(before, (), too_late=number)
    kept = {task.initial.digest, models[-1], second.model.digest}
    assert kept < folder.models  # of the first session only what came of it
    assert len(folder.models) == 1 + 1 + 3
    folder.open()
    assert len(folder.models) == 1 + 1 + 3


def test_uploads_that_may_still_count_stay(folder: Folder) -> None:
    store = folder.open()
    _, room = opened_room(store)
    for number in range(3):
        store.spool(room, BEN, number).write_bytes(b"unfinished")
    store.forget_round(room, (), too_late=0)
    assert folder.spooled == {store.spool(room, BEN, number).name for number in (1, 2)}
    store.discard(room, ANNA)
    assert len(folder.spooled) == 2
    store.discard(room, BEN)
    assert folder.spooled == set()


def test_a_contribution_is_taken_back(folder: Folder) -> None:
    store = folder.open()
    _, room = opened_room(store)
    record = contributed(store, room)
    store.drop(room, record)
    assert store.contributions(room) == []
    assert folder.spooled == set()
    assert store.counts_in(room, ANNA, 0) is None
    contributed(store, room)


# --- decentralized sessions


def test_an_agreed_model_is_known_and_not_kept(folder: Folder) -> None:
    store = folder.open()
    task, room = opened_room(store)
    started = store.begin_attempt(store.begin_attempt(room, 1), 2)
    assert started.attempt == 2
    assert folder.open().room(task.digest) == started
    model = ModelReference(digest="a1" * 32, size=12)
    parts = tuple(
        ContributionRecord(participant=who, base_round=0, samples=7, largest=0.0, digest="")
        for who in (ANNA, BEN)
    )
    after = store.agree(started, model, RoundClosing(contributions=parts, seconds=2.5))
    assert after == RoomRecord(
        task_digest=task.digest, session=1, rounds=3, round=1, model=model, attempt=0
    )
    again = folder.open()
    assert again.room(task.digest) == after
    (closed,) = again.rounds(after)
    assert (closed.round, closed.model, closed.seconds) == (1, model, 2.5)
    assert closed.contributions == parts
    assert again.contributed(after, ANNA) == 0
    assert again.contributed(after, "c" * 16) is None
    assert again.contributions(after) == []
    assert again.model_pieces(model.digest) is None
    again.forget_round(after, (), too_late=0)
    assert folder.models == {task.initial.digest}


# --- older versions


_ROOMS_OF_VERSION_1 = """
CREATE TABLE rooms (
    task_digest TEXT NOT NULL, session INTEGER NOT NULL, rounds INTEGER NOT NULL,
    round INTEGER NOT NULL, model TEXT NOT NULL REFERENCES models (digest),
    PRIMARY KEY (task_digest, session)
)
"""


def as_version_1(database: Path) -> None:
    """Make the tables what the first version wrote: it knew models that it kept alone."""
    with sqlite3.connect(database) as rows:
        rooms = rows.execute("SELECT task_digest, session, rounds, round, model FROM rooms")
        kept = rooms.fetchall()
        rows.execute("DROP TABLE rooms")
        rows.execute(_ROOMS_OF_VERSION_1)
        rows.executemany("INSERT INTO rooms VALUES (?, ?, ?, ?, ?)", kept)
        rows.execute("PRAGMA user_version = 1")
    rows.close()


def test_the_first_version_is_migrated_without_loss(folder: Folder) -> None:
    store = folder.open()
    task, room = opened_room(store)
    record = contributed(store, room)
    store.set_present(room, BEN, True)
    first = close_round(store, room, record, value=3)
    pending = contributed(store, first, BEN, 1)
    second = RoomRecord(task_digest=task.digest, session=2, rounds=9, round=0, model=first.model)
    store.open_room(second)
    store.close()
    as_version_1(folder.path / "server.sqlite")
    for _start in range(2):
        again = folder.open()
        assert again.tasks() == {task.task.id: task}
        assert again.room(task.digest, 1) == first
        assert again.room(task.digest) == second
        assert again.present(room) == {BEN}
        assert again.contributions(first) == [pending]
        assert again.rounds(first)[0].contributions == (record,)
        loaded = again.load_model(first.model, task.manifest)
        assert loaded.buffer.tolist() == [3, 0, 0]
    assert again.begin_attempt(second, 1).attempt == 1


def test_a_migration_that_is_cut_changes_nothing(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = folder.open()
    task, room = opened_room(store)
    store.close()
    as_version_1(folder.path / "server.sqlite")
    with monkeypatch.context() as cut:
        steps = (*steps_from(1), "SELECT 1 FROM nowhere")
        cut.setattr(sqlite_store, "steps_from", lambda version: steps)
        with pytest.raises(StorageError):
            folder.open()
    assert folder.open().room(task.digest) == room


# --- damage


@pytest.mark.parametrize("damage", ["flipped", "shorter", "longer", "empty", "gone"])
def test_a_damaged_model(folder: Folder, damage: str) -> None:
    store = folder.open()
    task, _ = opened_room(store)
    path = store.model_path(task.initial.digest)
    content = bytearray(path.read_bytes())
    if damage == "gone":
        path.unlink()
    else:
        content[5] ^= 1
        path.write_bytes(
            {
                "flipped": content,
                "shorter": content[:-4],
                "longer": content + bytes(4),
                "empty": b"",
            }[damage]
        )
    with pytest.raises(StorageError) as caught:
        folder.open().load_model(task.initial, task.manifest)
    assert caught.value.code == ("server_storage" if damage == "gone" else "server_model_damaged")


@pytest.mark.parametrize("version", [4, 99])
def test_data_of_another_version_are_left_alone(folder: Folder, version: int) -> None:
    opened_room(folder.open())
    with sqlite3.connect(folder.path / "server.sqlite") as rows:
        rows.execute(f"PRAGMA user_version = {version}")
    rows.close()
    leftover = folder.path / "models" / "newer"
    leftover.write_bytes(b"of the newer version")
    with pytest.raises(StorageError) as caught:
        folder.open()
    assert caught.value.code == "server_storage_version"
    assert caught.value.arguments["version"] == version
    assert leftover.exists()


def test_what_is_no_database(folder: Folder) -> None:
    (folder.path / "server.sqlite").write_bytes(os.urandom(10_000))
    with pytest.raises(StorageError) as caught:
        folder.open()
    assert caught.value.code == "server_storage"


def test_the_same_model_dropped_and_written_again(folder: Folder) -> None:
    """A model that comes back with the same bits has its file, and its row."""
    store = folder.open()
    task, room = opened_room(store)
    for number in range(40):
        before, room = room, close_round(store, room, value=number % 5)
        store.forget_round(before, (), too_late=number)
        for closed in store.rounds(room)[-3:]:
            assert np.isfinite(store.load_model(closed.model, task.manifest).buffer).all()
