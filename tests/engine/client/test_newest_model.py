"""A model that the server has deleted before its participant hears of the next one."""

from __future__ import annotations

import asyncio

import msgspec
import numpy as np
import pytest
from aiohttp import web

from disco_desktop.engine.errors import ServerError
from disco_desktop.engine.messages import ModelReference, Problem, RoundClosed, encode_message
from disco_desktop.engine.weights.pieces import content_digest, digest_pieces
from tests.faults.test_hostile_server import ELEMENTS, participant, serving, take_in

GONE = ModelReference(digest="0" * 64, size=4 * ELEMENTS)


class Asked:
    """Answers that a model is gone, and counts how often it was asked for."""

    def __init__(self):
        self.times = 0
        self.once = asyncio.Event()

    async def answer(self, request):
        self.times += 1
        self.once.set()
        problem = Problem(code="model_not_on_server", arguments={})
        return web.Response(body=msgspec.msgpack.encode(problem), status=404)


async def test_the_newest_is_fetched_once_it_is_known():
    content = np.arange(ELEMENTS, dtype="<f4").tobytes()
    digest = content_digest(digest_pieces(memoryview(content)))
    asked = Asked()

    async def tell(socket):
        await asked.once.wait()
        newest = ModelReference(digest=digest, size=len(content))
        await socket.send_bytes(encode_message(RoundClosed(round=5, model=newest, contributors=2)))

    async def welcome(request):
        return await take_in(request, GONE, then=tell)

    async def give(request):
        return web.Response(body=content)

    async with serving(
        web.get("/federated/titanic", welcome),
        web.get(f"/models/{GONE.digest}", asked.answer),
        web.get(f"/models/{digest}", give),
    ) as port:
        client = participant(port)
        session = await client.connect()
        await client.disconnect()
    assert session.round == 5
    assert session.weights.buffer.tobytes() == content


async def test_one_that_no_other_takes_the_place_of_is_given_up():
    asked = Asked()

    async def welcome(request):
        return await take_in(request, GONE)

    async with serving(
        web.get("/federated/titanic", welcome), web.get(f"/models/{GONE.digest}", asked.answer)
    ) as port:
        with pytest.raises(ServerError) as raised:
            await participant(port).connect()
    assert raised.value.code == "model_not_on_server"
    assert asked.times == 5
