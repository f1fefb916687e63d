"""Rows read page by page, by a reader that lets the test say when a page is there."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from disco_desktop.app.processes.assistant_messages import Row, Shape, View
from disco_desktop.app.processes.paged_rows import MOST_PAGES, MOST_WANTED, PagedRows
from disco_desktop.engine.errors import DiscoError

if TYPE_CHECKING:
    from collections.abc import Sequence


class Reader:
    """Reads a table of numbered rows, a page at each `step`."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, View]] = []
        self._may_go_on = asyncio.Semaphore(0)
        self.error: DiscoError | None = None

    async def __call__(self, page: int, view: View) -> Sequence[Row]:
        self.asked.append((page, view))
        await self._may_go_on.acquire()
        if self.error is not None:
            raise self.error
        return [Row(page * 10 + place + 1, [view.order]) for place in range(10)]

    async def step(self) -> None:
        self._may_go_on.release()
        for _ in range(5):
            await asyncio.sleep(0)


@pytest.fixture
def reader() -> Reader:
    return Reader()


def shape(rows: int) -> Shape:
    return Shape(columns=["a"], rows=rows, page_rows=10)


async def test_a_row_is_there_once_its_page_is(reader: Reader) -> None:
    arrived = []
    rows = PagedRows(shape(25), reader, arrived=lambda first, last: arrived.append((first, last)))
    assert rows.row(23) is None
    await asyncio.sleep(0)
    await reader.step()
    assert rows.row(23).number == 24
    assert arrived == [(20, 24)]
    assert [page for page, _ in reader.asked] == [2]
    await rows.close()


async def test_whoever_scrolls_fast_gets_the_last_pages_first(reader: Reader) -> None:
    rows = PagedRows(shape(10_000), reader)
    for number in range(0, 1000, 10):
        rows.row(number)
    await asyncio.sleep(0)
    for _ in range(MOST_WANTED + 2):
        await reader.step()
    assert [page for page, _ in reader.asked] == [99, 98, 97, 96]
    await rows.close()


async def test_only_so_many_pages_are_kept(reader: Reader) -> None:
    rows = PagedRows(shape(10_000), reader)
    for page in range(MOST_PAGES + 1):
        rows.row(page * 10)
        await asyncio.sleep(0)
        await reader.step()
    assert rows.row(10) is not None
    assert rows.row(0) is None
    await rows.close()


async def test_a_page_of_another_view_is_not_taken_for_one_of_this(reader: Reader) -> None:
    rows = PagedRows(shape(100), reader)
    rows.row(0)
    await asyncio.sleep(0)
    doubt = View(order="doubt")
    rows.look_at(doubt, 50)
    assert rows.row(0) is None
    await reader.step()
    assert rows.row(0) is None
    await reader.step()
    assert rows.row(0).cells == ["doubt"]
    assert [view for _, view in reader.asked] == [View(), doubt]
    await rows.close()


async def test_a_failure_is_told_once(reader: Reader) -> None:
    told: list[DiscoError] = []
    rows = PagedRows(shape(100), reader, failed=told.append)
    reader.error = DiscoError("assistant_died")
    rows.row(0)
    rows.row(50)
    await asyncio.sleep(0)
    await reader.step()
    assert [error.code for error in told] == ["assistant_died"]
    await rows.close()


async def test_closed_rows_read_no_more(reader: Reader) -> None:
    rows = PagedRows(shape(100), reader)
    rows.row(0)
    await asyncio.sleep(0)
    await rows.close()
    rows.row(50)
    await asyncio.sleep(0)
    assert [page for page, _ in reader.asked] == [0]
