"""What a person says about a training before it is planned."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from disco_desktop.engine.task.task import Keeps, Scheme

LARGEST_SEED = (1 << 31) - 1
LARGEST_USERS = 64  # each is a process with torch in it, a quarter of a GB


class Wishes(Struct, frozen=True, kw_only=True):
    """What a person says about a training; None leaves it to the task.

    Attributes:
        data: the table, or the folder of tables.
        users: how many participants this machine plays.
        same_data: whether each of them has all the data, instead of a share.
        relay_only: whether peers are reached through the server alone.
        peer_port: the port at which peers may call the first participant.
        keeps: the weights to end with: the last ones, or those with the least validation loss.
        save_as: the name under which the first participant's model is kept; none to keep no model.
    """

    task: str
    data: Path
    users: int | None = None
    same_data: bool = False
    scheme: Scheme | None = None
    server: str | None = None
    fingerprint: str | None = None
    relay_only: bool = False
    peer_port: int | None = None
    epochs: int | None = None
    round_duration: int | None = None
    batch_size: int | None = None
    keeps: Keeps | None = None
    seed: int | None = None
    save_as: str | None = None
