"""What is always true, whatever is killed, cut, repeated, delayed or reordered."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING

import pytest

from tests.faults.forked_servers import ForkedServers, forked_servers
from tests.faults.recomputation import closed_rounds, counted, digest_of, next_model
from tests.faults.schedule import ROUNDS, Schedule

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.faults.recomputation import Counted

SCHEDULES = 500
AT_ONCE = 5  # schedules side by side, since most of their time they wait


@pytest.fixture(scope="module")
def servers() -> Iterator[ForkedServers]:
    with forked_servers() as running:
        yield running


@pytest.mark.parametrize("first", range(0, SCHEDULES, AT_ONCE))
async def test_what_is_always_true(first: int, tmp_path: Path, servers: ForkedServers) -> None:
    schedules = {}
    for seed in range(first, first + AT_ONCE):
        folder = tmp_path / str(seed)
        folder.mkdir()
        schedules[seed] = Schedule(seed, folder, servers)
    results = await asyncio.gather(
        *(schedule.run() for schedule in schedules.values()), return_exceptions=True
    )
    for (seed, schedule), result in zip(schedules.items(), results, strict=True):
        try:
            if isinstance(result, BaseException):
                raise result
            check(schedule)
        except BaseException as error:
            log = (schedule.folder / "log").read_text()
            error.add_note(f"seed {seed}: {schedule.record.happened}\n{log[-4000:]}")
            raise


def check(schedule: Schedule) -> None:
    rows = counted(schedule.folder / "data")
    check_every_contribution_counts_once(schedule, rows)
    check_what_was_told_is_true(schedule, rows)
    digests = check_every_round_is_the_mean_of_its_contributions(schedule, rows)
    check_everybody_holds_the_same(schedule, rows, digests)
    log = (schedule.folder / "log").read_text()
    assert "Traceback" not in log
    assert "ERROR" not in log


def check_every_contribution_counts_once(schedule: Schedule, rows: list[Counted]) -> None:
    names = [(row.participant, row.base_round) for row in rows]
    assert len(set(names)) == len(names)
    for row in rows:
        assert row.counted_in is not None, "acknowledged and not aggregated"
        assert 0 <= row.counted_in - row.base_round - 1 <= schedule.cutoff
        assert row.digest in schedule.record.updates, "nobody sent that"


def check_what_was_told_is_true(schedule: Schedule, rows: list[Counted]) -> None:
    counted_in = {(row.participant, row.base_round): row.counted_in for row in rows}
    assert schedule.record.acknowledged
    for participant, base_round, told in schedule.record.acknowledged:
        assert counted_in.get((participant, base_round)) == told
    assert not schedule.record.refused & counted_in.keys(), "refused and yet counted"


def check_every_round_is_the_mean_of_its_contributions(
    schedule: Schedule, rows: list[Counted]
) -> dict[int, str]:
    """Also that rounds follow one another; returns the digest of each one's model."""
    closed = closed_rounds(schedule.folder / "data")
    assert [number for number, _ in closed] == list(range(1, ROUNDS + 1))
    model = schedule.initial.buffer
    for number, digest in closed:
        model = next_model(
            model,
            [
                (schedule.record.updates[row.digest], row.samples, number - row.base_round - 1)
                for row in rows
                if row.counted_in == number
            ],
        )
        assert digest_of(model) == digest, f"round {number}"
    return {0: digest_of(schedule.initial.buffer), **dict(closed)}


def check_everybody_holds_the_same(
    schedule: Schedule, rows: list[Counted], digests: dict[int, str]
) -> None:
    rounds = defaultdict(list)
    for told in schedule.record.told:
        assert told.digest == digests[told.round]
        contributors = {row.participant for row in rows if row.counted_in == told.round}
        assert told.contributors in (None, len(contributors))
        rounds[told.participant].append(told.round)
    for seen in rounds.values():
        assert seen == sorted(seen), "a round's number fell"
        assert seen[-1] == ROUNDS
