"""The relay: sealed frames between two of one room, and nothing else, whoever asks for it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import struct
from typing import TYPE_CHECKING

import aiohttp
import pytest

from disco_desktop.engine.client.identity import Identity
from disco_desktop.engine.messages import Leave, Peers
from disco_desktop.server.config import Limits
from disco_desktop.server.rooms.relays import LARGEST_SEALED
from tests.server.raw_peer import PATIENCE, RawPeer, connected, joined
from tests.server.running_server import RunningServer, running_server, task_with, weights_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

INITIAL = weights_of([1.0])
LIMITS = {"reconnect_seconds": 60.0, "notice_seconds": 1e-3, "farewell_seconds": 0.2}
PIECE = 1 << 20


@contextlib.asynccontextmanager
async def group(
    folder: Path, number: int = 2, **limits: float
) -> AsyncIterator[tuple[RunningServer, list[RawPeer]]]:
    task = task_with(scheme="decentralized")
    async with contextlib.AsyncExitStack() as stack:
        serving = running_server(folder, initial=INITIAL, task=task, **{**LIMITS, **limits})
        server = await stack.enter_async_context(serving)
        peers = [await stack.enter_async_context(joined(server)) for _ in range(number)]
        for peer in peers:
            while len((await peer.told(Peers)).peers) < number:
                pass
        yield server, peers


async def binary(socket: aiohttp.ClientWebSocketResponse) -> bytes:
    async with asyncio.timeout(PATIENCE):
        frame = await socket.receive()
    assert frame.type is aiohttp.WSMsgType.BINARY, frame
    return frame.data


async def ended(socket: aiohttp.ClientWebSocketResponse) -> int | None:
    """Wait until the other side closes; return with what."""
    async with asyncio.timeout(PATIENCE):
        while (frame := await socket.receive()).type is aiohttp.WSMsgType.BINARY:
            pass
    assert frame.type is not aiohttp.WSMsgType.ERROR, frame
    return socket.close_code


async def relayed_bytes(peer: RawPeer) -> float:
    async with peer.http.get(f"{peer.server.url}/metrics") as response:
        found = re.search(r"^disco_relayed_bytes_total (\S+)$", await response.text(), re.M)
    return float(found[1])


async def test_frames_pass_both_ways(tmp_path: Path) -> None:
    async with group(tmp_path) as (_, (anna, ben)), anna.relay(ben.id) as one:
        await one.send_bytes(b"before the other is there")
        async with ben.relay(anna.id) as other:
            assert await binary(other) == b"before the other is there"
            largest = os.urandom(LARGEST_SEALED)
            frames = [b"", b"\0", os.urandom(PIECE), largest, b"end"]
            for sender, reader in ((one, other), (other, one)):
                for frame in frames:
                    await sender.send_bytes(frame)
                    assert await binary(reader) == frame
            await one.ping()
            await one.send_bytes(b"still")
            assert await binary(other) == b"still"
            assert await relayed_bytes(anna) == 2 * sum(map(len, frames)) + 25 + 5


@pytest.mark.parametrize("how", ["closed", "aborted", "left"])
async def test_when_one_ends_the_other_does(tmp_path: Path, how: str) -> None:
    async with (
        group(tmp_path) as (_, (anna, ben)),
        anna.relay(ben.id) as one,
        ben.relay(anna.id) as other,
    ):
        await one.send_bytes(b"hello")
        assert await binary(other) == b"hello"
        match how:
            case "closed":
                await one.close()
            case "aborted":
                one._response.connection.transport.abort()
            case _:
                await anna.say(Leave())
        assert await ended(other) == 1001
        async with anna.http.get(anna.server.url) as response:
            assert response.status == 200


async def test_it_survives_a_loss_of_the_control_connection(tmp_path: Path) -> None:
    async with (
        group(tmp_path) as (server, (anna, ben)),
        anna.relay(ben.id) as one,
        ben.relay(anna.id) as other,
    ):
        await one.send_bytes(b"1")
        assert await binary(other) == b"1"
        await anna.vanish()
        async with joined(server, anna.identity, session=1):
            await one.send_bytes(b"2")
            assert await binary(other) == b"2"


async def test_a_third_socket_takes_the_place_of_the_dead_one(tmp_path: Path) -> None:
    async with (
        group(tmp_path) as (_, (anna, ben)),
        anna.relay(ben.id) as dead,
        ben.relay(anna.id) as other,
    ):
        await dead.send_bytes(b"1")
        assert await binary(other) == b"1"
        async with anna.relay(ben.id) as fresh:
            assert await ended(dead) == 1001
            assert await ended(other) == 1001
            async with ben.relay(anna.id) as again:
                await again.send_bytes(b"2")
                assert await binary(fresh) == b"2"


async def test_nobody_waits_for_ever(tmp_path: Path) -> None:
    async with (
        group(tmp_path, relay_wait_seconds=0.05) as (_, (anna, ben)),
        anna.relay(ben.id) as one,
    ):
        assert await ended(one) == 1013
        async with anna.relay(ben.id) as one, ben.relay(anna.id) as other:
            await one.send_bytes(b"now")
            assert await binary(other) == b"now"


async def status_of(peer: RawPeer, whom: str, **changes: object) -> int:
    with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
        async with peer.relay(whom, **changes):
            pass
    return caught.value.status


async def test_only_for_those_of_the_room(tmp_path: Path) -> None:
    stranger = Identity.generate().node_id
    async with group(tmp_path, 3) as (server, (anna, ben, cleo)):
        async with joined(server, role="observer") as olga, connected(server) as mute:
            await mute.enter()
            assert await status_of(anna, ben.id, token="") == 401
            assert await status_of(anna, ben.id, token="x" * 50) == 403
            assert await status_of(anna, ben.id, token=ben.welcome.token[:-1]) == 403
            forged = anna.id + ben.welcome.token[16:]
            assert await status_of(anna, ben.id, token=forged) == 403
            assert await status_of(anna, ben.id, session=2) == 403
            assert await status_of(olga, ben.id) == 403
            assert await status_of(mute, ben.id) == 403
            assert await status_of(anna, stranger) == 404
            assert await status_of(anna, mute.id) == 404
            assert await status_of(anna, olga.id) == 404
            assert await status_of(anna, anna.id) == 404
            assert await status_of(anna, "Z" * 16) == 404
        old = cleo.welcome.token
        async with joined(server, cleo.identity, session=1):
            assert await status_of(cleo, ben.id, token=old) == 403
        async with anna.http.get(
            f"{server.url}/decentralized/{server.task.id}/sessions/1/relay/{ben.id}",
            headers={"Authorization": f"Bearer {anna.welcome.token}"},
        ) as response:
            assert response.status == 400  # no WebSocket was asked for


async def test_who_asks_for_another_gets_nothing(tmp_path: Path) -> None:
    """Cleo's socket for Ben is no end of Anna's for Ben, nor of Ben's for Anna."""
    async with (
        group(tmp_path, 3, relay_wait_seconds=0.3) as (_, (anna, ben, cleo)),
        anna.relay(ben.id) as one,
        cleo.relay(ben.id) as eve,
        cleo.relay(anna.id) as mallory,
        ben.relay(anna.id) as other,
    ):
        await one.send_bytes(b"for Ben")
        await other.send_bytes(b"for Anna")
        assert await binary(other) == b"for Ben"
        assert await binary(one) == b"for Anna"
        for socket in (eve, mallory):
            assert await ended(socket) == 1013


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("large", 1009),
        ("text", 1003),
        ("compressed", 1002),
        ("noise", 1002),
        ("flood", 1008),
        ("pings", 1008),
    ],
)
async def test_what_does_not_belong_there(tmp_path: Path, what: str, code: int) -> None:
    limits = {"relay_frames_per_second": 1.0, "relay_frame_burst": 20}
    async with (
        group(tmp_path, 3, **limits) as (_, (anna, ben, cleo)),
        anna.relay(ben.id) as one,
        ben.relay(anna.id) as other,
        anna.relay(cleo.id) as third,
        cleo.relay(anna.id) as fourth,
    ):
        match what:
            case "large":
                await one.send_bytes(bytes(LARGEST_SEALED + 1))
            case "text":
                await one.send_str("hello")
            case "compressed":  # a mask of zeros changes nothing
                packed = struct.pack("!BB", 0xC2, 0x80 | 4) + bytes(4) + b"\x63\x00\x00\x00"
                one._response.connection.transport.write(packed)
            case "noise":
                one._response.connection.transport.write(b"\xff" * 1_000)
            case "flood":
                for _number in range(30):
                    await one.send_bytes(b"")
            case _:
                for _number in range(30):
                    await one.ping()
        assert await ended(one) == code
        assert await ended(other) == 1001
        await third.send_bytes(b"as before")
        assert await binary(fourth) == b"as before"


