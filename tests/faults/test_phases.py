"""Things that come twice, too early, too late, half or not at all."""

from __future__ import annotations

import asyncio
import contextlib
import random
import sqlite3
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pytest

from disco_desktop.engine.client.identity import Identity
from disco_desktop.engine.client.statements import participant_statement
from disco_desktop.engine.events import StatusChanged
from disco_desktop.engine.messages import (
    Challenge,
    Leave,
    Pause,
    Proof,
    Resume,
    UploadState,
    Welcome,
    encode_message,
)
from disco_desktop.engine.weights.pieces import PIECE
from disco_desktop.engine.weights.weights import Weights
from tests.faults.bystanders import PATIENCE, bystanders, update
from tests.faults.contributor import contributor, until
from tests.faults.raw_socket import BINARY, RawControl, RawSocket, frame
from tests.faults.recomputation import closed_rounds, counted, next_model
from tests.faults.test_rights import hello_of
from tests.faults.unreliable_network import unreliable_network
from tests.server.running_server import running_server, task_with, weights_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from disco_desktop.engine.client.client import Aggregate
    from disco_desktop.engine.client.federated import FederatedClient
    from disco_desktop.engine.task.task import Task
    from tests.faults.child_server import ChildServer
    from tests.faults.contributor import Contributor


def everything(server: ChildServer, name: str) -> list[tuple[Any, ...]]:
    """All that a server has stored about one task."""
    digest = server.tasks[name].digest
    with sqlite3.connect(server.folder / "data" / "server.sqlite") as rows:
        found = [
            row
            for table in ("rooms", "contributions", "rounds")
            for row in rows.execute(f"SELECT * FROM {table} WHERE task_digest = ?", (digest,))
        ]
    rows.close()
    return found


# --- twice


async def test_announcements_and_uploads_that_race(server: ChildServer) -> None:
    """Over several connections at once, over and over: it counts once, with its own values."""
    values = update(21)
    content = values.tobytes()
    async with (
        bystanders(server, lines=None),
        contributor(server.client("patient")) as one,
        contributor(server.client("patient")) as other,
    ):
        number = one.round
        answers = await asyncio.gather(*(one.contribute(values) for _ in range(8)))
        accepted = [each for each in answers if isinstance(each, UploadState)]
        assert {each.counts_in for each in accepted} <= {number + 1}
        assert {each.code for each in answers if each not in accepted} <= {
            "upload_busy",
            "upload_offset",
            "upload_not_announced",
        }
        assert (await one.contribute(values)).counts_in == number + 1
        assert (await other.contribute(values, samples=5)).counts_in == number + 1
        expected = next_model(one.weights.buffer, [(values, 1, 0), (values, 5, 0)])
        await until(lambda: one.client._known.round > one.round)
        later = server.client("patient")
        session = await later.connect()
        assert session.round == number + 1
        assert session.weights.buffer.tobytes() == expected.tobytes()
        await later.disconnect()
        assert (await one.announce(content)).counts_in == number + 1


async def test_an_upload_that_is_announced_anew_while_it_arrives(server: ChildServer) -> None:
    """What is announced last is what counts; nothing of the other one gets into it."""
    first, second = update(22), update(23)
    has_begun, goes_on = asyncio.Event(), asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield first.tobytes()[:PIECE]
        yield first.tobytes()[PIECE : PIECE + 1000]
        has_begun.set()
        await goes_on.wait()
        yield first.tobytes()[PIECE + 1000 :]

    async with (
        bystanders(server, lines=None),
        contributor(server.client("patient")) as one,
        contributor(server.client("patient")) as other,
    ):
        await one.announce(first.tobytes())
        arriving = asyncio.create_task(one.put(slowly()))
        await has_begun.wait()
        state = await one.announce(second.tobytes())
        assert state.offset == 0
        goes_on.set()
        problem = await arriving
        assert problem.code in {"upload_not_announced", "upload_busy"}
        state = await one.put(second.tobytes())
        assert state.counts_in == one.round + 1
        assert (await other.contribute(first)).counts_in == one.round + 1
        expected = next_model(one.weights.buffer, [(second, 1, 0), (first, 1, 0)])
        await until(lambda: one.client._known.round > one.round)
        later = server.client("patient")
        session = await later.connect()
        assert session.weights.buffer.tobytes() == expected.tobytes()
        await later.disconnect()


