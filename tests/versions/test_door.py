"""Programs of different versions at the door: they agree, or say which of them is older."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from disco_desktop.app.server.api import fetch_summaries
from disco_desktop.app.words.sentences import sentence
from disco_desktop.engine.client import versions
from disco_desktop.engine.client.address import ServerAddress
from disco_desktop.engine.client.federated import FederatedClient
from disco_desktop.engine.client.identity import Identity
from disco_desktop.engine.client.statements import fresh_nonce, participant_statement
from disco_desktop.engine.errors import ServerError
from disco_desktop.engine.messages import (
    PROTOCOL_VERSION,
    Challenge,
    Hello,
    Proof,
    Refused,
    Welcome,
    decode_from_participant,
    decode_from_server,
    encode_message,
)
from disco_desktop.engine.task.task import SCHEMA_VERSION
from tests.server.running_server import RunningServer, running_server, task_with, weights_of

if TYPE_CHECKING:
    from pathlib import Path

    from disco_desktop.engine.messages import FromServer

INITIAL = weights_of([1.0, 2.0])


async def knock(
    server: RunningServer, protocol: int, *, offers: tuple[str, ...] = (), schema: int = 1
) -> tuple[str | None, FromServer]:
    """Come as a program of some version; return what was chosen, and the server's last word."""
    identity = Identity.generate()
    hello = Hello(
        protocol=protocol,
        task_schema=schema,
        task_digest=server.task.digest,
        role="participant",
        public_key=identity.public_key,
        nonce=fresh_nonce(),
    )
    async with (
        aiohttp.ClientSession(headers={"Disco-Program": "9.8"}) as http,
        http.ws_connect(f"{server.url}/federated/{server.task.id}", protocols=offers) as socket,
    ):
        await socket.send_bytes(encode_message(hello))
        answer = decode_from_server(await socket.receive_bytes(timeout=20))
        if isinstance(answer, Challenge):
            signature = identity.sign(participant_statement(hello, answer))
            await socket.send_bytes(encode_message(Proof(signature=signature)))
            answer = decode_from_server(await socket.receive_bytes(timeout=20))
        return socket.protocol, answer


@pytest.mark.parametrize(
    ("offers", "chosen"),
    [((), None), (("disco-1",), "disco-1"), (("disco-9", "disco-2", "disco-1"), "disco-2")],
)
async def test_a_server_chooses_the_newest_common_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, offers: tuple[str, ...], chosen: str | None
) -> None:
    monkeypatch.setattr(versions, "PROTOCOL_VERSION", 3)
    async with running_server(tmp_path, initial=INITIAL) as server:
        protocol, answer = await knock(server, int((chosen or "disco-1")[-1]), offers=offers)
        assert protocol == chosen
        assert isinstance(answer, Welcome)


@pytest.mark.parametrize(
    ("oldest", "theirs", "older"),
    [(1, PROTOCOL_VERSION + 1, "this server"), (2, 1, "the participant's program")],
)
async def test_a_server_tells_both_which_side_needs_an_update(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    oldest: int,
    theirs: int,
    older: str,
) -> None:
    monkeypatch.setattr(versions, "OLDEST_PROTOCOL", oldest)
    monkeypatch.setattr("disco_desktop.server.control_channel.OLDEST_PROTOCOL", oldest)
    monkeypatch.setattr(versions, "PROTOCOL_VERSION", max(oldest, PROTOCOL_VERSION))
    caplog.set_level(logging.INFO, "disco")
    async with running_server(tmp_path, initial=INITIAL) as server:
        _, answer = await knock(server, theirs, offers=(f"disco-{theirs}",))
    assert isinstance(answer, Refused)
    assert answer.code == "protocol_differs"
    assert answer.arguments["theirs"] == theirs
    assert answer.arguments["ours"] == oldest
    (line,) = (said for said in caplog.messages if "refused a participant" in said)
    assert f"Disco 9.8 with version {theirs}" in line
    assert line.endswith(f"{older} needs an update")


async def test_a_program_with_a_newer_task_format_learns_that_the_server_is_older(
    tmp_path: Path,
) -> None:
    async with running_server(tmp_path, initial=INITIAL) as server:
        _, answer = await knock(server, PROTOCOL_VERSION, schema=SCHEMA_VERSION + 1)
    assert isinstance(answer, Refused)
    refusal = versions.older_side(ServerError.told(answer.code, answer.arguments))
    assert refusal.code == "server_too_old"


def server_of(ours: int, chosen: tuple[str, ...], heard: list[Hello]) -> web.Application:
    """A server of another version, which refuses whoever does not speak its own."""

    async def connect(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=chosen)
        await socket.prepare(request)
        hello = decode_from_participant(await socket.receive_bytes())
        assert isinstance(hello, Hello)
        heard.append(hello)
        code = "role_not_granted" if hello.protocol == ours else "protocol_differs"
        refused = Refused(code=code, arguments={"theirs": hello.protocol, "ours": ours})
        await socket.send_bytes(encode_message(refused))
        await socket.close()
        return socket

    async def tasks(_: web.Request) -> web.Response:
        return web.json_response({}, headers={"Disco-Protocol": f"{ours}-{ours}"})

    app = web.Application()
    app.router.add_get("/federated/{task}", connect)
    app.router.add_get("/tasks", tasks)
    return app


@pytest.mark.parametrize(
    ("ours", "span", "code"),
    [
        (9, (1, 1), "program_too_old"),  # the server is newer than we
        (1, (2, 3), "server_too_old"),  # it is of the first version, which we no longer speak
        (1, (1, 3), "role_not_granted"),  # it is of the first version, which we still speak
    ],
)
@pytest.mark.filterwarnings("ignore:Client protocols")
async def test_a_participant_is_told_which_side_is_older(
    monkeypatch: pytest.MonkeyPatch, ours: int, span: tuple[int, int], code: str
) -> None:
    monkeypatch.setattr(versions, "OLDEST_PROTOCOL", span[0])
    monkeypatch.setattr(versions, "PROTOCOL_VERSION", span[1])
    heard: list[Hello] = []
    async with TestServer(server_of(ours, (), heard)) as server:
        address = ServerAddress(str(server.make_url("/")))
        client = FederatedClient(task_with(), INITIAL.manifest, address, Identity.generate())
        with pytest.raises(ServerError) as refused:
            await client.connect()
        assert refused.value.code == code
        if code != "role_not_granted":
            assert "pdate" in sentence(refused.value)
            with pytest.raises(ServerError) as unread:
                await fetch_summaries(address)
            assert unread.value.code == code


async def test_a_participant_speaks_the_version_that_the_server_chose(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(versions, "PROTOCOL_VERSION", 3)
    heard: list[Hello] = []
    async with TestServer(server_of(2, ("disco-2",), heard)) as server:
        address = ServerAddress(str(server.make_url("/")))
        client = FederatedClient(task_with(), INITIAL.manifest, address, Identity.generate())
        with pytest.raises(ServerError, match="role_not_granted"):
            await client.connect()
    assert [hello.protocol for hello in heard] == [2]


async def test_a_server_says_its_versions_with_every_answer(tmp_path: Path) -> None:
    async with (
        running_server(tmp_path, initial=INITIAL) as server,
        aiohttp.ClientSession() as http,
        http.get(f"{server.url}/tasks") as answer,
    ):
        assert dict(answer.headers).items() >= versions.VERSION_HEADERS.items()
