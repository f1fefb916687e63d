"""Rooms as the status page and the metrics show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from disco_desktop.server.views import RoomView

if TYPE_CHECKING:
    from disco_desktop.server.rooms.room import Room
    from disco_desktop.server.rooms.rooms import Rooms
    from disco_desktop.server.store.store import TaskRecord


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
