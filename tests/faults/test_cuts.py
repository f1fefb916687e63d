"""Connections cut at any byte: no partial state, and each contribution counts once."""

from __future__ import annotations

import pytest

from disco_desktop.engine.client import control_connection, transfer
from disco_desktop.engine.errors import ServerError
from disco_desktop.engine.weights.pieces import DIGEST_SIZE, PIECE
from tests.faults.bystanders import Participant, complete_round, watched
from tests.faults.child_server import ELEMENTS, child_server
from tests.faults.proxy import Proxy

SIZE = 4 * ELEMENTS

# Where things are cut: at the ends of their pieces and within.
CUTS = {
    "announcement": [0, 1, 40, 100],
    "announced": [0, 1, 60, 200],
    "update": [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE // 2, 2 * PIECE, SIZE - 1],
    "acknowledgement": [0, 1, 60, 200],
    "digests": [0, 1, DIGEST_SIZE, 2 * DIGEST_SIZE - 1],
    "model": [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE // 2, 2 * PIECE, SIZE - 1],
    "control down": [0, 1, 2, 3, 20, 60],
}


@pytest.fixture(scope="module")
def patient_server(tmp_path_factory):
    """A server that waits for those whose connection broke."""
    with child_server(tmp_path_factory.mktemp("patient"), reconnect_seconds=3.0) as running:
        yield running


@pytest.fixture
async def three(patient_server):
    """Two bystanders, and one whose connections pass through a proxy."""
    proxy = Proxy(patient_server.port)
    async with proxy.running():
        trio = [
            Participant(patient_server.client("patient"), samples=3, seed=1),
            Participant(patient_server.client("patient"), samples=1, seed=2),
            Participant(patient_server.client("patient", port=proxy.port), samples=4, seed=3),
        ]
        for participant in trio:
            await participant.connect()
        try:
            async with watched(patient_server, lines=None):
                yield proxy, trio
        finally:
            for participant in trio:
                await participant.client.disconnect()


@pytest.mark.parametrize("kind", CUTS)
async def test_a_cut_costs_nothing_but_time(three, kind):
    proxy, trio = three
    for offset in CUTS[kind]:
        fault = proxy.spoil(kind, offset)
        await complete_round(*trio)
        assert fault.happened.is_set(), offset


async def test_what_arrived_before_a_cut_is_not_sent_again(three):
    proxy, trio = three
    proxy.requests.clear()
    proxy.spoil("update", 2 * PIECE + 5)
    await complete_round(*trio)
    offsets = [line.split()[1].partition("offset=")[2] for line in proxy.requests if "PUT" in line]
    assert offsets == ["0", str(2 * PIECE)]


async def test_a_control_connection_that_is_cut_at_rest_comes_back(three):
    proxy, trio = three
    proxy.requests.clear()
    fault = proxy.spoil("control up", 0)
    await trio[2].client.pause()
    await fault.happened.wait()
    await trio[2].client.resume()
    await complete_round(*trio)
    assert [line for line in proxy.requests if "/federated/" in line] != []


@pytest.mark.parametrize(
    ("kind", "offset"),
    [
        ("control up", 0),
        ("announced", 0),
        ("update", PIECE + 5),
        ("acknowledgement", 0),
        ("model", PIECE + 5),
    ],
)
async def test_a_connection_that_goes_dead_is_noticed_and_replaced(
    three, monkeypatch, kind, offset
):
    """Nothing passes any more, and nobody is told: as behind a router that was switched off."""
    proxy, trio = three
    monkeypatch.setattr(transfer, "PIECE_SECONDS", 0.5)
    monkeypatch.setattr(control_connection, "HEARTBEAT_SECONDS", 0.5)
    proxy.spoil("control down", 0)  # the next connection has the shorter heartbeat
    await complete_round(*trio)
    fault = proxy.spoil(kind, offset, "mute")
    if kind == "control up":
        await trio[2].client.pause()
        await trio[2].client.resume()
    await complete_round(*trio)
    assert fault.happened.is_set()


# Hello and proof are some 320 bytes, challenge and welcome some 500.
@pytest.mark.parametrize("kind", ["control up", "control down"])
async def test_who_is_cut_off_while_joining_is_told_and_is_not_a_member(patient_server, kind):
    async with watched(patient_server, lines=None), Proxy(patient_server.port).running() as proxy:
        pair = [
            Participant(patient_server.client("quiet"), samples=3, seed=1),
            Participant(patient_server.client("quiet"), samples=1, seed=2),
        ]
        for participant in pair:
            await participant.connect()
        for offset in (0, 1, 2, 3, 100, 200):
            fault = proxy.spoil(kind, offset)
            client = patient_server.client("quiet", port=proxy.port)
            with pytest.raises(ServerError) as raised:
                await client.connect()
            assert raised.value.code == "server_connection_lost"
            assert fault.happened.is_set()
            await complete_round(*pair)
        for participant in pair:
            await participant.client.disconnect()
