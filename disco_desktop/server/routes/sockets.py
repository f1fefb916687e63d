"""The sockets of participants: the control connection, and the relay between two of them."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from aiohttp import WSCloseCode, web

from disco_desktop import __version__
from disco_desktop.engine.client.identity import node_id
from disco_desktop.engine.client.versions import program_of
from disco_desktop.engine.errors import DiscoError
from disco_desktop.engine.messages import Leave, Pause, Resume
from disco_desktop.logs import logger
from disco_desktop.server.control_channel import ChannelClosedError, ControlChannel, shake_hands
from disco_desktop.server.rooms.members import Outbox
from disco_desktop.server.rooms.peer_room import PeerRoom
from disco_desktop.server.rooms.relays import LARGEST_SEALED, MOST_UNFINISHED, RelayEnd
from disco_desktop.server.routes.answers import DeniedError, refusal, room_and_participant
from disco_desktop.server.services import GUARD, SERVICES

if TYPE_CHECKING:
    from disco_desktop.engine.task.task import Scheme
    from disco_desktop.server.config import Limits
    from disco_desktop.server.rooms.members import Member
    from disco_desktop.server.rooms.room import Room
    from disco_desktop.server.services import Services
    from disco_desktop.server.store.store import TaskRecord

routes = web.RouteTableDef()

_log = logger(__name__)


@routes.get("/federated/{task}")
async def connect_federated(request: web.Request) -> web.StreamResponse:
    """Let somebody into a session whose models are made on the server."""
    return await _connect(request, "federated")


@routes.get("/decentralized/{task}")
async def connect_decentralized(request: web.Request) -> web.StreamResponse:
    """Let somebody into a session whose models are made between the participants."""
    return await _connect(request, "decentralized")


async def _connect(request: web.Request, scheme: Scheme) -> web.StreamResponse:
    """Let somebody take part in a task's open session, as long as it is connected."""
    services = request.app[SERVICES]
    limits = services.config.limits
    task = services.rooms.task_of_scheme(request.match_info["task"], scheme)
    channel = await ControlChannel.open(request, limits, request.app[GUARD])
    try:
        async with asyncio.timeout(limits.hello_seconds):
            room, member, outbox = await _enter(channel, services, task)
    except DiscoError as error:
        await _refuse(request, channel, error)
    except TimeoutError:
        channel.tell("no hello")
    except ChannelClosedError as error:
        _log.debug("no participant: %s", error)
    else:
        request.app[GUARD].identified(request, member.participant)
        refused = await _stay(channel, room, member, outbox)
        if refused is not None:
            await _refuse(request, channel, refused)
    await channel.close()
    return channel.socket


async def _refuse(request: web.Request, channel: ControlChannel, error: DiscoError) -> None:
    """Say why somebody cannot take part."""
    _log.debug("refused: %s", error)
    request.app[GUARD].incidents.tell(
        error.code, "refused a participant: %s%s", error.code, _older_side(request, error)
    )
    with contextlib.suppress(ChannelClosedError):
        await channel.send(refusal(error))


def _older_side(request: web.Request, error: DiscoError) -> str:
    """Say for the operator which program needs an update, if that is what is the matter."""
    theirs, ours = error.arguments.get("theirs"), error.arguments.get("ours")
    if not isinstance(theirs, int) or not isinstance(ours, int):
        return ""
    side = "this server" if theirs > ours else "the participant's program"
    return (
        f": it is Disco {program_of(request.headers)} with version {theirs}, and this server is "
        f"Disco {__version__} with version {ours}; {side} needs an update"
    )


async def _enter(
    channel: ControlChannel, services: Services, task: TaskRecord
) -> tuple[Room, Member, Outbox]:
    hello = await shake_hands(channel, services.identity, task.digest)
    outbox = Outbox(services.config.limits.outgoing_messages)
    room, member = await services.rooms.join(
        task, hello.session, node_id(hello.public_key), hello.role, outbox
    )
    return room, member, outbox


async def _stay(
    channel: ControlChannel, room: Room, member: Member, outbox: Outbox
) -> DiscoError | None:
    """Carry messages both ways until one side ends it; return why, if the member is refused."""
    sending = asyncio.create_task(_send(channel, outbox))
    receiving = asyncio.create_task(_receive(channel, room, member))
    try:
        await asyncio.wait([sending, receiving], return_when=asyncio.FIRST_COMPLETED)
    finally:
        sending.cancel()
        receiving.cancel()
        _, heard = await asyncio.gather(sending, receiving, return_exceptions=True)
        if isinstance(heard, DiscoError):
            room.leave(member)
        room.lost(member)
    return heard if isinstance(heard, DiscoError) else None


async def _send(channel: ControlChannel, outbox: Outbox) -> None:
    while (message := await outbox.get()) is not None:
        await channel.send(message)


async def _receive(channel: ControlChannel, room: Room, member: Member) -> None:
    while True:
        message = await channel.receive()
        match message:
            case Pause():
                room.set_paused(member, is_paused=True)
            case Resume():
                room.set_paused(member, is_paused=False)
            case Leave():
                room.leave(member)
                return
            case _ if not room.hear(member, message):
                raise await channel.out_of_place(message)


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
