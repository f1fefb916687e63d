from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from msgspec import structs

from disco_desktop.app.library.settings import Settings
from disco_desktop.app.training.plan import (
    Wishes,
    decode_plan,
    encode_plan,
    make_plan,
    participant_seed,
    with_settings,
)
from disco_desktop.engine import find_task
from disco_desktop.engine.errors import DiscoError
from disco_desktop.server import Server

DATA = Path("data.csv")


async def test_what_is_not_wished_is_the_tasks() -> None:
    plan = await make_plan(Wishes(task="titanic", data=DATA))
    assert (plan.scheme, plan.users) == ("federated", 1)
    assert (plan.epochs, plan.round_duration, plan.batch_size) == (10, 2, 30)
    assert plan.needs_server
    assert Path(plan.data).is_absolute()


async def test_the_servers_task_holds_what_was_wished() -> None:
    wishes = Wishes(
        task="titanic", data=DATA, users=3, epochs=6, round_duration=3, batch_size=8, seed=5
    )
    plan = await make_plan(wishes)
    training = plan.task.training
    assert (training.epochs, training.round_duration, training.batch_size) == (6, 3, 8)
    assert plan.task.collaboration.minimum_participants == 3
    assert plan.seed == 5


async def test_fewer_epochs_than_a_round_are_one_round() -> None:
    plan = await make_plan(Wishes(task="titanic", data=DATA, epochs=1))
    assert (plan.epochs, plan.round_duration) == (1, 1)


async def test_without_a_seed_each_plan_has_another_one() -> None:
    wishes = Wishes(task="titanic", data=DATA)
    seeds = {(await make_plan(wishes)).seed for _ in range(4)}
    assert len(seeds) > 1


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"task": "titanc"}, "task_unknown"),
        ({"fingerprint": "ab" * 32}, "fingerprint_without_server"),
        ({"server": "http://127.0.0.1:9", "round_duration": 2}, "round_duration_is_the_servers"),
        ({"server": "http://127.0.0.1:9", "scheme": "local"}, "server_when_alone"),
        ({"server": "http://example.org"}, "server_address_plain"),
        ({"epochs": 2, "round_duration": 3}, "round_longer_than_training"),
        ({"save_as": " \u202e "}, "model_name_invalid"),
        ({"relay_only": True}, "reach_without_peers"),
        ({"peer_port": 4711, "scheme": "local"}, "reach_without_peers"),
    ],
)
async def test_wishes_that_cannot_be(wish: dict[str, object], code: str) -> None:
    wishes = Wishes(**({"task": "titanic", "data": DATA} | wish))  # type: ignore[arg-type]
    with pytest.raises(DiscoError) as raised:
        await make_plan(wishes)
    assert raised.value.code == code


async def test_a_plan_is_read_as_it_was_written() -> None:
    plan = await make_plan(Wishes(task="titanic", data=DATA, users=2, save_as="Mine"))
    assert decode_plan(encode_plan(plan)) == plan
    with pytest.raises(msgspec.DecodeError):
        decode_plan(encode_plan(plan)[:-1])


async def test_a_wish_that_a_plan_does_not_fulfil_is_found() -> None:
    plan = await make_plan(Wishes(task="titanic", data=DATA, users=2, epochs=4))
    assert plan.contradiction(Wishes(task="titanic", data=DATA)) is None
    assert plan.contradiction(Wishes(task="titanic", data=DATA, users=2, epochs=4)) is None
    assert plan.contradiction(Wishes(task="titanic", data=DATA, epochs=5)) == "epochs"
    assert plan.contradiction(Wishes(task="titanic", data=DATA, same_data=True)) == "same_data"


async def test_how_peers_are_reached_is_wished_or_set() -> None:
    wishes = Wishes(task="titanic", data=DATA, users=2, scheme="decentralized", peer_port=4711)
    plan = await make_plan(wishes)
    assert (plan.relay_only, plan.peer_port) == (False, 4711)
    assert plan.contradiction(structs.replace(wishes, peer_port=4712)) == "peer_port"
    relayed = await make_plan(structs.replace(wishes, peer_port=None, relay_only=True))
    assert (relayed.relay_only, relayed.peer_port) == (True, None)
    set_ = with_settings(plan, Settings(peer_port=5))
    assert (set_.relay_only, set_.peer_port) == (False, 5)
    set_ = with_settings(plan, Settings(peer_port=5, relay_only=True))
    assert (set_.relay_only, set_.peer_port) == (True, None)


def test_each_participant_has_a_seed_of_its_own() -> None:
    seeds = [participant_seed(7, number) for number in range(1, 65)]
    assert len(set(seeds)) == 64
    assert seeds == [participant_seed(7, number) for number in range(1, 65)]
    assert participant_seed(8, 1) != seeds[0]


@pytest.mark.parametrize(
    ("wish", "scheme", "is_secure"),
    [
        ({}, "local", False),
        ({"users": 3}, "decentralized", True),
        ({"users": 2, "scheme": "federated"}, "federated", False),
    ],
)
async def test_a_task_between_participants(
    wish: dict[str, object], scheme: str, is_secure: bool
) -> None:
    plan = await make_plan(Wishes(task="mnist", data=DATA, **wish))  # type: ignore[arg-type]
    together = plan.task.collaboration
    assert (plan.scheme, together.scheme, together.is_secure) == (scheme, scheme, is_secure)
    assert plan.needs_server == (scheme != "local")


async def test_two_cannot_hide_anything_from_each_other() -> None:
    with pytest.raises(DiscoError) as raised:
        await make_plan(Wishes(task="mnist", data=DATA, users=2))
    assert raised.value.code == "too_few_for_secure"
    assert raised.value.arguments == {"least": 3}


async def test_no_more_epochs_are_promised_than_a_servers_session_has() -> None:
    task = find_task("titanic")
    async with Server(task) as server:
        wishes = Wishes(task="titanic", data=DATA, server=server.address.url, epochs=11)
        with pytest.raises(DiscoError) as refused:
            await make_plan(wishes)
        assert refused.value.code == "epochs_are_the_servers"
        assert refused.value.arguments == {"most": 10, "rounds": 5}
        for epochs in (10, 4):
            plan = await make_plan(structs.replace(wishes, epochs=epochs))
            assert plan.epochs == epochs