# --- out of order


async def test_uploads_out_of_order_change_nothing(server: ChildServer) -> None:
    values = update(24)
    content = values.tobytes()
    async with bystanders(server, lines=None), contributor(server.client("patient")) as one:
        before = everything(server, "patient")
        assert (await one.put(content)).code == "upload_not_announced"
        for ahead in (1, 2, 1 << 53):
            problem = await one.announce(content, base_round=min(one.round + ahead, 1 << 53))
            assert (one.status, problem.code) == (422, "update_of_future_round")
        for base_round in ((1 << 53) + 1, -1, 1.5, "0", None):
            problem = await one.announce(content, base_round=base_round)
            assert (one.status, problem.code) == (400, "announcement_malformed")
        assert (await one.announce(content)).offset == 0
        for offset in (1, PIECE, len(content), 1 << 62):
            problem = await one.put(content[:1], offset=offset)
            assert (one.status, problem.code) == (409, "upload_offset")
        assert (await one.put(content, base_round=one.round + 1)).code == "upload_not_announced"
        assert (await one.put(b"")).code == "update_incomplete"
        assert everything(server, "patient") == before


async def test_a_round_that_is_over(tmp_path: Path) -> None:
    """Too late is told as such; the model of the next round is not touched."""
    initial = weights_of([0.0, 0.0])
    values = np.float32([1, 2])
    async with (
        running_server(tmp_path, initial=initial) as server,
        contributor(server.client()) as one,
        contributor(server.client()) as other,
        contributor(server.client()) as late,
    ):
        await late.client.pause()
        assert (await late.announce(values.tobytes())).offset == 0
        await one.contribute(values)
        await other.contribute(values)
        await until(lambda: closed_rounds(server.data_dir))
        answer = await late.put(values.tobytes())
        assert answer.code in {"update_too_late", "upload_not_announced"}
        answer = await late.announce(values.tobytes())
        assert (late.status, answer.code) == (422, "update_too_late")
        assert [row.participant for row in counted(server.data_dir)] == sorted(
            [one.participant, other.participant]
        )


async def test_a_session_that_is_over(tmp_path: Path) -> None:
    """It takes nothing that nobody would aggregate any more."""
    initial, values = weights_of([0.0, 0.0]), np.float32([1, 2])
    task = of_one_round(task_with(round_cutoff=5))
    async with (
        running_server(tmp_path, initial=initial, task=task) as server,
        contributor(server.client()) as one,
        contributor(server.client()) as other,
        contributor(server.client()) as late,
    ):
        await late.client.pause()
        await one.contribute(values)
        await other.contribute(values)
        await until(lambda: closed_rounds(server.data_dir))
        for base_round in (0, 1):
            problem = await late.announce(values.tobytes(), base_round=base_round)
            assert (late.status, problem.code) == (422, "session_finished")
        async with asyncio.timeout(PATIENCE):
            aggregate = await late.client.on_round_end_communication(
                weights_of(values), base_round=0, samples=1
            )
        assert (aggregate.is_stale, aggregate.is_counted, aggregate.is_last) == (True, False, True)
        assert len(counted(server.data_dir)) == 2


def of_one_round(task: Task) -> Task:
    training = msgspec.structs.replace(task.training, epochs=1, round_duration=1)
    return msgspec.structs.replace(task, training=training)


MESSAGES = [Pause(), Resume(), Leave(), Proof(signature=bytes(64))]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
async def test_a_message_before_the_hello(server: ChildServer, message: Any) -> None:
    async with bystanders(server, lines=None):
        before = everything(server, "patient")
        async with await RawControl.upgraded(server, "patient") as raw:
            await raw.send(frame(BINARY, encode_message(message)))
            assert await raw.close_code() is not None
        assert everything(server, "patient") == before


