from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from disco_desktop.engine.dataset.dataset import load_dataset
from disco_desktop.engine.dataset.share import Share
from disco_desktop.engine.errors import ServerError
from disco_desktop.engine.events import BatchTrained, EpochTrained, RoundEnded, StatusChanged
from disco_desktop.engine.memory.memory import NoMemory
from disco_desktop.engine.models.initialise import initial_weights
from disco_desktop.engine.validation.validator import Validator
from tests.engine.training.conftest import PROVIDER, TASK, disco_of, read, trained
from tests.engine.training.meeting import Meeting, MeetingClient

if TYPE_CHECKING:
    from disco_desktop.engine.dataset.samples import Dataset
    from disco_desktop.engine.memory.disk_memory import DiskMemory


@pytest.fixture(scope="module")
def halves() -> list[Dataset]:
    return [load_dataset(TASK, PROVIDER.sample_data(), share=Share(number, 2)) for number in (1, 2)]


def meeting_of(minimum: int, *, rounds: int = 0) -> Meeting:
    return Meeting(initial_weights(TASK, seed=0), minimum=minimum, rounds=rounds)


class TestRounds:
    async def test_all_end_with_the_same_bits(self, halves: list[Dataset]) -> None:
        meeting = meeting_of(2)
        outcomes = await asyncio.gather(
            *(trained(disco_of(half, NoMemory(), MeetingClient(meeting))) for half in halves)
        )
        shas = {result.weights.sha256() for result, _ in outcomes}
        assert shas == {meeting.latest.sha256()}
        assert meeting.round == 2

    async def test_an_update_is_the_change_since_the_rounds_beginning(
        self, halves: list[Dataset]
    ) -> None:
        meeting = meeting_of(1)
        await trained(disco_of(halves[0], NoMemory(), MeetingClient(meeting)))
        ((first, samples),), ((second, _),) = meeting.updates
        assert samples == len(halves[0].training)
        alone, _ = await trained(disco_of(halves[0], NoMemory(), epochs=2))
        expected = alone.weights.buffer - meeting.models[0].buffer
        assert np.array_equal(first.buffer, expected)
        assert np.abs(second.buffer).max() > 0

    async def test_a_round_tells_of_the_exchange(self, halves: list[Dataset]) -> None:
        meeting = meeting_of(2)
        outcomes = await asyncio.gather(
            *(trained(disco_of(half, NoMemory(), MeetingClient(meeting))) for half in halves)
        )
        for (result, _), half in zip(outcomes, halves, strict=True):
            assert [
                (ended.round, ended.rounds, ended.model_round, ended.participants)
                for ended in result.rounds
            ] == [(1, 2, 1, 2), (2, 2, 2, 2)]
            # Of the weights after the exchange, not of one's own.
            for ended, model in zip(result.rounds, meeting.models[1:], strict=True):
                tested = Validator(TASK, model, device="cpu").test(half.validation)
                assert ended.validation.accuracy == tested.accuracy
            assert result.rounds[0].validation != result.epochs[1].validation
            assert result.rounds[0].seconds >= result.rounds[0].waited >= 0

    async def test_the_optimizer_goes_on_over_rounds(self, halves: list[Dataset]) -> None:
        """With one participant an exchange changes nothing, so neither does its number."""
        finals = []
        for duration in (1, 4):
            meeting = meeting_of(1)
            client = MeetingClient(meeting)
            disco = disco_of(
                halves[0], NoMemory(), client, epochs=4, round_duration=duration, batch_size=256
            )
            finals.append((await trained(disco))[0].weights.buffer)
        assert np.allclose(finals[0], finals[1], atol=1e-5)

    async def test_who_was_too_late_forgets_the_optimizer(self, halves: list[Dataset]) -> None:
        async def second_update(is_stale: bool) -> np.ndarray:
            meeting = meeting_of(1)
            client = MeetingClient(
                meeting, change=lambda aggregate: replace(aggregate, is_stale=is_stale)
            )
            await trained(disco_of(halves[0], NoMemory(), client, epochs=2, round_duration=1))
            return meeting.updates[1][0][0].buffer

        kept, forgotten = await second_update(is_stale=False), await second_update(is_stale=True)
        assert not np.allclose(kept, forgotten, atol=1e-4)

    async def test_the_session_may_end_before_ones_own_rounds(self, halves: list[Dataset]) -> None:
        meeting = meeting_of(1, rounds=2)
        client = MeetingClient(meeting)
        result, _ = await trained(
            disco_of(halves[0], NoMemory(), client, epochs=5, round_duration=1)
        )
        assert len(result.rounds) == 2
        assert result.is_complete

    async def test_the_last_round_said_by_the_server_is_the_last(
        self, halves: list[Dataset]
    ) -> None:
        client = MeetingClient(
            meeting_of(1), change=lambda aggregate: replace(aggregate, is_last=True)
        )
        result, _ = await trained(disco_of(halves[0], NoMemory(), client))
        assert [(ended.round, ended.rounds) for ended in result.rounds] == [(1, 1)]

    async def test_a_session_that_is_over_gives_its_model(self, halves: list[Dataset]) -> None:
        meeting = meeting_of(1, rounds=1)
        await trained(disco_of(halves[0], NoMemory(), MeetingClient(meeting)))
        result, events = await trained(disco_of(halves[1], NoMemory(), MeetingClient(meeting)))
        assert not any(isinstance(event, BatchTrained) for event in events)
        assert result.weights.sha256() == meeting.latest.sha256()

    async def test_who_joins_late_begins_with_the_current_model(
        self, halves: list[Dataset]
    ) -> None:
        meeting = meeting_of(1)
        await trained(disco_of(halves[0], NoMemory(), MeetingClient(meeting)))
        client = MeetingClient(meeting)
        await trained(disco_of(halves[1], NoMemory(), client, epochs=1))
        assert client.calls == ["connect", "begin", "end 2", "disconnect"]

    async def test_a_model_received_is_not_written_into(self, halves: list[Dataset]) -> None:
        meeting = meeting_of(1)
        await trained(disco_of(halves[0], NoMemory(), MeetingClient(meeting)))
        assert all(model.is_finite for model in meeting.models)


