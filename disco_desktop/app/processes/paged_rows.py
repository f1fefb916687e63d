"""Rows of a table in another process, read page by page as somebody looks at them."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import TYPE_CHECKING, TypeAlias

from disco_desktop.app.processes.assistant_messages import Row, View
from disco_desktop.engine.errors import DiscoError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from disco_desktop.app.processes.assistant_messages import Shape

MOST_PAGES = 50  # kept; a page is at most 200 rows
MOST_WANTED = 4  # pages that wait to be read; whoever scrolls fast does not look at the others

ReadRows: TypeAlias = "Callable[[int, View], Awaitable[Sequence[Row]]]"


class PagedRows:
    """Keeps the pages that were looked at last, and reads those that are missing.

    Attributes:
        shape: what the table looks like.
        view: which rows are looked at.
        count: how many those are.
    """

    def __init__(
        self,
        shape: Shape,
        read: ReadRows,
        *,
        arrived: Callable[[int, int], None] = lambda first, last: None,
        failed: Callable[[DiscoError], None] = lambda error: None,
    ) -> None:
        """Make rows whose `arrived` is called with the first and the last number of a page."""
        self.shape = shape
        self.view = View()
        self.count = shape.rows
        self.arrived = arrived
        self._failed = failed
        self._read = read
        self._pages: OrderedDict[int, Sequence[Row]] = OrderedDict()
        self._wanted: list[int] = []
        self._reading: asyncio.Task[None] | None = None
        # A view may paint, and ask for rows, at a moment when this loop does not run.
        self._loop = asyncio.get_running_loop()
        self._is_closed = False

    def look_at(self, view: View, count: int) -> None:
        """Look at other rows, or at the same in another order; there are `count` of them."""
        self.view, self.count = view, count
        self._pages.clear()
        self._wanted.clear()

    def row(self, number: int) -> Row | None:
        """Return a row; None while it is being read."""
        page, place = divmod(number, self.shape.page_rows)
        rows = self._pages.get(page)
        if rows is None:
            self._want(page)
            return None
        self._pages.move_to_end(page)
        return rows[place] if place < len(rows) else None

    def known_row(self, number: int) -> Row | None:
        """Return a row if it is there, without having it read."""
        page, place = divmod(number, self.shape.page_rows)
        rows = self._pages.get(page, ())
        return rows[place] if place < len(rows) else None

    def _want(self, page: int) -> None:
        if self._is_closed or self._loop.is_closed() or self._wanted[-1:] == [page]:
            return
        if page in self._wanted:
            self._wanted.remove(page)
        self._wanted.append(page)
        del self._wanted[:-MOST_WANTED]
        if self._reading is None or self._reading.done():
            self._reading = self._loop.create_task(self._read_wanted())

    async def _read_wanted(self) -> None:
        """Read what is wanted, the latest first."""
        while self._wanted:
            page, view = self._wanted[-1], self.view
            try:
                rows = await self._read(page, view)
            except DiscoError as error:
                self._wanted.clear()
                self._failed(error)
                return
            if view != self.view:
                continue
            if page in self._wanted:
                self._wanted.remove(page)
            self._keep(page, rows)

    def _keep(self, page: int, rows: Sequence[Row]) -> None:
        self._pages[page] = rows
        while len(self._pages) > MOST_PAGES:
            self._pages.popitem(last=False)
        first = page * self.shape.page_rows
        self.arrived(first, min(first + self.shape.page_rows, self.count) - 1)

    async def close(self) -> None:
        """Read no more."""
        self._is_closed = True
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait([self._reading])
