"""One flipped bit on the way: the piece is asked for again, and nothing wrong is counted."""

from __future__ import annotations

import pytest

from disco_desktop.engine.errors import ServerError
from disco_desktop.engine.messages import PROTOCOL_VERSION, Hello, encode_message
from disco_desktop.engine.task.task import SCHEMA_VERSION
from disco_desktop.engine.weights.pieces import PIECE
from tests.faults.bystanders import Participant, bystanders, complete_round, watched
from tests.faults.child_server import ELEMENTS
from tests.faults.proxy import Proxy

SIZE = 4 * ELEMENTS
PIECES = 3
LAST = SIZE - 2 * PIECE  # bytes of the last piece
HEAD = 8  # bytes before the payload of a frame of this size
HELLO = HEAD + len(
    encode_message(
        Hello(
            protocol=PROTOCOL_VERSION,
            task_schema=SCHEMA_VERSION,
            task_digest="0" * 64,
            role="participant",
            public_key=bytes(32),
            nonce=bytes(32),
        )
    )
)


@pytest.fixture
async def three(server):
    """Two bystanders, and one whose connections pass through a proxy."""
    async with Proxy(server.port).running() as proxy:
        trio = [
            Participant(server.client("quiet"), samples=3, seed=1),
            Participant(server.client("quiet"), samples=1, seed=2),
            Participant(server.client("quiet", port=proxy.port), samples=4, seed=3),
        ]
        for participant in trio:
            await participant.connect()
        try:
            yield proxy, trio
        finally:
            for participant in trio:
                await participant.client.disconnect()


def traffic(participant, kind):
    found = participant.client.ledger.traffic[kind]
    return found.messages_sent + found.messages_received, found.bytes_sent + found.bytes_received


@pytest.mark.parametrize("piece", range(PIECES))
async def test_a_piece_of_an_update_is_asked_for_again(server, three, piece):
    proxy, trio = three
    await complete_round(*trio)
    messages, size = traffic(trio[2], "update")
    proxy.requests.clear()
    async with watched(server):
        proxy.spoil("update", piece * PIECE + 1_000, "flip")
        await complete_round(*trio)
    offsets = [line.split()[1].partition("offset=")[2] for line in proxy.requests if "PUT" in line]
    assert offsets == ["0", str(piece * PIECE)]
    again = traffic(trio[2], "update")[0] - messages - PIECES
    assert 1 <= again <= PIECES - piece  # those behind it may have been on their way already
    if piece == PIECES - 1:
        assert traffic(trio[2], "update")[1] - size == SIZE + LAST


@pytest.mark.parametrize("piece", range(PIECES))
async def test_a_piece_of_a_model_is_asked_for_again(server, three, piece):
    proxy, trio = three
    await complete_round(*trio)
    messages, _ = traffic(trio[2], "model")
    async with watched(server, lines=None):
        proxy.spoil("model", piece * PIECE + 1_000, "flip")
        await complete_round(*trio)
    assert traffic(trio[2], "model")[0] - messages == PIECES + 1


async def test_the_list_of_pieces_is_asked_for_again(three):
    proxy, trio = three
    for offset in (0, 95):
        fault = proxy.spoil("digests", offset, "flip")
        await complete_round(*trio)
        assert fault.happened.is_set()


async def test_a_digest_in_an_announcement_that_is_not_the_pieces_is_noticed(three):
    """Then the piece never fits, so the update has to be announced again, as it is."""
    proxy, trio = three
    fault = proxy.spoil("announcement", 140, "flip")
    await complete_round(*trio)
    assert fault.happened.is_set()


async def test_a_proof_with_a_flipped_bit_is_none(server):
    async with bystanders(server), Proxy(server.port).running() as proxy:
        client = server.client(port=proxy.port)
        fault = proxy.spoil("control up", HELLO + HEAD + 40, "flip")
        with pytest.raises(ServerError) as raised:
            await client.connect()
        assert raised.value.code == "key_not_proved"
        assert fault.happened.is_set()
