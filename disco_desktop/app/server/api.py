"""What the application asks a server over HTTP, and how it gets to know one."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

import aiohttp
import msgspec

from disco_desktop.engine.client.address import (
    FINGERPRINT_BYTES,
    ServerAddress,
    client_session,
    connection_error,
)
from disco_desktop.engine.client.versions import check_server
from disco_desktop.engine.errors import ServerError, TaskError
from disco_desktop.engine.messages import Problem, TaskSummary, decode_as
from disco_desktop.engine.task.task import LARGEST_TASK_BYTES, decode_task

if TYPE_CHECKING:
    from disco_desktop.engine.task.task import Task

TOTAL_SECONDS = 30.0


async def fetch_task(address: ServerAddress, task_id: str) -> Task:
    """Ask a server for one of its tasks.

    Raises:
        ServerError: it cannot be reached, or does not have the task.
        TaskError: what it answers is not a task.
    """
    status, content = await _get(address, f"/tasks/{quote(task_id, safe='')}")
    if status == 404:
        raise ServerError("task_not_on_server", task=task_id, address=address.url)
    if status != 200:
        raise _refusal(address, status, content)
    try:
        task = decode_task(content)
    except TaskError as error:
        if error.code == "task_not_json":  # a page of the hotel's network, perhaps
            raise ServerError("server_answer_strange", detail=str(error)) from error
        raise
    if task.id != task_id:
        raise ServerError("server_answer_strange", address=address.url, detail="another task")
    return task


async def fetch_summaries(address: ServerAddress) -> list[TaskSummary]:
    """Ask a server which tasks it offers and how their sessions stand.

    Raises:
        ServerError: it cannot be reached, or is no server of ours.
    """
    status, content = await _get(address, "/tasks")
    if status != 200:
        raise _refusal(address, status, content)
    try:
        return msgspec.json.decode(content, type=list[TaskSummary])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ServerError(
            "server_answer_strange", address=address.url, detail=str(error)
        ) from error


async def _get(address: ServerAddress, path: str) -> tuple[int, bytes]:
    """Return the status of an answer and its content, of which more than a task's is not read."""
    try:
        async with (
            asyncio.timeout(TOTAL_SECONDS),
            client_session(address) as session,
            session.get(address.endpoint(path), allow_redirects=False) as answer,
        ):
            check_server(answer.headers)
            content = await _read(answer.content)
            return answer.status, content
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise connection_error(address, error) from error


async def _read(stream: aiohttp.StreamReader) -> bytes:
    content = bytearray()
    async for block in stream.iter_any():
        content += block
        if len(content) > LARGEST_TASK_BYTES:
            break
    return bytes(content)


def _refusal(address: ServerAddress, status: int, content: bytes) -> ServerError:
    """Give the error that a server explains in the protocol's form, or say that it does not."""
    try:
        problem = decode_as(content, Problem)
    except msgspec.DecodeError:
        return ServerError("server_answer_strange", address=address.url, detail=f"HTTP {status}")
    return ServerError.told(problem.code, {"address": address.url, **problem.arguments})


_PATIENCE = 20.0
# No certificate has this digest, so that each is refused before anything is sent.
_NOBODY = "0" * (2 * FINGERPRINT_BYTES)


@dataclass(frozen=True)
class Sighting:
    """What was seen of a server.

    Attributes:
        url: in its normal form.
        fingerprint: of its certificate, in hexadecimal; none where it needs none, on this computer.
        is_vouched_for: whether it can be used without a pin: this computer's certificate
            authorities know it, or it is on this computer itself.
    """

    url: str
    fingerprint: str | None
    is_vouched_for: bool


async def look_at_server(url: str) -> Sighting:
    """Find out who answers at an address; a stranger is sent nothing.

    Raises:
        ServerError: the address is none, nobody answers there, or no Disco server does.
    """
    address = ServerAddress(url)
    if address.url.startswith("http:"):
        await fetch_summaries(address)
        return Sighting(address.url, None, is_vouched_for=True)
    fingerprint = await _fingerprint(address)
    try:
        await fetch_summaries(address)
    except ServerError as error:
        if error.code != "server_certificate_untrusted":
            raise
        return Sighting(address.url, fingerprint, is_vouched_for=False)
    return Sighting(address.url, fingerprint, is_vouched_for=True)


async def _fingerprint(address: ServerAddress) -> str:
    """Shake hands as far as the certificate, which is in vain on purpose."""
    pinned = ServerAddress(address.url, _NOBODY)
    try:
        async with (
            asyncio.timeout(_PATIENCE),
            client_session(pinned) as session,
            session.get(pinned.endpoint("/tasks")),
        ):
            raise ServerError("server_answer_strange", address=address.url, detail="no certificate")
    except aiohttp.ServerFingerprintMismatch as mismatch:
        return mismatch.got.hex()
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise connection_error(address, error) from error


def grouped(fingerprint: str) -> str:
    """Write a fingerprint in groups of four digits, to be compared by eye or over a telephone."""
    return " ".join(fingerprint[place : place + 4] for place in range(0, len(fingerprint), 4))


def same_fingerprint(told: str, seen: str) -> bool:
    """Tell whether what somebody was told is the fingerprint that was seen."""
    digits = "".join(letter for letter in told.lower() if letter not in " :-\n\t")
    return digits == seen.lower()
