"""Nobody acts as somebody else, reaches what is not theirs, or counts twice."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from typing import TYPE_CHECKING, Any

import aiohttp
import msgspec
import numpy as np
import pytest

from disco_desktop.engine.client.identity import Identity
from disco_desktop.engine.client.statements import fresh_nonce
from disco_desktop.engine.errors import ServerError
from disco_desktop.engine.messages import (
    PROTOCOL_VERSION,
    Hello,
    Problem,
    Proof,
    Refused,
    encode_message,
)
from disco_desktop.engine.task.task import SCHEMA_VERSION, encode_task
from disco_desktop.engine.weights.weights import Weights
from tests.faults.bystanders import PATIENCE, bystanders, update
from tests.faults.contributor import contributor, until
from tests.faults.raw_socket import BINARY, RawControl, RawSocket, frame
from tests.faults.recomputation import closed_rounds, counted, next_model
from tests.faults.unreliable_network import unreliable_network
from tests.server.running_server import running_server, task_with, weights_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.child_server import ChildServer


# --- one as another


async def test_one_cannot_send_as_another(server: ChildServer) -> None:
    content = update(5).tobytes()
    async with (
        bystanders(server, lines=None),
        contributor(server.client("patient")) as one,
        contributor(server.client("patient")) as other,
    ):
        body = msgspec.msgpack.encode(one.announcement(content))
        secret = one.token.partition(".")[2]
        for token, status in {
            f"{other.participant}.{secret}": 403,
            one.token + "x": 403,
            one.token[:-1]: 403,
            f"{one.participant}.": 403,
            one.participant: 403,
            "0" * 16 + "." + secret: 403,
            "ÿ": 403,
            "": 401,
        }.items():
            problem = await one.post(body, token=token)
            assert (one.status, problem.code) == (
                status,
                "token_missing" if status == 401 else "token_not_valid",
            )
        assert await one.announce(content)
        problem = await other.put(content, token=f"{one.participant}.{secret[:-1]}")
        assert (other.status, problem.code) == (403, "token_not_valid")


async def test_a_token_is_for_one_session_of_one_task(server: ChildServer) -> None:
    async with bystanders(server, lines=None), contributor(server.client("patient")) as one:
        for place in (
            "/tasks/hurried/sessions/1/contributions",
            "/tasks/patient/sessions/0/contributions",
            "/tasks/patient/sessions/99/contributions",
        ):
            problem = await one.put(b"", url=server.address.endpoint(place))
            assert (one.status, problem.code) == (403, "token_not_valid")


async def test_an_observer_contributes_nothing(tmp_path: Path) -> None:
    initial = weights_of([0, 0])
    async with running_server(tmp_path, initial=initial) as server:
        async with contributor(server.client(role="observer")) as observer:
            problem = await observer.contribute(np.float32([1, 1]))
            assert (observer.status, problem.code) == (403, "not_a_participant")
        assert counted(server.data_dir) == []


# --- places


IDS = [
    "../../x",
    "..%2f..%2fx",
    "%2e%2e",
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "CON",
    "nul",
    "a%00b",
    "%ff%fe",
    "A" * 10_000,
    "hurried%0a",
    "hurried.",
    "HURRIED",
]


@pytest.mark.parametrize("place", ["/tasks/{}", "/tasks/{}/model", "/federated/{}"])
async def test_ids_that_name_no_task(server: ChildServer, place: str) -> None:
    before = sorted(server.folder.rglob("*"))
    async with bystanders(server, lines=None):
        for name in IDS:
            async with await RawSocket.open(server.port) as raw:
                request = f"GET {place.format(name)} HTTP/1.1\r\nHost: localhost\r\n\r\n"
                await raw.send(request.encode())
                assert await raw.status() == 404, name[:20]
    spool = {server.spool, *server.spool.iterdir()}
    models = set((server.folder / "data" / "models").iterdir())
    assert set(before) ^ set(server.folder.rglob("*")) <= spool | models | set(before)
    assert not [path for path in server.folder.rglob("*") if path.name in {"x", "CON", "nul"}]


# --- tasks


async def post_task(server: ChildServer, body: bytes, token: str | None) -> tuple[int, Problem]:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    async with (
        aiohttp.ClientSession() as http,
        http.post(server.address.endpoint("/tasks"), data=body, headers=headers) as response,
    ):
        return response.status, msgspec.msgpack.decode(await response.read(), type=Problem)


async def test_a_task_needs_the_right(server: ChildServer) -> None:
    body = encode_task(msgspec.structs.replace(task_with(), id="unwanted"))
    async with bystanders(server, lines=None), contributor(server.client("patient")) as one:
        assert (await post_task(server, body, None))[0] == 401
        for token in ("wrong", one.token, "ÿ"):
            status, problem = await post_task(server, body, token)
            assert (status, problem.code) == (403, "not_the_creator")
    assert "unwanted" not in await server.get("/tasks")


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("training", "epochs"), 1e9),
        (("training", "epochs"), 10**9),
        (("training", "epochs"), -1),
        (("training", "batch_size"), 0),
        (("training", "validation_split"), -0.5),
        (("training", "optimizer", "learning_rate"), -1),
        (("collaboration", "minimum_participants"), -2),
        (("collaboration", "round_deadline"), 0),
        (("collaboration", "largest_norm"), 1e300),
        (("collaboration", "unknown"), 1),
        (("id",), "../x"),
        (("id",), "CON"),
        (("id",), "A" * 10_000),
        (("unknown",), {}),
    ],
    ids=lambda value: ".".join(value) if isinstance(value, tuple) else None,
)
async def test_a_task_that_breaks_the_schema(
    server: ChildServer, place: tuple[str, ...], value: Any
) -> None:
    """The creator is told which field it is."""
    task = msgspec.to_builtins(task_with())
    inner = task
    for name in place[:-1]:
        inner = inner[name]
    inner[place[-1]] = value
    token = (server.folder / "data" / "creator.token").read_text().strip()
    offered = await server.get("/tasks")
    status, problem = await post_task(server, msgspec.json.encode(task), token)
    assert (status, problem.code) == (400, "task_invalid")
    assert place[-1] in f"{problem.arguments['field']} {problem.arguments['problem']}"
    assert await server.get("/tasks") == offered


# --- the same again


async def test_a_replayed_upload_counts_once(tmp_path: Path) -> None:
    initial = weights_of([0.0, 0.0])
    one_update, other_update = np.float32([1, 2]), np.float32([3, -2])
    async with (
        running_server(tmp_path, initial=initial) as server,
        contributor(server.client()) as one,
        contributor(server.client()) as other,
    ):
        assert (await one.contribute(one_update)).counts_in == 1
        for _ in range(3):
            assert (await one.contribute(one_update)).counts_in == 1  # before the round closes
        problem = await one.put(one_update.tobytes())
        assert problem.code == "upload_not_announced"
        assert (await other.contribute(other_update, samples=3)).counts_in == 1
        await until(lambda: closed_rounds(server.data_dir))
        for values in (one_update, other_update):  # and after, whatever it holds
            assert (await one.contribute(values)).counts_in == 1
        one.round = other.round = 1
        assert (await one.contribute(one_update)).counts_in == 2
        assert (await other.contribute(other_update, samples=3)).counts_in == 2
        await until(lambda: len(closed_rounds(server.data_dir)) == 2)
        model = initial.buffer
        for _ in range(2):
            model = next_model(model, [(one_update, 1, 0), (other_update, 3, 0)])
        later = server.client(session=1)
        session = await later.connect()
        assert session.round == 2
        assert session.weights.buffer.tobytes() == model.tobytes()
        await later.disconnect()
        assert [row.counted_in for row in counted(server.data_dir)] == [1, 2, 1, 2]


# --- keys


def hello_of(server: ChildServer, public_key: bytes) -> Hello:
    return Hello(
        protocol=PROTOCOL_VERSION,
        task_schema=SCHEMA_VERSION,
        task_digest=server.tasks["hurried"].digest,
        role="participant",
        public_key=public_key,
        nonce=fresh_nonce(),
    )


async def test_a_key_must_be_proved_whatever_else_one_holds(server: ChildServer) -> None:
    """A stolen token, or somebody's public key, opens no control connection."""
    async with bystanders(server, lines=None), contributor(server.client("hurried")) as one:
        thief = Identity.generate()
        async with await RawControl.upgraded(server) as raw:
            public_key = one.client._identity.public_key
            await raw.send(frame(BINARY, encode_message(hello_of(server, public_key))))
            await raw.message()
            await raw.send(frame(BINARY, encode_message(Proof(signature=thief.sign(b"mine")))))
            assert await raw.message() == Refused(code="key_not_proved")
        assert (await one.announce(update(5).tobytes())).offset == 0  # its token is still good


