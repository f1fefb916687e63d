"""A server that means no good, or is none: the participant is told, and nothing else happens."""

from __future__ import annotations

import contextlib
import os
import pickle

import numpy as np
import psutil
import pytest
from aiohttp import web

from disco_desktop.app.words.sentences import SENTENCES
from disco_desktop.engine.client.address import ServerAddress
from disco_desktop.engine.client.federated import FederatedClient
from disco_desktop.engine.client.identity import Identity
from disco_desktop.engine.client.statements import fresh_nonce, server_statement
from disco_desktop.engine.errors import ServerError
from disco_desktop.engine.messages import (
    LARGEST_MESSAGE,
    Challenge,
    ModelReference,
    Welcome,
    decode_from_participant,
    encode_message,
)
from disco_desktop.engine.weights.pieces import content_digest, digest_pieces
from tests.server.running_server import task_with, weights_of

ELEMENTS = 1_000


@contextlib.asynccontextmanager
async def serving(*routes):
    runner = web.AppRunner(web.Application())
    runner.app.add_routes(routes)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def participant(port, **options):
    manifest = weights_of(np.zeros(ELEMENTS)).manifest
    address = ServerAddress(f"http://127.0.0.1:{port}")
    return FederatedClient(task_with(), manifest, address, Identity.generate(), **options)


def welcoming(model):
    """Take participants in, as the protocol says, and offer them a model."""

    async def welcome(request):
        return await take_in(request, model)

    return web.get("/federated/titanic", welcome)


async def take_in(request, model, *, then=None):
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    identity = Identity.generate()
    hello = decode_from_participant(await socket.receive_bytes())
    nonce = fresh_nonce()
    statement = server_statement(hello, server_key=identity.public_key, server_nonce=nonce)
    challenge = Challenge(
        public_key=identity.public_key, nonce=nonce, signature=identity.sign(statement)
    )
    await socket.send_bytes(encode_message(challenge))
    await socket.receive_bytes()
    welcome = Welcome(
        participant="0" * 16,
        token="token",
        session=1,
        round=0,
        rounds=10,
        model=model,
        participants=1,
        minimum=2,
        contributors=0,
    )
    await socket.send_bytes(encode_message(welcome))
    if then is not None:
        await then(socket)
    await socket.receive()
    return socket


ANSWERS = {
    "an array nested in itself": b"\x91" * (LARGEST_MESSAGE - 1),
    "arrays nested in arguments": b"\x83\xa4kind\xa7refused\xa4code\xa1x\xa9arguments\x81\xa1a"
    + b"\x91" * 60_000,
    "a map of 4 G elements": b"\x83\xa4kind\xa7refused\xa4code\xa1x\xa9arguments"
    b"\xdf\xff\xff\xff\xff",
    "an array of 4 G elements": b"\xdd\xff\xff\xff\xff",
    "a text of 4 GiB": b"\x82\xa4kind\xa7refused\xa4code\xdb\xff\xff\xff\xff",
    "random bytes": os.urandom(1_000),
    "invalid UTF-8": b"\x82\xa4kind\xa7refused\xa4code\xa2\xc3\x28",
    "nothing": b"",
    "more than a message may have": bytes(1 << 20),
}


@pytest.mark.parametrize("kind", ANSWERS)
async def test_what_is_no_message_ends_the_attempt(kind):
    async def answer(request):
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.receive()
        await socket.send_bytes(ANSWERS[kind])
        await socket.receive()
        return socket

    before = psutil.Process().memory_info().rss
    async with serving(web.get("/federated/titanic", answer)) as port:
        with pytest.raises(ServerError) as raised:
            await participant(port).connect()
    assert raised.value.code in SENTENCES
    assert psutil.Process().memory_info().rss - before < 64 << 20


class CreateFile:
    """Makes a file wherever its pickle is loaded."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


async def test_a_model_that_is_no_model_is_never_run(tmp_path):
    """A pickle of the right size is bytes like any other: they become numbers, or are refused."""
    trap = tmp_path / "executed"
    content = pickle.dumps(CreateFile(trap)).ljust(4 * ELEMENTS, b".")
    digests = digest_pieces(memoryview(content))
    model = ModelReference(digest=content_digest(digests), size=len(content))

    async def give(request):
        return web.Response(body=content)

    async def pieces(request):
        return web.Response(body=digests)

    async with serving(
        welcoming(model),
        web.get(f"/models/{model.digest}", give),
        web.get(f"/models/{model.digest}/pieces", pieces),
    ) as port:
        client = participant(port)
        with contextlib.suppress(ServerError):
            session = await client.connect()
            assert session.weights.buffer.tobytes() == content
        await client.disconnect()
    assert not trap.exists()


@pytest.mark.parametrize("size", [0, 4 * ELEMENTS - 4, 4 * ELEMENTS + 4, 1 << 53])
async def test_a_model_of_another_size_is_not_fetched(size):
    model = ModelReference(digest="0" * 64, size=size)
    async with serving(welcoming(model)) as port:
        with pytest.raises(ServerError) as raised:
            await participant(port).connect()
    assert raised.value.code == "model_of_other_size"
    assert raised.value.code in SENTENCES


async def test_a_model_that_is_not_what_its_digest_says_is_not_taken():
    content = np.ones(ELEMENTS, np.float32).tobytes()
    digests = digest_pieces(memoryview(content))
    model = ModelReference(digest=content_digest(digests), size=len(content))
    fetched = []

    async def give(request):
        fetched.append(request.path)
        return web.Response(body=bytes(len(content)))

    async def pieces(request):
        return web.Response(body=digests)

    async with serving(
        welcoming(model),
        web.get(f"/models/{model.digest}", give),
        web.get(f"/models/{model.digest}/pieces", pieces),
    ) as port:
        with pytest.raises(ServerError) as raised:
            await participant(port, patience=0.5).connect()
    assert raised.value.code == "waited_too_long"
    assert len(fetched) > 1  # it is asked for again


async def test_a_participant_is_not_sent_elsewhere():
    """A model is fetched from the server that was chosen, whatever that one says."""
    model = ModelReference(digest="0" * 64, size=4 * ELEMENTS)
    lured = []

    async def elsewhere(request):
        lured.append(request.path)
        return web.Response(body=bytes(4 * ELEMENTS))

    async with serving(web.get("/trap", elsewhere)) as other:

        async def lure(request):
            raise web.HTTPTemporaryRedirect(f"http://127.0.0.1:{other}/trap")

        async with serving(welcoming(model), web.get(f"/models/{model.digest}", lure)) as port:
            with pytest.raises(ServerError) as raised:
                await participant(port, patience=5).connect()
    assert raised.value.code == "server_answer_strange"
    assert not lured
