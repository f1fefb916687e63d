"""What strangers do to a peer's listener."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import ssl

import pytest

from disco_desktop.engine.client.certificate import (
    fresh_certificate,
    is_pinned,
    pinning_context,
)
from disco_desktop.engine.client.identity import Identity
from disco_desktop.engine.client.ledger import Ledger
from disco_desktop.engine.client.peers.direct import LENGTH_BYTES, dial
from disco_desktop.engine.client.peers.handshake import prove_as_dialler
from disco_desktop.engine.client.peers.transport import LARGEST_CARRIED, LinkLimits, LinkLostError
from disco_desktop.engine.client.statements import link_statement
from disco_desktop.engine.messages import Place
from tests.engine.client.peers.conftest import joined, membership, moved

LIMITS = LinkLimits()


async def call(peer) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect to a peer's listener over TLS as somebody who can do as he likes."""
    [place] = peer.card.places
    return await asyncio.open_connection(
        place.host, place.port, ssl=pinning_context(), server_hostname=""
    )


def framed(content: bytes) -> bytes:
    return len(content).to_bytes(LENGTH_BYTES, "little") + content


async def nonce_from(reader: asyncio.StreamReader) -> bytes:
    frame = await reader.readexactly(LENGTH_BYTES + 32)
    assert frame[:LENGTH_BYTES] == (32).to_bytes(4, "little")
    return frame[LENGTH_BYTES:]


async def hung_up(reader: asyncio.StreamReader, seconds: float = 5) -> bytes:
    """Wait until the listener hangs up; return what it said before."""
    async with asyncio.timeout(seconds):
        try:
            return await reader.read()
        except ConnectionError:
            return b""


def answer(member, peer, nonce: bytes, *, certificate: str | None = None, **changes) -> bytes:
    """What a dialler says to a listener's nonce."""
    own = os.urandom(32)
    settings = {"task_digest": member.task_digest, "session": member.session, **changes}
    statement = link_statement(
        "direct dialler",
        fields=(
            member.identity.public_key,
            peer.member.identity.public_key,
            bytes.fromhex(certificate or peer.card.certificate),
            nonce,
            own,
        ),
        **settings,
    )
    return member.identity.public_key + own + member.identity.sign(statement)


async def test_the_right_answer_is_answered(peers):
    one, other = await peers.pair()
    reader, writer = await call(one)
    writer.write(framed(answer(other.member, one, await nonce_from(reader))))
    assert await reader.readexactly(LENGTH_BYTES) == (64).to_bytes(4, "little")
    writer.transport.abort()


@pytest.mark.parametrize(
    "changes",
    [{"task_digest": "cd" * 32}, {"session": 4}, {"certificate": "00" * 32}],
    ids=["task", "session", "certificate"],
)
async def test_an_answer_that_is_bound_to_something_else_is_refused(peers, changes):
    one, other = await peers.pair()
    reader, writer = await call(one)
    writer.write(framed(answer(other.member, one, await nonce_from(reader), **changes)))
    assert await hung_up(reader) == b""
    writer.close()


async def test_a_replayed_answer_is_refused(peers):
    one, other = await peers.pair()
    reader, writer = await call(one)
    recorded = framed(answer(other.member, one, await nonce_from(reader)))
    writer.write(recorded)
    await reader.readexactly(LENGTH_BYTES + 64)
    again, second = await call(one)
    await nonce_from(again)
    second.write(recorded)
    assert await hung_up(again) == b""
    writer.transport.abort()
    second.close()


async def test_a_stranger_with_a_key_of_his_own_is_not_let_in(peers):
    one, _ = await peers.pair()
    stranger = membership()
    reader, writer = await call(one)
    writer.write(framed(answer(stranger, one, await nonce_from(reader))))
    assert await hung_up(reader) == b""  # not even our key was shown
    writer.close()


async def test_an_introduced_key_without_its_private_half_is_not_let_in(peers):
    one, other = await peers.pair()
    thief = membership(identity=Identity.generate())
    reader, writer = await call(one)
    said = answer(thief, one, await nonce_from(reader))
    writer.write(framed(other.member.identity.public_key + said[32:]))
    assert await hung_up(reader) == b""
    writer.close()


