"""More than anybody needs: of messages, of connections. Others must hardly notice."""

from __future__ import annotations

import asyncio
import contextlib
import socket

import pytest

from disco_desktop.engine.messages import Pause, Resume, encode_message
from tests.faults.bystanders import Participant, bystanders, complete_round
from tests.faults.child_server import child_server
from tests.faults.raw_socket import BINARY, PING, PONG, RawControl, frame

IDLE_SOCKETS = 500

FLOODS = {
    "messages": frame(BINARY, encode_message(Pause())) + frame(BINARY, encode_message(Resume())),
    "pings": frame(PING, b"x"),
    "pongs": frame(PONG),
}


@pytest.fixture(scope="module")
def flooded_server(tmp_path_factory):
    """A server with all its own limits, those of its log among them."""
    folder = tmp_path_factory.mktemp("flooded")
    with child_server(folder) as running:
        yield running


@pytest.mark.parametrize("kind", FLOODS)
async def test_a_flood_of_tiny_messages_is_cut_off(flooded_server, kind):
    """They come as fast as a socket carries them, which is far more than 10,000 a second."""
    async with bystanders(flooded_server, lines=None) as (first, _):
        raw, _ = await RawControl.joined(flooded_server)
        async with raw, raw.sending_without_end(FLOODS[kind] * 10_000):
            assert await raw.close_code() == 1008
    # What one says again and again is not passed on to all the others again and again.
    told = first.client.ledger.traffic.get("participants")
    assert told is None or told.messages_received < 50
    assert sum("too many messages" in line for line in flooded_server.log()) == 1


async def test_rounds_go_on_while_floods_come_again_and_again(flooded_server):
    async def flood():
        while True:
            raw, _ = await RawControl.joined(flooded_server, "patient")
            async with raw, raw.sending_without_end(FLOODS["messages"] * 1_000):
                await raw.close_code()

    async with bystanders(flooded_server, lines=None):
        attacks = [asyncio.create_task(flood()) for _ in range(3)]
        pair = [
            Participant(flooded_server.client("quiet"), samples=3, seed=1),
            Participant(flooded_server.client("quiet"), samples=1, seed=2),
        ]
        for participant in pair:
            await participant.connect()
        for _ in range(5):
            await complete_round(*pair)
        assert not any(attack.done() for attack in attacks)
        for attack in attacks:
            attack.cancel()
        await asyncio.gather(*attacks, return_exceptions=True)
        for participant in pair:
            await participant.client.disconnect()


@contextlib.contextmanager
def idle_sockets(server):
    """Connect many times and say nothing."""
    idle = []
    try:
        for _ in range(IDLE_SOCKETS):
            idle.append(socket.create_connection(("127.0.0.1", server.port), timeout=10))
        yield
    finally:
        for silent in idle:
            silent.close()


async def test_idle_sockets_keep_nobody_out(flooded_server):
    async with bystanders(flooded_server):
        with idle_sockets(flooded_server):
            newcomer = flooded_server.client("quiet")
            await newcomer.connect()  # at the first attempt, since a client makes but one
            await newcomer.disconnect()
            open_ = await flooded_server.metric("disco_open_connections")
            assert open_ <= 256 + 10  # strangers and those who are known


async def test_control_connections_without_a_hello_keep_nobody_out(flooded_server):
    async with bystanders(flooded_server, lines=None):
        silent = [await RawControl.upgraded(flooded_server) for _ in range(IDLE_SOCKETS)]
        newcomer = flooded_server.client("quiet")
        await newcomer.connect()
        await newcomer.disconnect()
        assert await flooded_server.metric("disco_open_connections") <= 256 + 10
        for raw in silent:
            raw.close()
