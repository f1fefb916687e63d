"""All rooms of a server: one open session for each task at most."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from disco_desktop.engine.errors import ServerError, StorageError, TaskError
from disco_desktop.engine.messages import LARGEST_ATTEMPTS, Refused
from disco_desktop.logs import logger
from disco_desktop.server.metrics import RoomView
from disco_desktop.server.rooms.federated_room import FederatedRoom
from disco_desktop.server.rooms.peer_room import PeerRoom
from disco_desktop.server.store.store import RoomRecord

if TYPE_CHECKING:
    from disco_desktop.engine.messages import Role
    from disco_desktop.engine.task.task import Scheme, Task
    from disco_desktop.engine.weights.weights import Weights
    from disco_desktop.server.config import Limits
    from disco_desktop.server.metrics import ServerMetrics
    from disco_desktop.server.rooms.members import Member, Outbox
    from disco_desktop.server.rooms.room import Room
    from disco_desktop.server.store.store import Store, TaskRecord

_log = logger(__name__)


class Rooms:
    """The tasks on offer and their rooms.

    A task's session has as many rounds as the task trains. Whoever joins after the last of them
    opens the next session, which goes on from the model of the one before; where the participants
    keep the models, it begins from the task's first one.
    """

    def __init__(self, store: Store, limits: Limits, metrics: ServerMetrics) -> None:
        self._store = store
        self._limits = limits
        self._metrics = metrics
        self._tasks: dict[str, TaskRecord] = {}
        self._rooms: dict[tuple[str, int], Room] = {}  # (task digest, session)
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
            room.let_members_go()

    async def close(self) -> None:
        """Close all rooms."""
        for room in self._rooms.values():
            await room.close()
        await asyncio.to_thread(self._store.close)

    async def _open(self, task: TaskRecord, record: RoomRecord) -> Room:
        room = _kind_of(task)(task, record, self._store, self._limits, self._metrics)
        try:
            await room.recover()
        except BaseException:
            await room.close()
            raise
        self._rooms[task.digest, record.session] = room
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

    def task_of_scheme(self, task_id: str, scheme: Scheme) -> TaskRecord:
        """Return a task on offer, for participants who train in a certain way.

        Raises:
            TaskError: there is none of this id, or one of them keeps its models on the server and
                the other with the participants.
        """
        task = self.task(task_id)
        if task.is_kept_by_participants != (scheme == "decentralized"):
            own = task.task.collaboration.scheme
            raise TaskError("task_of_other_scheme", task=task_id, scheme=own)
        return task

    async def add_task(self, task: Task, initial: Weights) -> TaskRecord:
        """Offer a task. A changed one of the same id takes the old one's place, in a new room.

        Whoever takes part in the old one is told so and let go.

        Raises:
            TaskError: the server offers as many tasks as it may.
        """
        async with self._lock:
            if task.id not in self._tasks and len(self._tasks) >= self._limits.tasks:
                raise TaskError("too_many_tasks", tasks=self._limits.tasks)
            record = await asyncio.to_thread(self._store.add_task, task, initial)
            self._tasks[task.id] = record
            for room in self.open_rooms:
                if room.task.task.id == task.id and room.task.digest != record.digest:
                    room.members.send(Refused(code="task_differs"))
                    await self._drop(room)
        return record

    # --- rooms

    def latest(self, task_id: str) -> Room | None:
        """Return the room that a task has now, if it has one."""
        digest = self._tasks[task_id].digest if task_id in self._tasks else ""
        rooms = [room for (of, _), room in self._rooms.items() if of == digest]
        return max(rooms, key=lambda room: room.record.session, default=None)

    @property
    def open_rooms(self) -> tuple[Room, ...]:
        """All rooms, those of finished sessions that somebody is still in among them."""
        return tuple(self._rooms.values())

    def room(self, task: TaskRecord, session: int) -> Room | None:
        """Return one room, if it is open or its members have not all left yet."""
        return self._rooms.get((task.digest, session))

    async def join(
        self,
        task: TaskRecord,
        session: int | None,
        participant: str,
        role: Role,
        outbox: Outbox,
    ) -> tuple[Room, Member]:
        """Let somebody into the room of a session, or into the one that is open now.

        Raises:
            ServerError: there is no such session, or the room is full.
            StorageError: the server cannot read its state, or write that somebody is here.
        """
        async with self._lock:  # until somebody is in, a room could be taken for deserted
            await self._drop_deserted()
            room = await self._enter(task, session)
            return room, await room.join(participant, role, outbox)

    async def _enter(self, task: TaskRecord, session: int | None) -> Room:
        record = await asyncio.to_thread(self._store.room, task.digest, session)
        if record is None and session is not None:
            raise ServerError("session_unknown", session=session)
        if record is None or (session is None and not self._can_go_on(task, record)):
            record = await self._begin_session(task, after=record)
        return self._rooms.get((task.digest, record.session)) or await self._open(task, record)

    def _can_go_on(self, task: TaskRecord, record: RoomRecord) -> bool:
        """Tell whether whoever comes new can still take part in a session."""
        if record.is_finished or record.attempt >= LARGEST_ATTEMPTS:
            return False
        if not task.is_kept_by_participants or record.round == 0:
            return True
        room = self._rooms.get((task.digest, record.session))
        return isinstance(room, PeerRoom) and room.can_go_on

    async def _begin_session(self, task: TaskRecord, after: RoomRecord | None) -> RoomRecord:
        model = task.initial
        if after is not None and not task.is_kept_by_participants:
            model = after.model
        record = RoomRecord(
            task_digest=task.digest,
            session=1 if after is None else after.session + 1,
            rounds=task.task.training.rounds,
            round=0,
            model=model,
        )
        await asyncio.to_thread(self._store.open_room, record)
        return record

    async def _drop_deserted(self) -> None:
        """Forget the rooms of finished sessions that everybody has left."""
        for room in self.open_rooms:
            if room.record.is_finished and not len(room.members):
                await self._drop(room)

    async def _drop(self, room: Room) -> None:
        del self._rooms[room.task.digest, room.record.session]
        await room.close()

    async def current_record(self, task: TaskRecord) -> RoomRecord:
        """Return a task's state: that of its latest session, or of one that has not begun."""
        record = await asyncio.to_thread(self._store.room, task.digest)
        rounds = task.task.training.rounds
        unbegun = RoomRecord(
            task_digest=task.digest, session=0, rounds=rounds, round=0, model=task.initial
        )
        return record or unbegun