async def test_a_second_hello_or_proof(server: ChildServer) -> None:
    """Ends the connection of whoever says it, and nothing else."""
    async with bystanders(server, lines=None):
        hello = hello_of(server, Identity.generate().public_key)
        for message in (
            hello,
            Proof(signature=bytes(64)),
            Challenge(public_key=bytes(32), nonce=bytes(32), signature=bytes(64)),
        ):
            raw, _ = await RawControl.joined(server)
            async with raw:
                await raw.send(frame(BINARY, encode_message(message)))
                assert await raw.close_code() is not None


# --- not at all


async def test_a_socket_that_says_no_hello_is_no_participant(hasty_server: ChildServer) -> None:
    async with (
        bystanders(hasty_server, lines=None),
        await RawControl.upgraded(hasty_server) as silent,
        await RawSocket.open(hasty_server.port),
    ):
        shown = await hasty_server.get("/tasks")
        assert '"participants":2' in shown
        assert await silent.close_code() is not None


async def test_the_last_missing_participant_leaves(tmp_path: Path) -> None:
    """Where the minimum still holds the round closes, exact, without it."""
    initial = weights_of([0.0, 0.0])
    async with running_server(tmp_path, initial=initial) as server:
        staying, missing = [server.client(), server.client()], server.client()
        await asyncio.gather(*(client.connect() for client in (*staying, missing)))
        updates = [np.float32([1, 2]), np.float32([3, 5])]
        waiting = [
            asyncio.create_task(contribute(client, values))
            for client, values in zip(staying, updates, strict=True)
        ]
        await until(lambda: len(counted(server.data_dir)) == 2)
        assert not any(task.done() for task in waiting)
        await missing.disconnect()
        async with asyncio.timeout(PATIENCE):
            results = await asyncio.gather(*waiting)
        expected = next_model(initial.buffer, [(values, 1, 0) for values in updates]).tobytes()
        assert {result.weights.buffer.tobytes() for result in results} == {expected}
        assert {result.participants for result in results} == {2}
        for client in staying:
            await client.disconnect()


async def test_a_round_without_its_minimum_stays_open_and_says_so(tmp_path: Path) -> None:
    """And closes, with what was acknowledged, as soon as somebody comes."""
    initial = weights_of([0.0, 0.0])
    task = task_with(round_deadline=0.2)
    async with running_server(tmp_path, initial=initial, task=task) as server:
        staying, missing = server.client(), server.client()
        await staying.connect()
        await missing.connect()
        waiting = asyncio.create_task(contribute(staying, np.float32([1, 2])))
        await until(lambda: counted(server.data_dir))
        await missing.disconnect()
        await told(staying, StatusChanged(status="not enough participants"))
        assert not waiting.done()
        newcomer = server.client()
        await newcomer.connect()
        async with asyncio.timeout(PATIENCE):
            results = await asyncio.gather(waiting, contribute(newcomer, np.float32([3, 4])))
        assert {result.weights.buffer.tolist()[0] for result in results} == {2.0}
        await staying.disconnect()
        await newcomer.disconnect()


async def contribute(client: FederatedClient, values: np.ndarray, base_round: int = 0) -> Aggregate:
    return await client.on_round_end_communication(
        Weights(client._manifest, values.copy()), base_round=base_round, samples=1
    )


async def told(client: FederatedClient, awaited: object) -> list[object]:
    """Wait for a notice; return all up to it and those that follow at once."""
    seen: list[object] = []

    def is_there() -> bool:
        while (notice := client.notices.take()) is not None:
            seen.append(notice)
        return awaited in seen and any(isinstance(each, StatusChanged) for each in seen[-1:])

    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(5):
            await until(is_there)
    assert awaited in seen, seen
    return seen


# --- a participant vanishes

SIZE = 300_000  # values: two pieces


async def before_the_announcement(one: Contributor) -> None:
    pass


async def after_the_announcement(one: Contributor) -> None:
    await one.announce(vanishing().tobytes())


