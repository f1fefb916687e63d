"""The relay's sockets: one of each of two participants who cannot reach each other."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiohttp import WSCloseCode, web

from disco_desktop.server.keys import GUARD
from disco_desktop.server.rooms.peer_room import PeerRoom
from disco_desktop.server.rooms.relays import LARGEST_SEALED, MOST_UNFINISHED, RelayEnd
from disco_desktop.server.routes.answers import DeniedError
from disco_desktop.server.routes.rights import room_and_participant
from disco_desktop.server.services import SERVICES

if TYPE_CHECKING:
    from disco_desktop.server.limits import Limits

routes = web.RouteTableDef()

# With what somebody is let go who may well send on without an end.
_TOLD_OFF = (
    WSCloseCode.POLICY_VIOLATION,
    WSCloseCode.UNSUPPORTED_DATA,
    WSCloseCode.MESSAGE_TOO_BIG,
)


@routes.get("/decentralized/{task}/sessions/{session:[0-9]{1,15}}/relay/{peer:[0-9a-f]{16}}")
async def relay(request: web.Request) -> web.StreamResponse:
    """Pass frames on between a participant and one of its peers, as long as both are there."""
    limits = request.app[SERVICES].config.limits
    room, participant = room_and_participant(request, "decentralized")
    peer = request.match_info["peer"]
    if not isinstance(room, PeerRoom) or not room.is_introduced(participant):
        raise DeniedError("not_introduced", status=403)
    if peer == participant or not room.is_introduced(peer):
        raise DeniedError("peer_unknown", status=404)
    room.relays.check_place(participant, peer)
    socket = web.WebSocketResponse(
        heartbeat=limits.heartbeat_seconds,
        # aiohttp refuses a message of this size already, and we one that is larger than ours.
        max_msg_size=LARGEST_SEALED + 1,
        compress=False,
        timeout=limits.farewell_seconds,
        autoping=False,  # since its answers to a flood of pings would hold up everybody else
    )
    await socket.prepare(request)
    guard, end = request.app[GUARD], RelayEnd(socket)
    guard.identified(request, participant, is_relay=True)
    account = guard.bound_unfinished(
        request, MOST_UNFINISHED, lambda: end.end(WSCloseCode.MESSAGE_TOO_BIG)
    )
    end.when_taken = account.give_back
    code: int = WSCloseCode.GOING_AWAY
    if room.is_introduced(participant) and room.is_introduced(peer):  # still
        code = await room.relays.carry(participant, peer, end)
    await _close(request, socket, code, limits)
    return socket


async def _close(
    request: web.Request, socket: web.WebSocketResponse, code: int, limits: Limits
) -> None:
    """Say goodbye to somebody who reads it soon; else end the connection without."""
    if code in _TOLD_OFF:
        request.app[GUARD].ignore_input(request)
    try:
        async with asyncio.timeout(2 * limits.farewell_seconds):
            await socket.close(code=code)
    except TimeoutError:
        if request.transport is not None:
            request.transport.abort()