@pytest.mark.parametrize("size", [0, 1, 100])
async def test_fragments_without_an_end(tmp_path: Path, size: int) -> None:
    """Empty ones never make a message that is too large, so their bytes are counted as well."""
    async with (
        group(tmp_path) as (_, (anna, ben)),
        anna.relay(ben.id) as one,
        ben.relay(anna.id) as other,
    ):
        fragment = struct.pack("!BB", 0, 0x80 | size) + bytes(4 + size)
        one._response.connection.transport.write(b"\x02\x80\0\0\0\0")

        async def flood() -> None:
            while not one.closed:
                one._response.connection.transport.write(fragment * 10_000)
                await asyncio.sleep(0)

        flooding = asyncio.create_task(flood())
        assert await ended(other) == 1001
        flooding.cancel()
        await asyncio.gather(flooding, return_exceptions=True)
        async with anna.relay(ben.id) as one, ben.relay(anna.id) as other:
            for _number in range(20):  # far more than is allowed of what has no end
                await one.send_bytes(bytes(LARGEST_SEALED))
                assert len(await binary(other)) == LARGEST_SEALED


async def test_a_slow_reader_holds_up_nobody_else_and_fills_no_memory(tmp_path: Path) -> None:
    """Who sends to it waits; what the server holds meanwhile is a few frames."""
    async with (
        group(tmp_path, 3, relay_send_seconds=60.0) as (_, (anna, ben, cleo)),
        anna.relay(ben.id) as to_slow,
        ben.relay(anna.id) as slow,
        anna.relay(cleo.id) as one,
        cleo.relay(anna.id) as other,
    ):
        slow._response.connection.transport.pause_reading()
        taken = 0

        async def fill() -> None:
            nonlocal taken
            while True:
                await to_slow.send_bytes(bytes(PIECE))
                taken += 1

        filling = asyncio.create_task(fill())
        for _number in range(64):
            await one.send_bytes(bytes(PIECE))
            assert len(await binary(other)) == PIECE
        before = taken
        for _number in range(64):
            await one.send_bytes(bytes(PIECE))
            assert len(await binary(other)) == PIECE
        assert taken == before  # the sender is held up
        assert taken < 32  # what the sockets' own buffers hold among it
        filling.cancel()
        await asyncio.gather(filling, return_exceptions=True)
        slow._response.connection.transport.resume_reading()
        for _number in range(before):
            assert len(await binary(slow)) == PIECE


