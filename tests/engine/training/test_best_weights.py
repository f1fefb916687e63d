from __future__ import annotations

import msgspec
import pytest

from disco_desktop.engine.events import EpochTrained
from disco_desktop.engine.memory.memory import NoMemory
from disco_desktop.engine.models.initialise import initial_weights
from disco_desktop.engine.task.task import Adam
from tests.engine.training.conftest import TASK, disco_of, read, trained
from tests.engine.training.meeting import Meeting, MeetingClient

# So large a step that the loss goes up and down.
WILD = msgspec.structs.replace(
    TASK,
    training=msgspec.structs.replace(TASK.training, optimizer=Adam(learning_rate=0.05)),
)


def losses(epochs: list[EpochTrained]) -> list[float]:
    return [epoch.validation.loss for epoch in epochs]


async def test_alone_the_best_epochs_weights_are_kept(passengers, memory) -> None:
    last, _ = await trained(disco_of(passengers, NoMemory(), task=WILD, epochs=8))
    best, _ = await trained(disco_of(passengers, memory, task=WILD, epochs=8, keeps="best"))
    assert losses(best.epochs) == losses(last.epochs)
    assert losses(last.epochs)[-1] > min(losses(last.epochs))
    assert last.final_validation.loss == losses(last.epochs)[-1]
    assert best.final_validation.loss == min(losses(best.epochs))
    assert best.model is not None
    kept = memory.load(best.model.id)
    assert kept.weights.sha256() == best.weights.sha256()
    assert kept.record.metrics == best.final_validation


async def test_together_the_best_common_model_is_kept(passengers) -> None:
    meeting = Meeting(initial_weights(TASK, seed=0), minimum=1)
    client = MeetingClient(meeting)
    result, _ = await trained(
        disco_of(
            passengers, NoMemory(), client, task=WILD, epochs=8, round_duration=1, keeps="best"
        )
    )
    figures = [ended.validation.loss for ended in result.rounds]
    best = figures.index(min(figures))
    assert best < len(figures) - 1
    assert result.weights.sha256() == meeting.models[best + 1].sha256()


@pytest.mark.parametrize("left_at", [3, 6])
async def test_the_best_weights_survive_a_break(passengers, memory, left_at: int) -> None:
    whole, _ = await trained(disco_of(passengers, NoMemory(), task=WILD, epochs=8, keeps="best"))
    broken = disco_of(passengers, memory, task=WILD, epochs=8, keeps="best")
    await read(broken, EpochTrained, left_at)
    await broken.close()
    resumed, _ = await trained(disco_of(passengers, memory, task=WILD, resume=True))
    assert resumed.weights.sha256() == whole.weights.sha256()
    assert resumed.final_validation == whole.final_validation
