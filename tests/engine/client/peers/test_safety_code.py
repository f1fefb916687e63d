"""The code that two people compare: equal from both sides, and from nobody else's."""

from __future__ import annotations

import re
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from disco_desktop.engine.client.identity import Identity
from disco_desktop.engine.client.peers.membership import safety_code
from tests.engine.client.peers.group import group
from tests.server.running_server import task_with

TASK = task_with(scheme="decentralized", minimum_participants=2)

keys = st.binary(min_size=32, max_size=32)


@given(keys, keys, st.text(max_size=40))
def test_both_sides_see_twelve_groups_of_five_digits(one: bytes, other: bytes, task: str) -> None:
    code = safety_code(one, other, task=task)
    assert code == safety_code(other, one, task=task)
    assert re.fullmatch(r"\d{5}( \d{5}){11}", code)


@given(keys, keys, keys)
def test_another_key_makes_another_code(one: bytes, other: bytes, third: bytes) -> None:
    if third not in (one, other):
        code = safety_code(one, other, task="titanic")
        assert code != safety_code(one, third, task="titanic")
        assert code != safety_code(third, other, task="titanic")


def test_another_task_makes_another_code() -> None:
    one, other = bytes(32), bytes([1] * 32)
    assert safety_code(one, other, task="a") != safety_code(one, other, task="b")


def test_the_code_stays_what_it_is() -> None:
    """People may have written it down, and compare it with a newer program."""
    assert safety_code(bytes(range(32)), bytes(range(32, 64)), task="titanic") == (
        "43300 50116 91318 21155 78769 14484 95364 58616 62358 60482 81013 68257"
    )


async def test_peers_see_the_code_of_the_keys_that_they_were_introduced_with() -> None:
    async with group(TASK, [[1.0]] * 3) as made:
        for one, other in combinations(made.members, 2):
            seen = {state.participant: state for state in one.network.states}
            back = {state.participant: state for state in other.network.states}
            assert seen[other.id].public_key == other.identity.public_key
            assert seen[other.id].safety_code == back[one.id].safety_code
            assert seen[other.id].safety_code == safety_code(
                one.identity.public_key, other.identity.public_key, task=TASK.id
            )


async def test_somebody_in_between_cannot_show_both_the_same_code() -> None:
    """What a server does that introduces itself to each of two as the other one."""
    anna, ben, server = Identity.generate(), Identity.generate(), Identity.generate()
    anna_sees = safety_code(anna.public_key, server.public_key, task=TASK.id)
    ben_sees = safety_code(ben.public_key, server.public_key, task=TASK.id)
    assert anna_sees != ben_sees