async def test_who_reads_nothing_is_let_go(tmp_path: Path) -> None:
    async with (
        group(tmp_path, relay_send_seconds=0.1) as (_, (anna, ben)),
        anna.relay(ben.id) as one,
        ben.relay(anna.id) as slow,
    ):
        slow._response.connection.transport.pause_reading()

        async def fill() -> None:
            with contextlib.suppress(ConnectionError):
                while not one.closed:
                    await one.send_bytes(bytes(PIECE))

        filling = asyncio.create_task(fill())
        assert await ended(one) == 1001
        await filling
        slow._response.connection.transport.resume_reading()
        async with asyncio.timeout(PATIENCE):
            while (await slow.receive()).type is aiohttp.WSMsgType.BINARY:
                pass
        async with anna.relay(ben.id) as one, ben.relay(anna.id) as other:
            await one.send_bytes(b"again")
            assert await binary(other) == b"again"


async def test_ways_are_bounded_and_leave_nothing_behind(tmp_path: Path) -> None:
    async with group(tmp_path, 3, relays=2) as (_, (anna, ben, cleo)):
        async with anna.relay(ben.id) as one, ben.relay(anna.id):
            assert await status_of(cleo, ben.id) == 429
            async with anna.relay(ben.id):  # in the place of the one before
                assert await ended(one) == 1001
        async with asyncio.timeout(PATIENCE):
            while True:
                with contextlib.suppress(aiohttp.WSServerHandshakeError):
                    async with cleo.relay(ben.id):
                        break


