"""The store of a server on one machine: SQLite for rows, files for bulk."""

from __future__ import annotations

import dataclasses
import os
import sqlite3
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from disco_desktop.engine.durable_files import private_folder, sync_folder
from disco_desktop.engine.errors import StorageError
from disco_desktop.engine.messages import ModelReference
from disco_desktop.engine.task.task import decode_task, encode_task
from disco_desktop.engine.weights.codec import encode
from disco_desktop.engine.weights.manifest import Manifest
from disco_desktop.engine.weights.pieces import content_digest, digest_pieces, piece_digest, pieces
from disco_desktop.engine.weights.weights import Weights
from disco_desktop.server.store.schema import (
    SCHEMA_VERSION,
    TABLES_OF_ROOMS,
    run_steps,
    steps_from,
)
from disco_desktop.server.store.store import (
    ContributionRecord,
    RoomRecord,
    RoundClosing,
    RoundRecord,
    Store,
    TaskRecord,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from disco_desktop.engine.task.task import Task

_CONTRIBUTION = "participant, base_round, samples, largest, digest"
_ROOM = "SELECT session, rounds, round, model, size, attempt FROM rooms"


class SqliteStore(Store):
    """Rows in one SQLite database (write-ahead log, synchronous), models and uploads beside it.

    A file is written and synced before the row that names it is committed, and deleted after the
    row is gone; what a crash leaves over is swept up at the next start. Several threads may call.
    """

    def __init__(self, folder: Path) -> None:
        self._models = folder / "models"
        self._spool = folder / "contributions"
        self._lock = threading.RLock()
        with _told(folder):
            private_folder(folder)
            private_folder(self._models)
            private_folder(self._spool)
            self._rows = sqlite3.connect(
                folder / "server.sqlite", isolation_level=None, check_same_thread=False, timeout=10
            )
            try:
                self._prepare()
            except BaseException:
                self._rows.close()
                raise

    def _prepare(self) -> None:
        (version,) = self._rows.execute("PRAGMA user_version").fetchone()
        steps = steps_from(version)
        if steps is None:
            raise StorageError("server_storage_version", version=version, known=SCHEMA_VERSION)
        self._rows.execute("PRAGMA journal_mode = WAL")
        self._rows.execute("PRAGMA synchronous = FULL")
        with self._transaction():
            if version != SCHEMA_VERSION:
                run_steps(self._rows, steps)
            self._renew_digests()
        self._sweep()

    def _renew_digests(self) -> None:
        """Call tasks, and what is kept of their rooms, by the digests that this version gives them.

        A version that knows more about tasks than the one that wrote them gives other digests, and
        would not find their rooms. Files get their names first: after a crash in between, they
        have them, and the rows follow at the next start.
        """
        for task_id, old, content in self._rows.execute(
            "SELECT id, digest, task FROM tasks"
        ).fetchall():
            task = decode_task(content)
            if task.digest == old:
                continue
            for path in self._spool.glob(f"{old[:16]}-*"):
                path.replace(path.with_name(task.digest[:16] + path.name[16:]))
            sync_folder(self._spool)
            for table in TABLES_OF_ROOMS:
                self._rows.execute(
                    f"UPDATE OR IGNORE {table} SET task_digest = ? WHERE task_digest = ?",  # noqa: S608
                    (task.digest, old),
                )
            self._rows.execute(
                "UPDATE tasks SET digest = ?, task = ? WHERE id = ?",
                (task.digest, encode_task(task), task_id),
            )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock:
            self._rows.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._rows.execute("COMMIT")
            except BaseException:
                # A full disk may have rolled it back already, or have left it open at the commit.
                if self._rows.in_transaction:
                    self._rows.execute("ROLLBACK")
                raise

    def _select(self, query: str, *arguments: str | int) -> list[tuple]:  # type: ignore[type-arg]
        with self._lock, _told(self._models):
            return self._rows.execute(query, arguments).fetchall()

    # --- tasks

    def add_task(self, task: Task, initial: Weights) -> TaskRecord:
        """Offer a task with its first model. One of the same id takes the place of the old one."""
        digest, manifest = task.digest, msgspec.json.encode(initial.manifest)
        with self._kept_model(initial) as model:
            self._rows.execute(
                "INSERT OR REPLACE INTO tasks VALUES (?, ?, ?, ?, ?)",
                (task.id, digest, encode_task(task), manifest, model.digest),
            )
        return TaskRecord(task=task, digest=digest, manifest=initial.manifest, initial=model)

    def tasks(self) -> dict[str, TaskRecord]:
        """Return the tasks on offer, by id."""
        rows = self._select(
            "SELECT task, tasks.digest, manifest, models.digest, size"
            " FROM tasks JOIN models ON model = models.digest ORDER BY id"
        )
        records = [
            TaskRecord(
                task=decode_task(task),
                digest=digest,
                manifest=msgspec.json.decode(manifest, type=Manifest),
                initial=ModelReference(digest=model, size=size),
            )
            for task, digest, manifest, model, size in rows
        ]
        return {record.task.id: record for record in records}

    # --- rooms

    def room(self, task_digest: str, session: int | None = None) -> RoomRecord | None:
        """Return a task's room: of one session, or the latest."""
        which = "" if session is None else " AND session = ?"
        arguments = (task_digest,) if session is None else (task_digest, session)
        rows = self._select(
            f"{_ROOM} WHERE task_digest = ?{which} ORDER BY session DESC LIMIT 1", *arguments
        )
        if not rows:
            return None
        number, rounds, round_, digest, size, attempt = rows[0]
        return RoomRecord(
            task_digest=task_digest,
            session=number,
            rounds=rounds,
            round=round_,
            model=ModelReference(digest=digest, size=size),
            attempt=attempt,
        )

    def open_room(self, room: RoomRecord) -> None:
        """Begin a session."""
        with _told(self._models), self._transaction():
            self._rows.execute(
                "INSERT INTO rooms VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    *(room.task_digest, room.session, room.rounds, room.round),
                    *(room.model.digest, room.model.size, room.attempt),
                ),
            )

    def present(self, room: RoomRecord) -> frozenset[str]:
        """Return the participants that were there when the room was last heard of."""
        rows = self._select(
            "SELECT participant FROM present WHERE task_digest = ? AND session = ?",
            room.task_digest,
            room.session,
        )
        return frozenset(participant for (participant,) in rows)

    def set_present(self, room: RoomRecord, participant: str, is_present: bool) -> None:
        """Note that a participant joined or left."""
        statement = (
            "INSERT OR IGNORE INTO present VALUES (?, ?, ?)"
            if is_present
            else "DELETE FROM present WHERE task_digest = ? AND session = ? AND participant = ?"
        )
        with _told(self._models), self._transaction():
            self._rows.execute(statement, (room.task_digest, room.session, participant))

    # --- contributions

    def spool(self, room: RoomRecord, participant: str, base_round: int) -> Path:
        """Return where the bytes of an upload go."""
        return self._spool / f"{_key(room)}-{participant}-{base_round}.part"

    def _contribution_path(self, room: RoomRecord, participant: str, base_round: int) -> Path:
        return self._spool / f"{_key(room)}-{participant}-{base_round}"

    def contribution_path(self, room: RoomRecord, contribution: ContributionRecord) -> Path:
        """Return the file with the values of an acknowledged contribution."""
        return self._contribution_path(room, contribution.participant, contribution.base_round)

    def accept(self, room: RoomRecord, contribution: ContributionRecord) -> None:
        """Make a whole upload, which is synced, a contribution: its file first, then its row."""
        spooled = self.spool(room, contribution.participant, contribution.base_round)
        kept = self.contribution_path(room, contribution)
        with _told(spooled):
            spooled.replace(kept)
            try:
                sync_folder(self._spool)
                with self._transaction():
                    self._rows.execute(
                        "INSERT INTO contributions VALUES (?, ?, ?, ?, ?, ?, ?, NULL)",
                        (room.task_digest, room.session, *dataclasses.astuple(contribution)),
                    )
            except BaseException:
                kept.replace(spooled)  # so that it can be acknowledged later
                raise

    def contributions(self, room: RoomRecord) -> list[ContributionRecord]:
        """Return the contributions that are acknowledged and not yet in a model."""
        return self._counted(room, "IS NULL")

    def _counted(self, room: RoomRecord, condition: str) -> list[ContributionRecord]:
        rows = self._select(
            f"SELECT {_CONTRIBUTION} FROM contributions WHERE task_digest = ? AND session = ?"  # noqa: S608
            f" AND counted_in {condition} ORDER BY participant, base_round",
            room.task_digest,
            room.session,
        )
        return [_contribution(*row) for row in rows]

    def counts_in(self, room: RoomRecord, participant: str, base_round: int) -> int | None:
        """Return the round whose model an acknowledged contribution is part of, or will be."""
        rows = self._select(
            "SELECT coalesce(counted_in, round + 1)"
            " FROM contributions JOIN rooms USING (task_digest, session)"
            " WHERE task_digest = ? AND session = ? AND participant = ? AND base_round = ?",
            room.task_digest,
            room.session,
            participant,
            base_round,
        )
        return rows[0][0] if rows else None

    def contributed(self, room: RoomRecord, participant: str) -> int | None:
        """Return the base round of somebody's latest acknowledged contribution, if there is one."""
        latest: int | None
        ((latest,),) = self._select(
            "SELECT max(base_round) FROM contributions"
            " WHERE task_digest = ? AND session = ? AND participant = ?",
            room.task_digest,
            room.session,
            participant,
        )
        return latest

    def drop(self, room: RoomRecord, contribution: ContributionRecord) -> None:
        """Take back a contribution whose values are lost, so that it can be sent again."""
        path = self.contribution_path(room, contribution)
        with _told(path):
            with self._transaction():
                self._rows.execute(
                    "DELETE FROM contributions WHERE task_digest = ? AND session = ?"
                    " AND participant = ? AND base_round = ? AND counted_in IS NULL",
                    (
                        room.task_digest,
                        room.session,
                        contribution.participant,
                        contribution.base_round,
                    ),
                )
            path.unlink(missing_ok=True)

    # --- rounds

    def close_round(self, room: RoomRecord, weights: Weights, closed: RoundClosing) -> RoomRecord:
        """Keep the next model and count its contributions, all or nothing."""
        place = (room.task_digest, room.session)
        with self._kept_model(weights) as model:
            after = self._round_closed(room, model, closed.seconds)
            self._rows.executemany(
                "UPDATE contributions SET counted_in = ? WHERE task_digest = ? AND session = ?"
                " AND participant = ? AND base_round = ?",
                [
                    (after.round, *place, contribution.participant, contribution.base_round)
                    for contribution in closed.contributions
                ],
            )
        return after

    def _round_closed(self, room: RoomRecord, model: ModelReference, seconds: float) -> RoomRecord:
        """Enter a round's end, within a transaction."""
        place = (room.task_digest, room.session)
        after = dataclasses.replace(room, round=room.round + 1, model=model, attempt=0)
        self._rows.execute(
            "UPDATE rooms SET round = ?, model = ?, size = ?, attempt = 0"
            " WHERE task_digest = ? AND session = ?",
            (after.round, model.digest, model.size, *place),
        )
        self._rows.execute(
            "INSERT INTO rounds VALUES (?, ?, ?, ?, ?, ?)",
            (*place, after.round, model.digest, model.size, seconds),
        )
        return after

    def begin_attempt(self, room: RoomRecord, attempt: int) -> RoomRecord:
        """Note that an attempt's number is used, before anybody is told of it."""
        with _told(self._models), self._transaction():
            self._rows.execute(
                "UPDATE rooms SET attempt = ? WHERE task_digest = ? AND session = ?",
                (attempt, room.task_digest, room.session),
            )
        return dataclasses.replace(room, attempt=attempt)

    def agree(self, room: RoomRecord, model: ModelReference, closed: RoundClosing) -> RoomRecord:
        """Note which model the participants made and keep, and who is part of it."""
        with _told(self._models), self._transaction():
            after = self._round_closed(room, model, closed.seconds)
            self._rows.executemany(
                "INSERT INTO contributions VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        *(room.task_digest, room.session),
                        *(*dataclasses.astuple(contribution), after.round),
                    )
                    for contribution in closed.contributions
                ],
            )
        return after

    def rounds(self, room: RoomRecord) -> list[RoundRecord]:
        """Return the rounds that have closed, in order."""
        rows = self._select(
            "SELECT round, model, size, seconds FROM rounds"
            " WHERE task_digest = ? AND session = ? ORDER BY round",
            room.task_digest,
            room.session,
        )
        return [
            RoundRecord(
                round=round_,
                model=ModelReference(digest=digest, size=size),
                contributions=tuple(self._counted(room, f"= {int(round_)}")),
                seconds=seconds,
            )
            for round_, digest, size, seconds in rows
        ]

    # --- models

    def model_path(self, digest: str) -> Path:
        """Return the file of a model: its values as little-endian float32, nothing else."""
        return self._models / digest

    def model_pieces(self, digest: str) -> bytes | None:
        """Return the digests of a model's pieces, or nothing where no such model is kept."""
        rows = self._select("SELECT pieces FROM models WHERE digest = ?", digest)
        return rows[0][0] if rows else None

    def load_model(self, model: ModelReference, manifest: Manifest) -> Weights:
        """Read a model back, and check every bit of it."""
        path = self.model_path(model.digest)
        with _told(path):
            buffer = np.fromfile(path, "<f4").astype(np.float32, copy=False)
        if content_digest(digest_pieces(encode(buffer, "fp32"))) != model.digest:
            raise StorageError("server_model_damaged", file=str(path))
        return Weights(manifest, buffer)

    @contextmanager
    def _kept_model(self, weights: Weights) -> Iterator[ModelReference]:
        """Write a model, and enter its row in one transaction with what the block enters.

        The file gets its name under the lock: else somebody who drops the same model at this
        moment could take the file away after its row is there.
        """
        beside = self._models / f".{os.urandom(8).hex()}.new"
        with _told(self._models):
            try:
                model, model_pieces = self._write_beside(beside, weights)
                name = self.model_path(model.digest)
                with self._lock, self._named(beside, name), self._transaction():
                    self._rows.execute(
                        "INSERT OR IGNORE INTO models VALUES (?, ?, ?)",
                        (model.digest, model.size, model_pieces),
                    )
                    yield model
            except BaseException:
                beside.unlink(missing_ok=True)
                raise

    def _write_beside(self, beside: Path, weights: Weights) -> tuple[ModelReference, bytes]:
        content = encode(weights.buffer, "fp32")
        digests = bytearray()
        with beside.open("xb") as file:
            for piece in pieces(content):
                digests += piece_digest(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        digest = content_digest(bytes(digests))
        return ModelReference(digest=digest, size=len(content)), bytes(digests)

    @contextmanager
    def _named(self, beside: Path, path: Path) -> Iterator[None]:
        """Give a file its name, and take it away again where the block fails."""
        is_new = not path.exists()
        beside.replace(path)
        try:
            sync_folder(path.parent)
            yield
        except BaseException:
            if is_new:
                path.unlink(missing_ok=True)
            raise

    # --- what is no longer needed

    def discard(self, room: RoomRecord, participant: str) -> None:
        """Delete what came of a participant's unfinished uploads."""
        with _told(self._spool):
            for unfinished in self._spool.glob(f"{_key(room)}-{participant}-*.part"):
                unfinished.unlink(missing_ok=True)

    def forget_round(
        self, room: RoomRecord, contributions: tuple[ContributionRecord, ...], *, too_late: int
    ) -> None:
        """Delete what is needed no longer, once a round has closed."""
        with _told(self._spool):
            for contribution in contributions:
                self.contribution_path(room, contribution).unlink(missing_ok=True)
            for unfinished in self._spool.glob(f"{_key(room)}-*.part"):
                if int(unfinished.stem.rpartition("-")[2]) <= too_late:
                    unfinished.unlink(missing_ok=True)
        self._drop_models()

    def _drop_models(self) -> None:
        """Keep the models of tasks and rooms, and the two before of each task's latest room.

        Those are for late downloads. Whoever is still in a room of the past needs its last one.
        """
        with _told(self._models), self._lock:
            with self._transaction():
                needless = self._rows.execute(
                    "DELETE FROM models WHERE digest NOT IN (SELECT model FROM tasks)"
                    " AND digest NOT IN (SELECT model FROM rooms)"
                    " AND digest NOT IN (SELECT rounds.model FROM rounds JOIN rooms"
                    "   USING (task_digest, session) WHERE rounds.round > rooms.round - 3"
                    "   AND session = (SELECT max(session) FROM rooms AS latest"
                    "     WHERE latest.task_digest = rounds.task_digest))"
                    " RETURNING digest"
                ).fetchall()
            for (digest,) in needless:
                self.model_path(digest).unlink(missing_ok=True)

    def _sweep(self) -> None:
        """Delete what a crash left over: files that no row names, and unfinished writes."""
        models = {digest for (digest,) in self._select("SELECT digest FROM models")}
        for path in self._models.iterdir():
            if path.name not in models:
                path.unlink(missing_ok=True)
        pending = self._select(
            "SELECT task_digest, session, participant, base_round FROM contributions"
            " WHERE counted_in IS NULL"
        )
        kept = {f"{_room_key(task, session)}-{who}-{base}" for task, session, who, base in pending}
        open_rooms = self._select("SELECT task_digest, session FROM rooms WHERE round < rounds")
        unfinished = {_room_key(task, session) for task, session in open_rooms}
        for path in self._spool.iterdir():
            is_needed = (
                path.stem.rsplit("-", 2)[0] in unfinished
                if path.suffix == ".part"
                else path.name in kept
            )
            if not is_needed:
                path.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of everything."""
        with self._lock:
            self._rows.close()


def _contribution(
    participant: str, base_round: int, samples: int, largest: float, digest: str
) -> ContributionRecord:
    return ContributionRecord(
        participant=participant,
        base_round=base_round,
        samples=samples,
        largest=largest,
        digest=digest,
    )


def _key(room: RoomRecord) -> str:
    return _room_key(room.task_digest, room.session)


def _room_key(task_digest: str, session: int) -> str:
    return f"{task_digest[:16]}-{session}"


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turn what the system says into an error that a person can be told about."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise StorageError("server_storage", file=str(path), detail=repr(error)) from error