async def test_who_is_no_longer_introduced_is_not_let_in(peers):
    one, other = await peers.pair()
    one.transport.introduce([one.card])
    reader, writer = await call(one)
    writer.write(framed(answer(other.member, one, await nonce_from(reader))))
    assert await hung_up(reader) == b""
    writer.close()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00" * 4,
        b"\xff" * 4,
        framed(b"x" * 127),
        framed(b"x" * 129),
        framed(b"\x80" * 128),
        (257).to_bytes(4, "little"),
        os.urandom(5_000),
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
    ids=["end", "empty", "4 GiB", "short", "long", "noise", "over", "random", "http"],
)
async def test_garbage_in_place_of_a_proof_ends_the_call(peers, content):
    one, other = await peers.pair()
    reader, writer = await call(one)
    await nonce_from(reader)
    writer.write(content)
    if not content:
        writer.close()
    assert await hung_up(reader) == b""
    writer.close()
    near, far = await joined(one, other)
    await near.send(b"fine")
    assert await far.receive() == b"fine"


async def test_plain_text_is_refused(peers):
    one, _ = await peers.pair()
    [place] = one.card.places
    reader, writer = await asyncio.open_connection(place.host, place.port)
    writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    said = await hung_up(reader)
    assert b"HTTP" not in said
    writer.close()


async def test_older_tls_is_refused(peers):
    one, _ = await peers.pair()
    [place] = one.card.places
    context = pinning_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises((ssl.SSLError, ConnectionError)):
        await asyncio.open_connection(place.host, place.port, ssl=context, server_hostname="")


@pytest.mark.parametrize("step", ["half a hello", "an answer"])
async def test_who_says_a_byte_now_and_then_is_hung_up_on(peers, step):
    one, _ = await peers.pair(limits=LinkLimits(handshake=0.4))
    [place] = one.card.places
    if step == "an answer":
        reader, writer = await call(one)
        await nonce_from(reader)
        content = framed(bytes(128))
    else:
        reader, writer = await asyncio.open_connection(place.host, place.port)
        content = b"\x16\x03\x01\x02\x00\x01" + bytes(200)  # how a hello of TLS begins
    ended = asyncio.create_task(hung_up(reader, 10))
    for byte in content:
        if (await asyncio.wait([ended], timeout=0.05))[0]:
            break
        writer.write(bytes([byte]))
    else:
        raise AssertionError("all of it was taken")
    assert ended.result() == b""
    writer.close()


@pytest.mark.parametrize("step", ["tcp", "tls", "half an answer"])
async def test_who_dawdles_is_hung_up_on(peers, step):
    one, _ = await peers.pair(limits=LinkLimits(handshake=0.4))
    [place] = one.card.places
    if step == "tcp":
        reader, writer = await asyncio.open_connection(place.host, place.port)
    else:
        reader, writer = await call(one)
        await nonce_from(reader)
    if step == "half an answer":
        writer.write(framed(bytes(128))[:60])
    await hung_up(reader)
    writer.close()


async def test_500_idle_callers_keep_nobody_out(peers):
    one, other = await peers.pair()
    [place] = one.card.places
    idle = [await asyncio.open_connection(place.host, place.port) for _ in range(500)]
    async with asyncio.timeout(5):
        near, far = await joined(one, other)
    assert near.way == far.way == "direct"
    await far.send(b"in")
    assert await near.receive() == b"in"
    gone = [asyncio.create_task(hung_up(reader, 10)) for reader, _ in idle]
    await one.transport.close()
    await asyncio.gather(*gone)
    for _, writer in idle:
        writer.close()


async def test_the_oldest_of_too_many_callers_is_dropped(peers):
    one, _ = await peers.pair(limits=LinkLimits(unproven=5))
    calls = [await call(one) for _ in range(6)]
    assert await hung_up(calls[0][0]) != b"never"
    await nonce_from(calls[5][0])
    for _, writer in calls:
        writer.transport.abort()


