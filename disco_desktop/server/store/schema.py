"""The tables of a server's database, and how older ones become the present ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

SCHEMA_VERSION = 3

TABLES_OF_ROOMS = ("rooms", "present", "contributions", "rounds")

# A room's model has a row in `models` only where the server keeps it: in a decentralized session
# the participants do, and the server knows no more of it than digest and size.
_ROOMS = """
CREATE TABLE rooms (
    task_digest TEXT NOT NULL, session INTEGER NOT NULL, rounds INTEGER NOT NULL,
    round INTEGER NOT NULL, model TEXT NOT NULL, size INTEGER NOT NULL,
    attempt INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (task_digest, session)
)
"""
_SCHEMA = (
    """
CREATE TABLE models (digest TEXT PRIMARY KEY, size INTEGER NOT NULL, pieces BLOB NOT NULL)
""",
    """
CREATE TABLE tasks (
    id TEXT PRIMARY KEY, digest TEXT NOT NULL, task BLOB NOT NULL, manifest BLOB NOT NULL,
    model TEXT NOT NULL REFERENCES models (digest)
)
""",
    """
CREATE TABLE present (
    task_digest TEXT NOT NULL, session INTEGER NOT NULL, participant TEXT NOT NULL,
    PRIMARY KEY (task_digest, session, participant)
) WITHOUT ROWID
""",
    """
CREATE TABLE contributions (
    task_digest TEXT NOT NULL, session INTEGER NOT NULL, participant TEXT NOT NULL,
    base_round INTEGER NOT NULL, samples INTEGER NOT NULL, largest REAL NOT NULL,
    digest TEXT NOT NULL, counted_in INTEGER,
    PRIMARY KEY (task_digest, session, participant, base_round)
) WITHOUT ROWID
""",
    """
CREATE TABLE rounds (
    task_digest TEXT NOT NULL, session INTEGER NOT NULL, round INTEGER NOT NULL,
    model TEXT NOT NULL, size INTEGER NOT NULL, seconds REAL NOT NULL,
    PRIMARY KEY (task_digest, session, round)
) WITHOUT ROWID
""",
    _ROOMS,
)
_FROM_VERSION_1 = (
    "ALTER TABLE rooms RENAME TO old_rooms",
    _ROOMS,
    "INSERT INTO rooms (task_digest, session, rounds, round, model, size)"
    " SELECT task_digest, session, rounds, round, model, models.size"
    " FROM old_rooms JOIN models ON model = digest",
    "DROP TABLE old_rooms",
)


def steps_from(version: int) -> tuple[str, ...] | None:
    """Return the statements that make the present tables; nothing from a version not known."""
    # Version 3 has the tables of version 2. Its tasks may have digests that older programs would
    # not find again: they are to refuse it by name.
    return {0: _SCHEMA, 1: _FROM_VERSION_1, 2: (), SCHEMA_VERSION: ()}.get(version)


def run_steps(rows: sqlite3.Connection, steps: tuple[str, ...]) -> None:
    """Run statements within the present transaction, and note the version that they lead to."""
    for statement in steps:
        rows.execute(statement)
    rows.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
