"""Values that are none, or too large, or of another kind: each is refused, and its sender told."""

from __future__ import annotations

import asyncio
import html
import math
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pytest

from disco_desktop.app.words.sentences import sentence
from disco_desktop.engine.errors import ContributionError, ServerError
from disco_desktop.engine.messages import Problem
from disco_desktop.engine.weights.weights import Weights
from tests.faults.bystanders import bystanders, update
from tests.faults.child_server import ELEMENTS
from tests.faults.contributor import contributor
from tests.faults.recomputation import next_model
from tests.server.running_server import running_server, task_with, weights_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.child_server import ChildServer
    from tests.faults.contributor import Contributor

TINY = np.float32(1e-45)


async def refusal(server: ChildServer, values: np.ndarray) -> ContributionError:
    """What a participant is told that contributes these, while others have their round."""
    async with bystanders(server):
        client = server.client()
        session = await client.connect()
        with pytest.raises(ContributionError) as caught:
            await client.on_round_end_communication(
                Weights(session.weights.manifest, values), base_round=session.round, samples=1
            )
        await client.disconnect()
    assert not list(server.spool.iterdir())
    return caught.value


@pytest.mark.parametrize(
    ("value", "place"), [(math.nan, 0), (math.inf, ELEMENTS // 2), (-math.inf, -1)]
)
async def test_one_value_that_is_not_finite(server: ChildServer, value: float, place: int) -> None:
    values = update(7)
    values[place] = value
    error = await refusal(server, values)
    assert error.code == "update_not_finite"
    assert "not numbers" in sentence(error)


@pytest.mark.parametrize("places", [slice(5, 6), slice(None)], ids=["one", "all"])
async def test_values_that_are_far_too_large(server: ChildServer, places: slice) -> None:
    values = update(7)
    values[places] = 1e38
    error = await refusal(server, values)
    assert error.code == "update_too_large"
    assert "larger than the task allows" in sentence(error)


async def test_a_wrong_shape_count_or_type(server: ChildServer) -> None:
    right = update(7)
    wrong = [
        right[:-1].tobytes(),
        np.append(right, 0).astype("<f4").tobytes(),
        right.astype("<f8").tobytes(),
        right.astype("<f2").tobytes(),
        right.tobytes()[:-1],
        b"",
    ]
    async with bystanders(server, lines=len(wrong) + 2), contributor(server.client()) as stranger:
        for content in wrong:
            assert (await stranger.contribute(content)).code == "update_wrong_size"
            assert stranger.status == 422
        whole = right.tobytes()
        for digests in (bytes(32), bytes(32 * 4)):
            problem = await stranger.announce(whole, piece_digests=digests)
            assert problem.code == "update_malformed"
    assert not list(server.spool.iterdir())


async def test_another_byte_order_or_integers(server: ChildServer) -> None:
    """Nothing says so on the wire, but what becomes of usual values is no update."""
    values = np.random.default_rng(3).standard_normal(ELEMENTS).astype(np.float32)
    whole_numbers = np.random.default_rng(3).integers(-(2**31), 2**31 - 1, ELEMENTS)
    async with bystanders(server, lines=2), contributor(server.client()) as stranger:
        for content in (values.astype(">f4").tobytes(), whole_numbers.astype("<i4").tobytes()):
            problem = await stranger.contribute(content)
            assert problem.code in {"update_not_finite", "update_too_large"}


async def round_with(stranger: Contributor, server: ChildServer, values: Any, samples: int) -> None:
    """Have a round with an honest participant, which must come out to the last bit."""
    honest = server.client("quiet")
    session = await honest.connect()
    others = update(11)
    waiting = asyncio.ensure_future(
        honest.on_round_end_communication(
            Weights(session.weights.manifest, others.copy()), base_round=session.round, samples=3
        )
    )
    state = await stranger.contribute(values, samples=samples)
    assert (state.offset, state.counts_in) == (4 * ELEMENTS, session.round + 1)
    aggregate = await waiting
    expected = next_model(session.weights.buffer, [(others, 3, 0), (values, samples, 0)])
    assert aggregate.weights.buffer.tobytes() == expected.tobytes()
    await honest.disconnect()
    stranger.round = aggregate.round


async def test_subnormals_and_minus_zero_are_values_like_others(server: ChildServer) -> None:
    values = np.full(ELEMENTS, -0.0, np.float32)
    values[::2] = TINY
    values[1::4] = -TINY * 1000
    async with contributor(server.client("quiet")) as stranger:
        await round_with(stranger, server, values, 1)


async def test_sample_counts_that_are_none(server: ChildServer) -> None:
    content = update(7).tobytes()
    wrong = [0, -1, math.nan, 2**63, 2**64 - 1, (1 << 40) + 1, 1.5, "1", None, True, [1]]
    async with bystanders(server, lines=None), contributor(server.client()) as stranger:
        for samples in wrong:
            problem = await stranger.announce(content, samples=samples)
            assert isinstance(problem, Problem), samples
            assert (stranger.status, problem.code) == (400, "announcement_malformed")


async def test_a_boast_weighs_no_more_than_the_largest_weight(server: ChildServer) -> None:
    async with contributor(server.client("quiet")) as stranger:
        await round_with(stranger, server, update(12), 1 << 40)


async def test_a_boast_leaves_room_for_others(tmp_path: Path) -> None:
    """The largest update that the task allows, as heavy as can be, fills nobody else's sum."""
    initial, task = weights_of([0.0, 0.0]), task_with()
    async with running_server(tmp_path, initial=initial, task=task) as server:
        async with contributor(server.client()) as one, contributor(server.client()) as other:
            boast, honest = np.float32([450, -450]), np.float32([0.5, 300])
            state = await one.contribute(boast, samples=1 << 40)
            assert state.counts_in == 1
            state = await other.contribute(honest, samples=1 << 20)
            assert state.counts_in == 1
        later = server.client(session=1)
        session = await later.connect()
        assert session.weights.buffer.tolist() == [225.25, -75.0]
        await later.disconnect()


METRICS = [math.nan, "1e9", "<script>alert(1)</script>", "A" * (1 << 20)]


async def test_metrics_that_nobody_asked_for(server: ChildServer) -> None:
    """An announcement has no such field, so that nothing of it is kept or shown."""
    content = update(7).tobytes()
    async with bystanders(server, lines=None), contributor(server.client()) as stranger:
        for metric in METRICS:
            problem = await stranger.announce(content, metrics={"accuracy": metric})
            assert problem.code in {"announcement_malformed", "announcement_too_large"}
            assert len(msgspec.msgpack.encode(problem)) < 500
        for page in ("/", "/metrics", "/tasks"):
            shown = await server.get(page)
            assert "alert(1)" not in shown
            assert "AAAA" not in shown
    assert "alert(1)" not in "".join(server.log())


HOSTILE = ["=cmd|' /C calc'!A0", "\u202eevil", "\x1b[31mred\x07", "<img src=x>", "A" * 60_000]


@pytest.mark.parametrize("text", HOSTILE, ids=["formula", "turned", "escape", "html", "long"])
def test_what_a_server_says_is_shown_inert(text: str) -> None:
    error = ServerError.told("task_not_on_server", {"task": text})
    shown = sentence(error)
    assert shown.isprintable()
    assert "\u202e" not in shown
    assert len(shown) < 1_000


async def test_names_are_inert_on_the_page(tmp_path: Path) -> None:
    task = task_with()
    title = "=1+1\u202e<script>alert(1)</script>\x1b[31m"
    task = msgspec.structs.replace(task, display=msgspec.structs.replace(task.display, title=title))
    async with running_server(tmp_path, initial=weights_of([0]), task=task) as server:
        client = server.client()
        await client.connect()
        async with client._open_http.get(server.url + "/") as response:
            page = await response.text()
        await client.disconnect()
    assert "<script>" not in page
    assert html.escape("=1+1") in page
    assert not {"\u202e", "\x1b"} & set(page)
