"""What the server tells beside the weights of a model under way, so that it can be used."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from disco_desktop.engine.dataset.preprocessing import declared
from disco_desktop.engine.memory.record import History, ModelRecord
from disco_desktop.engine.memory.stored_model import model_metadata

if TYPE_CHECKING:
    from collections.abc import Sequence

    from disco_desktop.engine.task.task import Task
    from disco_desktop.server.store.store import RoomRecord, RoundRecord

_ID_LENGTH = 16


def shared_metadata(task: Task, room: RoomRecord, closed: Sequence[RoundRecord]) -> dict[str, str]:
    """Return the metadata of a room's current model.

    The server has seen nobody's data: there are no figures of a validation, and where participants
    scale columns by their own data, that part is left out.
    """
    record = ModelRecord(
        id=room.model.digest[:_ID_LENGTH],
        name=task.display.title,
        task_id=task.id,
        task_title=task.display.title,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        scheme=task.collaboration.scheme,
        rounds=room.round,
        epochs=room.round * task.training.round_duration,
        participants=len(closed[-1].contributors) if closed else 1,
    )
    shared = {"round": str(room.round), "session": str(room.session)}
    return shared | model_metadata(record, task, declared(task.data), History())
