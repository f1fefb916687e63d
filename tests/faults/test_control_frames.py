"""Bytes on the control connection that are no message: refused with the code that says why."""

from __future__ import annotations

import os
import struct

import msgspec
import pytest

from disco_desktop.engine.messages import LARGEST_MESSAGE, Proof, encode_message
from tests.faults.bystanders import bystanders
from tests.faults.raw_socket import (
    BINARY,
    CONTINUATION,
    PING,
    TEXT,
    RawControl,
    RawSocket,
    frame,
)

DEEP = 100_000

# What is sent, and the codes that the connection may be closed with.
NO_FRAMES = {
    "random bytes": (b"\xff" + os.urandom(4_096), {1002}),
    "a frame of random bytes": (frame(BINARY, b"\xc1" + os.urandom(4_096)), {1007}),
    "an unknown kind of frame": (frame(0x3, b"x"), {1002}),
    "reserved bits": (frame(BINARY, b"x", reserved=4), {1002}),
    "a continuation of nothing": (frame(CONTINUATION, b"x"), {1002}),
    "a fragmented ping": (frame(PING, b"x", is_final=False), {1002}),
    "a ping of 126 bytes": (frame(PING, bytes(126)), {1002}),
    "a frame of no bytes": (frame(BINARY), {1007}),
    "text": (frame(TEXT, b"hello"), {1003}),
    "a message of ours as text": (frame(TEXT, b'{"kind":"leave"}'), {1003}),
    "invalid UTF-8": (frame(TEXT, b"\xc3\x28"), {1007}),
    "an array nested in itself": (frame(BINARY, b"\x91" * (LARGEST_MESSAGE - 1) + b"\xc0"), {1007}),
    "an array of 4 G elements": (frame(BINARY, b"\xdd\xff\xff\xff\xff"), {1007}),
    "a map of 4 G elements": (frame(BINARY, b"\xdf\xff\xff\xff\xff"), {1007}),
    "invalid UTF-8 in a message": (frame(BINARY, b"\x81\xa4kind\xa2\xc3\x28"), {1007}),
    "invalid UTF-8 for a field": (frame(BINARY, b"\x81\xa2\xc3\x28\xc0"), {1007}),
    "4 GiB of bytes": (frame(BINARY, b"\xc6\xff\xff\xff\xff"), {1007}),
    "a hello with an array nested in it": (
        frame(BINARY, b"\x82\xa4kind\xa5hello\xa7session" + b"\x91" * 60_000 + b"\xc0"),
        {1007},
    ),
    "a hello with 4 G of a nonce": (
        frame(BINARY, b"\x82\xa4kind\xa5hello\xa5nonce\xc6\xff\xff\xff\xff"),
        {1007},
    ),
    "a frame that announces 2^63 bytes": (frame(BINARY, b"x", length=1 << 63), {1009}),
    "a frame one byte too long": (frame(BINARY, bytes(LARGEST_MESSAGE + 1)), {1009}),
}


@pytest.mark.parametrize("moment", ["before the hello", "of a participant"])
async def test_what_is_no_message_ends_its_connection(server, moment):
    async with bystanders(server, lines=len(NO_FRAMES)):
        for kind, (content, codes) in NO_FRAMES.items():
            if moment == "before the hello":
                raw = await RawControl.upgraded(server)
            else:
                raw, _ = await RawControl.joined(server)
            async with raw:
                await raw.send(content)
                assert await raw.close_code() in codes, kind
                await raw.ended()


async def test_a_message_of_the_largest_size_is_read(server):
    """So that the limit is what it says: this is refused for what it holds, not for its size."""
    async with bystanders(server), await RawControl.upgraded(server) as raw:
        await raw.send(frame(BINARY, bytes(LARGEST_MESSAGE)))
        assert await raw.close_code() == 1007


@pytest.mark.parametrize("size", [0, 1, 1_000])
async def test_fragments_without_an_end_are_too_big(server, size):
    async with bystanders(server):
        raw, _ = await RawControl.joined(server)
        async with raw:
            await raw.send(frame(BINARY, b"x", is_final=False))
            some = frame(CONTINUATION, bytes(size), is_final=False) * 10_000
            async with raw.sending_without_end(some):
                assert await raw.close_code() == 1009


async def test_messages_out_of_place_end_the_connection(server):
    signature = encode_message(Proof(signature=bytes(64)))
    async with bystanders(server, lines=2):
        async with await RawControl.upgraded(server) as raw:
            await raw.send(frame(BINARY, signature))
            assert await raw.close_code() == 1002
        raw, _ = await RawControl.joined(server)
        async with raw:
            await raw.send(frame(BINARY, signature))
            assert await raw.close_code() == 1002


async def test_random_bytes_in_place_of_a_request_are_refused(server):
    async with bystanders(server), await RawSocket.open(server.port) as raw:
        await raw.send(b"\xff\xfe\x00" + os.urandom(2_000) + b"\r\n\r\n")
        assert b" 400 " in await raw.ended()


ANNOUNCEMENTS = {
    "random bytes": os.urandom(2_000),
    "an array nested in itself": b"\x91" * DEEP + b"\xc0",
    "arrays nested in a field": b"\x81\xaabase_round" + b"\x91" * DEEP + b"\xc0",
    "maps nested in a field": b"\x81\xaabase_round" + b"\x81\xa1a" * DEEP + b"\xc0",
    "an array of 4 G elements": b"\xdd\xff\xff\xff\xff",
    "4 G of digests": b"\x81\xadpiece_digests\xc6\xff\xff\xff\xff",
    "nothing": b"",
    "invalid UTF-8": b"\x81\xa2\xc3\x28\xc0",
    "a pickle": b"\x80\x04cos\nsystem\n(S'true'\ntR.",
    "an unknown field": msgspec.msgpack.encode({"base_round": 0, "evil": 1}),
    "a float for a number": b"\x81\xaabase_round\xcb" + struct.pack(">d", 1e300),
}


async def test_what_is_no_announcement_is_refused(server):
    async with bystanders(server, lines=len(ANNOUNCEMENTS)):
        control, welcome = await RawControl.joined(server)
        async with control:
            for kind, content in ANNOUNCEMENTS.items():
                async with await RawSocket.open(server.port) as raw:
                    await raw.send(_post(welcome, content))
                    assert await raw.status() == 400, kind
                    assert await raw.read_until(b"announcement_malformed"), kind
            await control.leave()


async def test_an_announcement_one_byte_too_large_is_refused(server):
    async with bystanders(server):
        control, welcome = await RawControl.joined(server)
        async with control, await RawSocket.open(server.port) as raw:
            await raw.send(_post(welcome, bytes((1 << 20) + 1)))
            assert await raw.status() == 413
            await control.leave()


def _post(welcome, body):
    """An announcement, or what poses as one."""
    return (
        f"POST /tasks/hurried/sessions/{welcome.session}/contributions HTTP/1.1\r\n"
        f"Host: localhost\r\nAuthorization: Bearer {welcome.token}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body