class TestStatuses:
    async def test_somebody_alone_waits_until_another_joins(self, halves: list[Dataset]) -> None:
        meeting = meeting_of(2)
        first = disco_of(halves[0], NoMemory(), MeetingClient(meeting))
        events = first.events()
        seen: list[object] = []
        async for event in events:
            seen.append(event)
            if isinstance(event, EpochTrained) and event.epoch == 2:
                break
        assert [event.status for event in seen if isinstance(event, StatusChanged)] == [
            "local training"
        ]
        assert await anext(events) == StatusChanged(status="not enough participants")
        coming = asyncio.ensure_future(anext(events))
        second = disco_of(halves[1], NoMemory(), MeetingClient(meeting))
        others = await read(second, RoundEnded, 1)
        assert StatusChanged(status="updating model") in others
        assert isinstance(await coming, RoundEnded)
        assert await anext(events) == StatusChanged(status="local training")
        await first.close()
        await second.close()

    async def test_a_notice_during_training_comes_with_the_next_event(
        self, halves: list[Dataset]
    ) -> None:
        client = MeetingClient(meeting_of(2))
        disco = disco_of(halves[0], NoMemory(), client)
        events = disco.events()
        async for event in events:
            if isinstance(event, BatchTrained):
                break
        client.notices.set_status("not enough participants")
        assert await anext(events) == StatusChanged(status="not enough participants")
        assert isinstance(await anext(events), BatchTrained)
        await disco.close()

    async def test_the_others_hear_of_a_pause(self, halves: list[Dataset]) -> None:
        client = MeetingClient(meeting_of(1))
        disco = disco_of(halves[0], NoMemory(), client)
        disco.pause()
        reading = asyncio.ensure_future(read(disco, BatchTrained, 1))
        while "pause" not in client.calls:  # noqa: ASYNC110 - the call is what is waited for
            await asyncio.sleep(0)
        disco.resume()
        await reading
        await disco.close()
        assert client.calls == ["connect", "pause", "resume", "begin", "disconnect"]


