"""What the control connection makes of a server that is gone."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from disco_desktop.engine.client.control_connection import ConnectionLostError, ControlConnection
from disco_desktop.engine.client.ledger import Ledger


async def test_a_question_that_cannot_be_answered_any_more_is_a_lost_connection() -> None:
    """A ping has come, and the connection is closed before it is looked at."""

    async def ask(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.ping()
        await socket.send_str("there was a ping before this")
        await socket.receive()
        return socket

    app = web.Application()
    app.router.add_get("/", ask)
    async with TestServer(app) as server, aiohttp.ClientSession() as http:
        socket = await http.ws_connect(server.make_url("/"))
        connection = ControlConnection(socket, Ledger(), url=str(server.make_url("/")))
        async with asyncio.timeout(10):
            while len(socket._reader._buffer) < 2:
                await turn()
        socket._response.connection.transport.close()
        with pytest.raises(ConnectionLostError):
            await connection.receive()
        await connection.close()


async def turn() -> None:
    """Let the loop run once."""
    ran = asyncio.Event()
    asyncio.get_running_loop().call_soon(ran.set)
    await ran.wait()