def _kind_of(task: TaskRecord) -> type[FederatedRoom] | type[PeerRoom]:
    return PeerRoom if task.is_kept_by_participants else FederatedRoom


def room_views(rooms: Rooms) -> list[RoomView]:
    """Return a view of every task: of its latest room, or of the one that will open."""
    return [_view(task, rooms.latest(task.task.id)) for task in rooms.tasks.values()]


def _view(task: TaskRecord, room: Room | None) -> RoomView:
    collaboration = task.task.collaboration
    return RoomView(
        task_id=task.task.id,
        title=task.task.display.title,
        scheme=collaboration.scheme,
        session=str(room.record.session) if room else "",
        round=room.record.round if room else 0,
        rounds=room.record.rounds if room else task.task.training.rounds,
        participants=room.participants if room else 0,
        minimum=collaboration.minimum_participants,
        status=_status(room),
        last_round_seconds=room.last_round_seconds if room else None,
    )


def _status(room: Room | None) -> str:
    """Say in a few words what a room does or waits for."""
    if room is None or not (room.participants or room.contributors):
        return "nobody is here"
    if room.trouble is not None:
        return "cannot store the next model, and tries again"
    if room.record.is_finished:
        return "finished"
    if max(room.participants, len(room.contributors)) < room.minimum:
        return "waiting for more participants"
    return room.progress
