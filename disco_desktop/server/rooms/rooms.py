"""All rooms of a server: one open session for each task at most."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from disco_desktop.engine.errors import ServerError, StorageError, TaskError
from disco_desktop.logs import logger
from disco_desktop.server.rooms.room import Room
from disco_desktop.server.store.store import RoomRecord

if TYPE_CHECKING:
    from disco_desktop.engine.task.task import Task
    from disco_desktop.engine.weights.weights import Weights
    from disco_desktop.server.limits import Limits
    from disco_desktop.server.store.store import Store, TaskRecord

_log = logger(__name__)


class Rooms:
    """The tasks on offer and their rooms.

    A task's session has as many rounds as the task trains. Whoever joins after the last of them
    opens the next session, which goes on from the model of the one before.
    """

    def __init__(self, store: Store, limits: Limits) -> None:
        self._store = store
        self._limits = limits
        self._tasks: dict[str, TaskRecord] = {}
        self._rooms: dict[tuple[str, int], Room] = {}
        self._lock = asyncio.Lock()

    async def start(self) -> None:
        """Take up the sessions that an earlier process left open."""
        self._tasks = await asyncio.to_thread(self._store.tasks)
        for task in self._tasks.values():
            record = await asyncio.to_thread(self._store.room, task.digest)
            if record is None or record.is_finished:
                continue
            try:
                await self._open(task, record)
            except StorageError as error:
                _log.error("the session %d of %s is lost: %s", record.session, task.task.id, error)

    def let_members_go(self) -> None:
        """End all connections; what is under way may still finish."""
        for room in self._rooms.values():
            room.members.close()

    async def close(self) -> None:
        """Close all rooms."""
        for room in self._rooms.values():
            await room.close()
        await asyncio.to_thread(self._store.close)

    async def _open(self, task: TaskRecord, record: RoomRecord) -> Room:
        room = await asyncio.to_thread(Room, task, record, self._store, self._limits)
        await room.recover()
        self._rooms[task.task.id, record.session] = room
        return room

    # --- tasks

    @property
    def tasks(self) -> dict[str, TaskRecord]:
        """The tasks on offer, by id."""
        return self._tasks

    def task(self, task_id: str) -> TaskRecord:
        """Return a task on offer.

        Raises:
            TaskError: there is none of this id.
        """
        task = self._tasks.get(task_id)
        if task is None:
            raise TaskError("task_not_on_server", task=task_id)
        return task

    async def add_task(self, task: Task, initial: Weights) -> TaskRecord:
        """Offer a task. A changed one of the same id takes the old one's place, in a new room.

        Raises:
            TaskError: the server offers as many tasks as it may.
        """
        if task.id not in self._tasks and len(self._tasks) >= self._limits.tasks:
            raise TaskError("too_many_tasks", tasks=self._limits.tasks)
        record = await asyncio.to_thread(self._store.add_task, task, initial)
        self._tasks[task.id] = record
        return record

    # --- rooms

    def latest(self, task_id: str) -> Room | None:
        """Return the room that a task has now, if it has one."""
        rooms = [room for (of, _), room in self._rooms.items() if of == task_id]
        digest = self._tasks[task_id].digest if task_id in self._tasks else ""
        rooms = [room for room in rooms if room.task.digest == digest]
        return max(rooms, key=lambda room: room.record.session, default=None)

    @property
    def open_rooms(self) -> tuple[Room, ...]:
        """All rooms, those of finished sessions that somebody is still in among them."""
        return tuple(self._rooms.values())

    def room(self, task_id: str, session: int) -> Room | None:
        """Return one room, if it is open or its members have not all left yet."""
        return self._rooms.get((task_id, session))

    async def enter(self, task: TaskRecord, session: int | None) -> Room:
        """Return the room to join: that of a session, or the one that is open now.

        Raises:
            ServerError: there is no such session.
        """
        async with self._lock:
            record = await asyncio.to_thread(self._store.room, task.digest, session)
            if record is None and session is not None:
                raise ServerError("session_unknown", session=session)
            if record is None or (record.is_finished and session is None):
                record = await self._begin_session(task, after=record)
            room = self._rooms.get((task.task.id, record.session))
            if room is None or room.task.digest != task.digest:
                room = await self._open(task, record)
            return room

    async def _begin_session(self, task: TaskRecord, after: RoomRecord | None) -> RoomRecord:
        if after is not None:
            await self._drop(self._rooms.get((task.task.id, after.session)))
        record = RoomRecord(
            task_digest=task.digest,
            session=1 if after is None else after.session + 1,
            rounds=task.task.training.rounds,
            round=0,
            model=task.initial if after is None else after.model,
        )
        await asyncio.to_thread(self._store.open_room, record)
        return record

    async def _drop(self, room: Room | None) -> None:
        """Forget a room that everybody has left; the others keep theirs until they have."""
        if room is not None and not len(room.members):
            del self._rooms[room.task.task.id, room.record.session]
            await room.close()

    async def current_record(self, task: TaskRecord) -> RoomRecord:
        """Return a task's state: that of its latest session, or of one that has not begun."""
        record = await asyncio.to_thread(self._store.room, task.digest)
        rounds = task.task.training.rounds
        unbegun = RoomRecord(
            task_digest=task.digest, session=0, rounds=rounds, round=0, model=task.initial
        )
        return record or unbegun
