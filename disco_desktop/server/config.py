"""A server's configuration and its limits: nothing waits or grows without an end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

KIB = 1 << 10
MIB = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one server bears. Times are in seconds and sizes in bytes.

    Attributes:
        header_seconds: from a connection's start, or from a request's first byte, until its
            headers are whole; over TLS the handshake has as long for itself.
        idle_seconds: how long a client may take to fetch an answer and begin the next request.
        request_seconds: how long one request may last; a WebSocket has its own limits.
        connections: open connections in all.
        unidentified_connections: open connections that have not proved who they are; beyond
            them, the oldest give way.
        participant_connections: open connections of one participant; beyond them, its oldest
            give way.
        header_line_bytes: the longest request line or header.
        headers: the most headers in a request.
        receive_buffer_bytes: how much of a request's body waits in memory for whoever handles it,
            before no more is taken from the socket; as much as one call takes from it.
        piece_bytes: the largest piece of an upload or a download.
        piece_seconds: how long one piece may take to arrive.
        control_message_bytes: the largest message on a control channel.
        control_bytes_per_second: how many bytes may come over a control channel in the long run.
        control_burst_bytes: how many at once; more than a largest message.
        messages_per_second: how many messages a participant may send in the long run.
        message_burst: how many at once.
        farewell_seconds: how long a control channel that we close waits for the other side.
        hello_seconds: from a control channel's start until the participant has said who it is.
        heartbeat_seconds: silence after which a participant is asked whether it is there; one
            that does not answer within half of that is gone.
        reconnect_seconds: how long a participant whose connection broke is waited for.
        notice_seconds: how long members are not told again how many they are.
        vanished_seconds: how long a running exchange between participants waits for one whose
            connection is gone, and for the others' word once one of them has failed.
        attempt_seconds: the shortest time that an exchange gets, before that for its bytes; and how
            long each of its steps waits for somebody who gives nothing.
        attempt_bytes_per_second: how fast the slowest participant has to be.
        attempt_pause_seconds: how long after the second failed exchange of a round the next one
            begins, and twice as long after each further one.
        longest_pause_seconds: how long at most.
        relay_wait_seconds: how long one participant waits at the relay for the other.
        relay_send_seconds: how long one frame may take to be read by whom it is passed on to.
        relay_frames_per_second: how many frames one connection may have passed on in the long run.
        relay_frame_burst: how many at once.
        participant_relays: connections to the relay of one participant; beyond them, its oldest
            give way.
        relays: connections to the relay of one room.
        retry_seconds: how long after a round could not be stored it is tried again.
        outgoing_messages: messages that may wait for a participant that reads too slowly.
        task_bytes: the largest description of a task.
        weights_bytes: the largest model.
        tasks: how many tasks a server offers.
        rooms: how many rooms it keeps.
        participants: how many participants a room has.
        uploads: unfinished uploads of one participant.
        log_seconds: how long nothing more is logged about incidents of one kind.
        shutdown_seconds: how long requests under way may take when the server stops.
    """

    header_seconds: float = 10.0
    idle_seconds: float = 75.0
    request_seconds: float = 300.0
    connections: int = 4_096
    unidentified_connections: int = 256
    participant_connections: int = 16
    header_line_bytes: int = 16 * KIB
    headers: int = 64
    receive_buffer_bytes: int = 256 * KIB
    piece_bytes: int = MIB
    piece_seconds: float = 60.0
    control_message_bytes: int = 64 * KIB
    control_bytes_per_second: float = 64.0 * KIB
    control_burst_bytes: int = MIB
    messages_per_second: float = 50.0
    message_burst: int = 200
    farewell_seconds: float = 2.0
    hello_seconds: float = 10.0
    heartbeat_seconds: float = 20.0
    reconnect_seconds: float = 10.0
    notice_seconds: float = 0.2
    vanished_seconds: float = 3.0
    attempt_seconds: float = 30.0
    attempt_bytes_per_second: float = 1.0 * MIB
    attempt_pause_seconds: float = 0.5
    longest_pause_seconds: float = 60.0
    relay_wait_seconds: float = 20.0
    relay_send_seconds: float = 20.0
    relay_frames_per_second: float = 1_000.0
    relay_frame_burst: int = 2_000
    participant_relays: int = 128
    relays: int = 1_024
    retry_seconds: float = 5.0
    outgoing_messages: int = 256
    task_bytes: int = MIB
    weights_bytes: int = 4_096 * MIB
    tasks: int = 1_000
    rooms: int = 1_000
    participants: int = 10_000
    uploads: int = 2
    log_seconds: float = 60.0
    shutdown_seconds: float = 5.0

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if value <= 0:
                raise ValueError(f"the limit `{name}` must be above zero")
        if self.unidentified_connections > self.connections:
            raise ValueError("`unidentified_connections` is above `connections`")


@dataclass(frozen=True, kw_only=True)
class ServerConfig:
    """The settings of one server.

    Attributes:
        data_dir: everything that the server keeps.
        tasks_dir: task bundles, one folder a task; without it the server offers the default ones.
        host: the address that it listens at.
        port: its port; zero lets the system choose.
        is_tls: whether connections are encrypted.
        public_hosts: further names that participants reach it by.
        limits: what it bears.
    """

    data_dir: Path
    tasks_dir: Path | None = None
    host: str = "127.0.0.1"
    port: int = 0
    is_tls: bool = False
    public_hosts: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