async def test_a_token_is_void_after_the_next_hello(server: ChildServer) -> None:
    client = server.client("patient")
    async with bystanders(server, lines=None), contributor(client) as one:
        stolen = one.token
        content = update(5).tobytes()
        assert await one.announce(content)
        again, _ = await RawControl.joined(server, "patient", identity=client._identity)
        async with again:
            problem = await one.put(content, token=stolen)
            assert (one.status, problem.code) == (403, "token_not_valid")


async def test_another_server_in_the_same_place_is_noticed(tmp_path: Path) -> None:
    """The participant does not go on with one that has another key."""
    initial = weights_of([0.0])
    async with running_server(tmp_path / "one", initial=initial) as server:
        client = server.client()
        await client.connect()
        port = int(server.url.rpartition(":")[2])
    async with running_server(tmp_path / "other", initial=initial, port=port):
        with pytest.raises(ServerError) as caught:
            async with asyncio.timeout(PATIENCE):
                await client.on_round_end_communication(weights_of([1.0]), base_round=0, samples=1)
        assert caught.value.code == "server_key_changed"
    await client.disconnect()
    assert counted(tmp_path / "other" / "data") == []


# --- the clock


async def test_the_clock_may_jump(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a day to either side, at every look at it; nothing that waits asks for the time of day."""
    days = itertools.cycle([0.0, 86_400.0, -86_400.0, 3e9])
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + next(days))
    initial = weights_of([0.0, 1.0])
    async with (
        running_server(tmp_path, initial=initial, reconnect_seconds=0.2) as server,
        unreliable_network(
            int(server.url.rpartition(":")[2]), random.Random(1), lambda: None
        ) as network,
    ):
        one, other = server.client(), server.client()
        gone = server.client(url=f"http://127.0.0.1:{network.port}")
        await asyncio.gather(one.connect(), other.connect(), gone.connect())
        network.is_down = True
        network.cut()  # its connection breaks, and it is waited for a moment
        model = initial.buffer
        async with asyncio.timeout(PATIENCE):
            for number in range(3):
                updates = [np.float32([number, 1]), np.float32([2, -number])]
                results = await asyncio.gather(
                    *(
                        client.on_round_end_communication(
                            Weights(initial.manifest, values.copy()), base_round=number, samples=2
                        )
                        for client, values in zip((one, other), updates, strict=True)
                    )
                )
                model = next_model(model, [(values, 2, 0) for values in updates])
                assert {result.round for result in results} == {number + 1}
                for result in results:
                    assert result.weights.buffer.tobytes() == model.tobytes()
        for client in (one, other, gone):
            await client.disconnect()
