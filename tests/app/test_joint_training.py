"""Two participants of this machine with the bundled server, all in real processes."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from disco_desktop.app.processes.worker_messages import Finished, Happened, PeersTold, Started
from disco_desktop.app.training.folder import TrainingFolder
from disco_desktop.app.training.joint_training import JointTraining, ParticipantFailedError
from disco_desktop.app.training.plan import TrainingPlan, Wishes, make_plan
from disco_desktop.engine.events import ProblemArose, RoundEnded
from disco_desktop.resource_files import resource
from tests.own_processes import own_processes

if TYPE_CHECKING:
    from disco_desktop.app.training.joint_training import Report


async def plan(users: int) -> TrainingPlan:
    return await make_plan(
        Wishes(
            task="titanic",
            data=resource("tasks", "titanic", "sample"),
            users=users,
            epochs=2,
            seed=1,
        )
    )


async def carried_out(folder: TrainingFolder, *, resume: bool = False) -> list[Report]:
    async with (
        asyncio.timeout(90),
        JointTraining(folder, resume=resume) as training,
        contextlib.aclosing(training.reports()) as reports,
    ):
        return [report async for report in reports]


async def test_two_exchange_end_alike_and_are_told_again_without_a_process() -> None:
    with TrainingFolder.begin(await plan(2)) as folder:
        reports = await carried_out(folder)
        assert own_processes() == []
        for participant in (1, 2):
            said = [message for number, message in reports if number == participant]
            started = next(one for one in said if isinstance(one, Started))
            assert started.session == folder.session
            rounds = [
                one.event
                for one in said
                if isinstance(one, Happened) and isinstance(one.event, RoundEnded)
            ]
            assert [one.participants for one in rounds] == [2]
            assert isinstance(said[-1], Finished)
        started = [message for _, message in reports if isinstance(message, Started)]
        assert len({one.node for one in started}) == 2
        assert sum(one.training + one.validation for one in started) == 891
        digests = {one.weights_sha256 for _, one in reports if isinstance(one, Finished)}
        assert len(digests) == 1
        told = await carried_out(folder, resume=True)
        assert {one.weights_sha256 for _, one in told if isinstance(one, Finished)} == digests
        assert len([one for _, one in told if isinstance(one, Started)]) == 2


async def test_the_failure_of_one_names_it_and_stops_all() -> None:
    made = structs.replace(await plan(1), data="/no/such/data.csv")
    with TrainingFolder.begin(made) as folder:
        with pytest.raises(ParticipantFailedError) as raised:
            await carried_out(folder)
        assert (raised.value.participant, raised.value.code) == (1, "data_missing")
        assert folder.finished_reports() == {}
    assert own_processes() == []


async def among_peers(**reach: object) -> list[Report]:
    wishes = Wishes(
        task="titanic", data=resource("tasks", "titanic", "sample"), users=2,
        scheme="decentralized", epochs=40,
        seed=1, **reach,
    )  # fmt: skip
    return await carried_out(TrainingFolder.begin(await make_plan(wishes)))


async def test_peers_are_reached_through_the_server_alone_and_both_see_the_same_code() -> None:
    reports = await among_peers(relay_only=True)
    seen = {
        (participant, peer.way, peer.safety_code)
        for participant, message in reports
        if isinstance(message, PeersTold)
        for peer in message.peers
    }
    assert {way for _, way, _ in seen} - {None} == {"relayed"}
    assert {participant for participant, _, _ in seen} == {1, 2}
    assert len({code for _, _, code in seen}) == 1


async def test_a_port_that_is_taken_is_told_to_the_first_participant_and_stops_nobody() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        reports = await among_peers(peer_port=port)
    problems = [
        (participant, message.event.code, message.event.arguments["port"])
        for participant, message in reports
        if isinstance(message, Happened) and isinstance(message.event, ProblemArose)
    ]
    assert problems == [(1, "peer_port_unusable", port)]
    assert sum(isinstance(message, Finished) for _, message in reports) == 2