async def test_the_dialler_says_nothing_to_another_certificate(nothing_left):
    heard = bytearray()
    ended = asyncio.Event()

    async def serve(reader, writer) -> None:
        with contextlib.suppress(ConnectionError):
            heard.extend(await reader.read())
        writer.close()
        ended.set()

    shown = fresh_certificate()
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=shown.context)
    place = Place("127.0.0.1", server.sockets[0].getsockname()[1])
    with pytest.raises(LinkLostError, match="certificate"):
        await dial(place, fresh_certificate().fingerprint, Ledger(), LIMITS)
    await asyncio.wait_for(ended.wait(), 5)
    assert heard == b""
    carrier = await dial(place, shown.fingerprint, Ledger(), LIMITS)
    assert is_pinned(carrier.tls, shown.fingerprint)
    assert carrier.tls.version() == "TLSv1.3"
    await carrier.close()
    server.close()
    await server.wait_closed()


@pytest.mark.parametrize("said", [b"", b"\x00" * 64, None])
async def test_the_dialler_leaves_a_listener_that_does_not_prove_its_key(nothing_left, said):
    member, peer = membership(), membership()
    shown = fresh_certificate()

    async def serve(reader, writer) -> None:
        writer.write(framed(bytes(32)))
        await reader.readexactly(LENGTH_BYTES + 128)
        if said is not None:
            writer.write(framed(said))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=shown.context)
    place = Place("127.0.0.1", server.sockets[0].getsockname()[1])
    card = peer.card(shown.fingerprint, [place])
    carrier = await dial(place, card.certificate, Ledger(), LIMITS)
    with pytest.raises(LinkLostError):
        await prove_as_dialler(carrier, member, card)
    carrier.abort()
    server.close()
    await server.wait_closed()


async def test_a_name_is_not_looked_up():
    with pytest.raises(LinkLostError, match="address"):
        await dial(Place("localhost", 80), "0" * 64, Ledger(), LIMITS)


@pytest.mark.parametrize("size", [LARGEST_CARRIED + 1, (1 << 32) - 1])
async def test_a_peer_whose_frame_is_too_large_is_lost(peers, size):
    one, other = await peers.pair()
    waiting = asyncio.create_task(one.transport.connect(moved(other, closed_place())))
    reader, writer = await call(one)
    writer.write(framed(answer(other.member, one, await nonce_from(reader))))
    await reader.readexactly(LENGTH_BYTES + 64)
    assert await reader.readexactly(LENGTH_BYTES + 1) == framed(b"\x01")
    writer.write(framed(b"\x02"))
    link = await waiting
    writer.write(framed(b"\x00whole"))
    assert await link.receive() == b"whole"
    writer.write(size.to_bytes(4, "little") + bytes(1000))
    with pytest.raises(LinkLostError):
        await link.receive()
    await hung_up(reader)
    writer.close()


@pytest.mark.parametrize("said", [b"\x03", b"\x01x", b"\xff\x00"])
async def test_a_word_that_no_link_knows_ends_it(peers, said):
    one, other = await peers.pair()
    waiting = asyncio.create_task(one.transport.connect(moved(other, closed_place())))
    reader, writer = await call(one)
    writer.write(framed(answer(other.member, one, await nonce_from(reader))))
    await reader.readexactly(LENGTH_BYTES + 64)
    await reader.readexactly(LENGTH_BYTES + 1)
    writer.write(framed(b"\x02"))
    link = await waiting
    writer.write(framed(said))
    with pytest.raises(LinkLostError):
        await link.receive()
    writer.close()


async def test_a_flood_of_empty_frames_holds_up_nobody(peers):
    one, other = await peers.pair()
    waiting = asyncio.create_task(one.transport.connect(moved(other, closed_place())))
    reader, writer = await call(one)
    writer.write(framed(answer(other.member, one, await nonce_from(reader))))
    await reader.readexactly(LENGTH_BYTES + 64)
    await reader.readexactly(LENGTH_BYTES + 1)
    writer.write(framed(b"\x02"))
    link = await waiting
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    counting = asyncio.create_task(count())
    writer.write(framed(b"") * 20_000 + framed(b"\x00after"))
    assert await link.receive() == b"after"
    counting.cancel()
    await asyncio.wait([counting])
    assert turns > 10_000
    writer.transport.abort()


def closed_place() -> Place:
    """Where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return Place("127.0.0.1", probe.getsockname()[1])
