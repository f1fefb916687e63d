"""A small real relay: pairs WebSockets as the server does. To be replaced by the server's own."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from aiohttp import WSMsgType, web

from disco_desktop.engine.client.address import ServerAddress

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable


class RelayServer:
    """Whom a token belongs to is the token itself: the id of its participant."""

    def __init__(self) -> None:
        self.waiting: dict[tuple[str, str], tuple[web.WebSocketResponse, asyncio.Future]] = {}
        self.calls = 0
        self.address: ServerAddress
        # What the relay does with a frame of somebody: returns the frames that go on.
        self.tamper: Callable[[str, bytes], list[bytes]] = lambda _sender, frame: [frame]
        self.seen: list[bytes] = []
        self.refuses: Callable[[], bool] = lambda: False

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        own = request.headers["Authorization"].removeprefix("Bearer ")
        peer = request.match_info["peer"]
        self.calls += 1
        if self.refuses():
            raise web.HTTPServiceUnavailable
        socket = web.WebSocketResponse(compress=False, max_msg_size=(1 << 21), heartbeat=30)
        await socket.prepare(request)
        waiting = self.waiting.pop((peer, own), None)
        if waiting is not None and not waiting[0].closed:
            other, paired = waiting
            paired.set_result(socket)
        else:
            paired = asyncio.get_running_loop().create_future()
            self.waiting[own, peer] = (socket, paired)
            other = await paired
        with contextlib.suppress(ConnectionError):
            await self._pump(own, socket, other)
        await other.close()
        return socket

    async def _pump(
        self, own: str, socket: web.WebSocketResponse, other: web.WebSocketResponse
    ) -> None:
        async for message in socket:
            if message.type is not WSMsgType.BINARY:
                return
            if len(self.seen) < 64:
                self.seen.append(message.data)
            for frame in self.tamper(own, message.data):
                await other.send_bytes(frame)


@contextlib.asynccontextmanager
async def running_relay() -> AsyncIterator[RelayServer]:
    relay = RelayServer()
    application = web.Application()
    application.router.add_get(
        "/decentralized/{task}/sessions/{session}/relay/{peer}", relay.handle
    )
    runner = web.AppRunner(application, shutdown_timeout=0.5, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    relay.address = ServerAddress(f"http://127.0.0.1:{port}")
    try:
        yield relay
    finally:
        await runner.cleanup()