async def after_half_a_piece(one: Contributor) -> None:
    await one.announce(vanishing().tobytes())
    await send_and_stay_silent(one, PIECE // 2)


async def after_a_piece(one: Contributor) -> None:
    await one.announce(vanishing().tobytes())
    await send_and_stay_silent(one, PIECE + 10)


async def before_the_last_byte(one: Contributor) -> None:
    await one.announce(vanishing().tobytes())
    await send_and_stay_silent(one, 4 * SIZE - 1)


async def without_reading_the_acknowledgement(one: Contributor) -> None:
    await one.announce(vanishing().tobytes())
    await send_and_stay_silent(one, 4 * SIZE)


async def after_the_acknowledgement(one: Contributor) -> None:
    assert (await one.contribute(vanishing())).counts_in == 1


STEPS = [
    before_the_announcement,
    after_the_announcement,
    after_half_a_piece,
    after_a_piece,
    before_the_last_byte,
    without_reading_the_acknowledgement,
    after_the_acknowledgement,
]


def vanishing() -> np.ndarray:
    return np.random.default_rng(5).standard_normal(SIZE).astype(np.float32)


async def send_and_stay_silent(one: Contributor, size: int) -> None:
    """Begin an upload that gets as far as that."""
    has_left = asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        yield vanishing().tobytes()[:size]
        has_left.set()
        if size < 4 * SIZE:
            await asyncio.Event().wait()

    one.silent = asyncio.create_task(one.put(body()))
    await has_left.wait()


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
async def test_a_participant_vanishes(step: Any, tmp_path: Path) -> None:
    """The others have their round in time, with what was acknowledged, all the same model."""
    initial = weights_of(np.zeros(SIZE))
    others = [update_of(seed) for seed in (6, 7)]
    async with (
        running_server(
            tmp_path, initial=initial, reconnect_seconds=0.3, task=task_with(round_deadline=5.0)
        ) as server,
        unreliable_network(
            int(server.url.rpartition(":")[2]), random.Random(1), lambda: None
        ) as network,
    ):
        clients = [server.client(), server.client()]
        for client in clients:
            await client.connect()
        gone = server.client(url=f"http://127.0.0.1:{network.port}")
        async with contributor(gone) as one:
            waiting = [
                asyncio.create_task(contribute(client, values))
                for client, values in zip(clients, others, strict=True)
            ]
            one.silent = None
            await step(one)
            network.is_down = True
            network.cut()
            async with asyncio.timeout(PATIENCE):
                results = await asyncio.gather(*waiting)
            if one.silent is not None:
                await asyncio.gather(one.silent, return_exceptions=True)
        updates = dict(zip([client._identity.node_id for client in clients], others, strict=True))
        updates[gone._identity.node_id] = vanishing()
        rows = counted(server.data_dir)
        assert {row.participant for row in rows if row.counted_in == 1} >= {
            client._identity.node_id for client in clients
        }
        if step is after_the_acknowledgement:
            assert len(rows) == 3
        assert {row.counted_in for row in rows} == {1}
        expected = next_model(
            initial.buffer, [(updates[row.participant], row.samples, 0) for row in rows]
        ).tobytes()
        assert {result.weights.buffer.tobytes() for result in results} == {expected}
        assert {result.participants for result in results} == {len(rows)}
        for client in clients:
            await client.disconnect()


def update_of(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(SIZE).astype(np.float32)


@pytest.mark.parametrize("said", ["hello", "proof"])
async def test_a_participant_vanishes_in_the_handshake(server: ChildServer, said: str) -> None:
    identity = Identity.generate()
    async with bystanders(server, lines=None), await RawControl.upgraded(server) as raw:
        hello = hello_of(server, identity.public_key)
        await raw.send(frame(BINARY, encode_message(hello)))
        challenge = await raw.message()
        assert isinstance(challenge, Challenge)
        if said == "proof":
            signature = identity.sign(participant_statement(hello, challenge))
            await raw.send(frame(BINARY, encode_message(Proof(signature=signature))))
            assert isinstance(await raw.message(), Welcome)


async def test_a_participant_vanishes_in_a_download(server: ChildServer) -> None:
    raw, welcome = await RawControl.joined(server)
    async with bystanders(server, lines=None), raw, await RawSocket.open(server.port) as download:
        await download.send(
            f"GET /models/{welcome.model.digest} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        )
        assert await download.status() == 200
        assert len(await download.read(1000)) == 1000
        download.close()