class TestLeaving:
    async def test_leaving_in_the_middle_of_an_exchange(
        self, halves: list[Dataset], memory: DiskMemory
    ) -> None:
        client = MeetingClient(meeting_of(2))
        disco = disco_of(halves[0], memory, client)
        events = disco.events()
        async for event in events:
            if event == StatusChanged(status="not enough participants"):
                break
        coming = asyncio.ensure_future(anext(events, None))
        await asyncio.sleep(0)
        await disco.close()
        assert await coming is None
        assert client.calls[-1] == "disconnect"
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert not [thread for thread in threading.enumerate() if "disco-" in thread.name]

    async def test_leaving_while_an_exchange_is_under_way_and_nobody_reads(
        self, halves: list[Dataset], memory: DiskMemory
    ) -> None:
        disco = disco_of(halves[0], memory, MeetingClient(meeting_of(2)))
        async for event in disco.events():
            if event == StatusChanged(status="not enough participants"):
                break
        await disco.close()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    async def test_an_exchange_that_fails_can_be_taken_up_later(
        self, halves: list[Dataset], memory: DiskMemory
    ) -> None:
        meeting = meeting_of(1)
        disco = disco_of(halves[0], memory, MeetingClient(meeting, fails_in=0))
        with pytest.raises(ServerError):
            await trained(disco)
        assert disco.result is not None
        assert len(disco.result.epochs) == 2
        client = MeetingClient(meeting)
        resumed, events = await trained(disco_of(halves[0], memory, client, resume=True))
        assert client.calls[:3] == ["connect", "begin", "end 0"]
        batches = [event for event in events if isinstance(event, BatchTrained)]
        assert {event.epoch for event in batches} == {3}
        other = meeting_of(1)
        straight, _ = await trained(disco_of(halves[0], NoMemory(), MeetingClient(other)))
        assert resumed.weights.sha256() == straight.weights.sha256()


class TestResuming:
    async def test_where_the_others_have_waited_it_goes_on_exactly(
        self, halves: list[Dataset], memory: DiskMemory
    ) -> None:
        meeting = meeting_of(1)
        disco = disco_of(halves[0], memory, MeetingClient(meeting), epochs=4)
        async for event in disco.events():
            if isinstance(event, BatchTrained) and (event.epoch, event.batch) == (3, 2):
                break
        await disco.close()
        resumed, _ = await trained(disco_of(halves[0], memory, MeetingClient(meeting), resume=True))
        straight, _ = await trained(
            disco_of(halves[0], NoMemory(), MeetingClient(meeting_of(1)), epochs=4)
        )
        assert resumed.weights.sha256() == straight.weights.sha256()

    async def test_where_the_others_have_gone_on_the_round_begins_afresh(
        self, halves: list[Dataset], memory: DiskMemory
    ) -> None:
        meeting = meeting_of(1)
        disco = disco_of(halves[0], memory, MeetingClient(meeting), epochs=4)
        async for event in disco.events():
            if isinstance(event, BatchTrained) and (event.epoch, event.batch) == (4, 2):
                break
        await disco.close()
        await trained(disco_of(halves[1], NoMemory(), MeetingClient(meeting), epochs=2))
        assert meeting.round == 2
        client = MeetingClient(meeting)
        result, events = await trained(disco_of(halves[0], memory, client, resume=True))
        first = next(event for event in events if isinstance(event, BatchTrained))
        assert (first.round, first.epoch, first.batch) == (2, 3, 1)
        assert "end 2" in client.calls
        assert [event.epoch for event in result.epochs] == [1, 2, 3, 4]
        # As somebody who joins now and whose optimizer has no past, but in our own order.
        base, after = meeting.models[2], meeting.models[3]
        assert np.abs(after.buffer - base.buffer).max() > 0
        assert result.weights.sha256() == after.sha256()

    async def test_the_common_model_is_kept_after_each_round(
        self, halves: list[Dataset], memory: DiskMemory
    ) -> None:
        meeting = meeting_of(1)
        disco = disco_of(halves[0], memory, MeetingClient(meeting))
        await read(disco, RoundEnded, 1)
        (record,) = memory.list()
        assert memory.load(record.id).weights.sha256() == meeting.latest.sha256()
        assert (record.scheme, record.rounds, record.participants) == ("federated", 1, 1)
        await disco.close()