async def test_compression_is_declined(tmp_path: Path) -> None:
    async with group(tmp_path) as (_, (anna, ben)), anna.relay(ben.id, compress=15) as socket:
        assert socket.compress == 0


async def test_a_half_open_socket_is_noticed(tmp_path: Path) -> None:
    """It takes what is sent, as a dead machine's neighbour does, and answers no ping."""
    limits = Limits()  # asked after one heartbeat, given up half of one later
    assert 1.5 * limits.heartbeat_seconds < 60
    async with (
        group(tmp_path, heartbeat_seconds=0.4) as (_, (anna, ben)),
        anna.relay(ben.id) as dead,
        ben.relay(anna.id) as other,
    ):
        await other.send_bytes(b"before")
        assert await binary(dead) == b"before"
        assert await ended(other) == 1001  # which reads on, and so answers


async def test_half_open_sockets_at_both_ends_are_noticed(tmp_path: Path) -> None:
    async with (
        group(tmp_path, heartbeat_seconds=0.4) as (_, (anna, ben)),
        anna.relay(ben.id) as one,
        ben.relay(anna.id) as other,
    ):
        for socket in (one, other):
            async with asyncio.timeout(PATIENCE):
                while not is_cut_off(socket):  # noqa: ASYNC110 - nothing else tells, unread
                    await asyncio.sleep(0)


def is_cut_off(socket: aiohttp.ClientWebSocketResponse) -> bool:
    """Whether the server has ended the connection, whatever may still be read of it."""
    connection = socket._response.connection
    return connection is None or connection.transport is None or connection.transport.is_closing()


async def test_they_end_with_the_server(tmp_path: Path) -> None:
    """And do not hold up its end: neither those that are in use nor one that waits."""
    async with contextlib.AsyncExitStack() as stack:
        async with group(tmp_path, 3, shutdown_seconds=60.0) as (_, (anna, ben, cleo)):
            http = await stack.enter_async_context(aiohttp.ClientSession())
            for peer in (anna, ben, cleo):
                peer.http = http
            sockets = [
                await stack.enter_async_context(one.relay(other.id))
                for one, other in ((anna, ben), (ben, anna), (cleo, anna))
            ]
            readers = [asyncio.create_task(ended(socket)) for socket in sockets]
        assert await asyncio.gather(*readers) == [1001, 1001, 1001]


async def test_relays_do_not_crowd_out_the_control_connection(tmp_path: Path) -> None:
    limits = {"participant_connections": 2, "participant_relays": 3}
    async with group(tmp_path, 5, **limits) as (_, peers), contextlib.AsyncExitStack() as stack:
        anna, others = peers[0], peers[1:]
        sockets = [await stack.enter_async_context(anna.relay(other.id)) for other in others]
        async with asyncio.timeout(PATIENCE):
            frame = await sockets[0].receive()  # the oldest gave way
        assert frame.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)
        await anna.introduce()
        async with joined(anna.server):
            assert len((await anna.told(Peers)).peers) == 5
        async with others[3].relay(anna.id) as other:
            await other.send_bytes(b"there")
            assert await binary(sockets[3]) == b"there"
