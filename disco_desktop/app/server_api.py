"""What the application asks a server over HTTP before anybody trains."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import quote

import aiohttp
import msgspec

from disco_desktop.engine.client.address import client_session, connection_error
from disco_desktop.engine.errors import ServerError, TaskError
from disco_desktop.engine.messages import Problem, TaskSummary, decode_as
from disco_desktop.engine.task.task import LARGEST_TASK_BYTES, decode_task

if TYPE_CHECKING:
    from disco_desktop.engine.client.address import ServerAddress
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
