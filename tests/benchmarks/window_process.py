"""The window, measured from inside: `python -m tests.benchmarks.window_process STORY BEGAN …`.

It runs the application as `disco-desktop` does, does what the story tells with mouse and keys, and
prints what it measured as one line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from PySide6.QtWidgets import QAbstractItemView, QApplication

    from disco_desktop.gui.desktop import Desktop
    from tests.benchmarks.pauses import Pauses
    from tests.window.person import Person

EPOCHS = 60  # of the training that is watched
LOOKS = 40  # pages of a list that are looked at
IDLE_SECONDS = 2.0
START_MILLISECONDS = 5_000  # by when it is at rest
LOOK_SECONDS = 0.3  # on each page
MANY_PARTICIPANTS = 500
CROWD_SECONDS = 5.0


def _memory() -> int:
    """Return the bytes that are resident now."""
    status = Path("/proc/self/status").read_text()
    lines = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    return int(lines["VmRSS"].split()[0]) * 1024


def _tell(**figures: object) -> None:
    print(json.dumps(figures), flush=True)


# --- the first picture


def paint(began: float) -> None:
    """Tell when the first picture was on the screen, and which files were read for it."""
    from disco_desktop.gui import application as first_paint

    loading = first_paint.paint_while_loading

    def watched(application: QApplication) -> bool:
        from PySide6.QtCore import QEvent, QObject, QTimer

        class Witness(QObject):
            def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
                if event.type() == QEvent.Type.Paint:
                    application.removeEventFilter(self)
                    # What is painted now is on the screen when the loop comes around.
                    QTimer.singleShot(0, painted)
                return False

        def painted() -> None:
            _tell(seconds=time.monotonic() - began, files=_files_in_use())
            for window in application.topLevelWidgets():
                window.close()
            application.exit(0)

        witness = Witness()
        application.installEventFilter(witness)
        is_open = loading(application)
        return is_open and False

    first_paint.paint_while_loading = watched
    from disco_desktop.gui.application import main

    main([])


def _files_in_use() -> list[str]:
    files = {
        line.split(maxsplit=5)[-1] for line in Path("/proc/self/maps").read_text().splitlines()
    }
    for module in tuple(sys.modules.values()):
        files |= {str(getattr(module, name, None)) for name in ("__file__", "__cached__")}
    return [file for file in files if file.startswith("/") and Path(file).is_file()]


# --- until it has everything


def start() -> None:
    """Tell how long the window is held up at most from its first picture to its first rest."""
    from disco_desktop.gui import application as first_paint

    loading = first_paint.paint_while_loading

    def watched(application: QApplication) -> bool:
        from PySide6.QtCore import QTimer

        from tests.benchmarks.pauses import Pauses

        pauses = Pauses(application)

        def at_rest() -> None:
            _tell(**_pauses(pauses))
            for window in application.topLevelWidgets():
                window.close()

        QTimer.singleShot(START_MILLISECONDS, application, at_rest)
        return loading(application)

    first_paint.paint_while_loading = watched
    from disco_desktop.gui.application import main

    main([])


def _pauses(pauses: Pauses) -> dict[str, Any]:
    """End measuring, and return what is told of it."""
    pauses.end()
    gaps = sorted(pauses.gaps)
    return {
        "longest": pauses.longest,
        "waiting": pauses.waiting,
        "late": gaps[-10:],
        "ticks": len(gaps),
    }


# --- stories in a window that is there


class Watched:
    """Somebody at the window, and what measures it.

    Attributes:
        figures: what was measured.
    """

    def __init__(self, desktop: Desktop, person: Person, pauses: Pauses, data: Path) -> None:
        self.desktop = desktop
        self.person = person
        self.pauses = pauses
        self.data = data
        self.figures: dict[str, object] = {}

    def keep_pauses(self, name: str) -> None:
        """Enter the longest pause since measuring began, and begin anew."""
        self.figures[name] = _pauses(self.pauses)
        self.pauses.begin()

    async def look_through(self, view: QAbstractItemView) -> None:
        """Look at a list from its beginning to its end, page by page, and at each wait a little."""
        bar = view.verticalScrollBar()
        for look in range(LOOKS + 1):
            bar.setValue(round(bar.maximum() * look / LOOKS))
            await asyncio.sleep(0.03)

    def view(self, name: str) -> QAbstractItemView:
        """Return the list or table of that name."""
        from PySide6.QtWidgets import QAbstractItemView

        views = self.desktop._shell.window.findChildren(QAbstractItemView)
        return next(view for view in views if view.isVisible() and view.accessibleName() == name)


async def train(watched: Watched) -> None:
    """Train alone with a warm worker, then with three participants at full speed."""
    desktop, person = watched.desktop, watched.person
    await _go_to_training(watched, EPOCHS)
    for company, name in (("Train alone", "alone"), ("Simulate", "practice")):
        await person.click(company)
        await _worker_is_warm(desktop)
        before = desktop.current.session
        watched.pauses.begin()
        began = time.perf_counter()
        await person.click("Start training" if before is None else "Start again")
        await _until_changed(desktop.current, lambda before=before: _is_training(desktop, before))
        watched.figures[f"first_batch_{name}"] = time.perf_counter() - began
        await _session(desktop).ended()
        watched.keep_pauses(name)
        assert _session(desktop).state == "finished"
        # Who comes back to the page finds a worker warmed up for another training.
        desktop._shell.navigator.go("help")
        await asyncio.sleep(LOOK_SECONDS)
        desktop._shell.navigator.go("train", "titanic")
    watched.figures["memory"] = _memory()


async def move_about(watched: Watched) -> None:
    """Go from page to page while three participants train."""
    desktop, person = watched.desktop, watched.person
    await _go_to_training(watched, 100_000)
    await person.click("Simulate")
    await person.click("Start training")
    await _until_changed(desktop.current, lambda: _is_training(desktop, None))
    navigator = desktop._shell.navigator
    places = [(page, "") for page in ("home", "tasks", "library", "leaves", "settings", "help")]
    places += [("task", "titanic"), ("data", "titanic"), ("train", "titanic")]
    for page, subject in places:  # each is laid out the first time one goes there
        watched.pauses.begin()
        navigator.go(page, subject)
        await asyncio.sleep(LOOK_SECONDS)
        watched.keep_pauses(f"first {page}")
    watched.pauses.begin()
    for _ in range(3):
        for page, subject in places:
            navigator.go(page, subject)
            await asyncio.sleep(LOOK_SECONDS)
    watched.keep_pauses("again")
    watched.figures["memory"] = _memory()
    await person.click("Stop")
    await person.sees("Stopped. You can continue from here.")


async def many_participants(watched: Watched) -> None:
    """Watch a training that hundreds take part in, who come, pause and go."""
    person, number = watched.person, MANY_PARTICIPANTS
    await _go_to_training(watched, 1_000)
    await person.click("Train together")
    await person.click("Start training")
    await _until_changed(watched.desktop.current, lambda: _is_training(watched.desktop, None))
    command = [sys.executable, "-m", "tests.benchmarks.crowd_process"]
    address = watched.desktop.server.address
    assert address is not None
    crowd = await asyncio.create_subprocess_exec(
        *(*command, address.url, str(number)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert crowd.stdin is not None
    assert crowd.stdout is not None
    watched.pauses.begin()
    assert await crowd.stdout.readline() == b"here\n"
    view = watched.view("Who takes part")
    await person.until(lambda: view.model().rowCount() == number + 1, "to see everybody")
    watched.keep_pauses("coming")
    crowd.stdin.write(b"\n")
    await asyncio.sleep(CROWD_SECONDS)
    await watched.look_through(view)
    watched.keep_pauses("restless")
    crowd.stdin.write(b"\n")
    await crowd.wait()
    await person.until(lambda: view.model().rowCount() == 1, "to be alone again")
    watched.keep_pauses("going")
    await person.click("Stop")
    await person.sees("Stopped. You can continue from here.")


async def _go_to_training(watched: Watched, epochs: int) -> None:
    person = watched.person
    await person.click("Take part")
    await person.click_row("Titanic")
    await person.sees("What the model learns")
    await person.type_number("Epochs", epochs)
    await person.click("Choose data")
    await person.click("Use sample data")
    await person.click("Continue to training")


def _is_training(desktop: Desktop, before: object) -> bool:
    session = desktop.current.session
    return session is not None and session is not before and bool(session.curves.batch_epochs)


async def many_tasks(watched: Watched) -> None:
    """Look through a thousand tasks and search them."""
    watched.pauses.begin()
    await watched.person.click("Take part")
    await _until_changed(
        watched.desktop.catalogue, lambda: watched.desktop.catalogue.state == "loaded"
    )
    await asyncio.sleep(0.2)
    view = watched.view("Tasks")
    assert view.model().rowCount() >= 1_000
    await watched.look_through(view)
    search = watched.desktop.tasks._search
    await _type(search, "number 77")
    await watched.desktop.catalogue.refresh()
    watched.keep_pauses("tasks")


async def many_models(watched: Watched) -> None:
    """Look through a thousand models, sort and search them."""
    library = watched.desktop.library
    watched.pauses.begin()
    await watched.person.click("Use a model")
    await _until_changed(library, lambda: library.state == "loaded")
    await asyncio.sleep(0.2)
    view = watched.view("Models")
    assert view.model().rowCount() == 1_000
    await watched.look_through(view)
    for column in range(6):
        view.sortByColumn(column, view.horizontalHeader().sortIndicatorOrder())
        await asyncio.sleep(0.05)
    await _type(watched.desktop.models._search, "model 77")
    watched.keep_pauses("models")


async def many_rows(watched: Watched) -> None:
    """Check a hundred thousand rows and look through them."""
    desktop, person = watched.desktop, watched.person
    await person.click("Take part")
    await person.click_row("Titanic")
    await person.sees("What the model learns")
    await person.click("Choose data")
    await asyncio.sleep(IDLE_SECONDS)
    watched.pauses.begin()
    desktop.data.choose(watched.data)
    await _until_changed(desktop.check, lambda: desktop.check.state in ("done", "failed"))
    await asyncio.sleep(0.5)
    view = watched.view("Rows of the data")
    assert view.model().rowCount() == 100_000
    await watched.look_through(view)
    watched.keep_pauses("rows")


async def _type(field: object, words: str) -> None:
    from PySide6.QtTest import QTest

    field.setFocus()  # type: ignore[attr-defined]
    for letter in words:
        QTest.keyClicks(field, letter)
        await asyncio.sleep(0.05)


def _session(desktop: Desktop):  # type: ignore[no-untyped-def]
    assert desktop.current.session is not None
    return desktop.current.session


async def _worker_is_warm(desktop: Desktop) -> None:
    """Wait until the worker that was started early has loaded torch."""
    while desktop.current._warm is None:  # noqa: ASYNC110 - it is not told
        await asyncio.sleep(0.01)
    while not _has_torch(desktop.current._warm.id):  # noqa: ASYNC110 - nor is this
        await asyncio.sleep(0.05)
    await asyncio.sleep(IDLE_SECONDS)  # the rest of torch


def _has_torch(process: int) -> bool:
    return "libtorch_cpu" in Path(f"/proc/{process}/maps").read_text()


async def _until_changed(observable: object, holds: Callable[[], bool]) -> None:
    """Wait for something without looking at the window, which would hold it up."""
    arrived = asyncio.Event()
    end = observable.observe(arrived.set)  # type: ignore[attr-defined]
    try:
        while not holds():
            arrived.clear()
            await arrived.wait()
    finally:
        end()


STORIES: dict[str, Callable[[Watched], Awaitable[None]]] = {
    story.__name__: story
    for story in (train, move_about, many_participants, many_tasks, many_models, many_rows)
}


def tell(story: str, data: str, arguments: Sequence[str]) -> None:
    """Run the application, and a story in it."""
    from disco_desktop.gui.lean_imports import read_no_sources

    read_no_sources()  # as the application does, before anything else is imported
    from disco_desktop.gui import application
    from disco_desktop.gui import desktop as module
    from tests.benchmarks.pauses import Pauses
    from tests.window.person import Person

    class Played(module.Desktop):
        async def run(self) -> None:
            running = asyncio.create_task(super().run())
            window = self._shell.window
            watched = Watched(self, Person(window), Pauses(window), Path(data))
            try:
                if not self.settings.current.is_set_up and not arguments:
                    await watched.person.click("Start")
                await STORIES[story](watched)
                _tell(**watched.figures)
            finally:
                window.close()
                await running

    module.Desktop = Played  # type: ignore[misc]
    application.main(arguments)


if __name__ == "__main__":
    if sys.argv[1] == "paint":
        paint(float(sys.argv[2]))
    elif sys.argv[1] == "start":
        start()
    else:
        tell(sys.argv[1], sys.argv[2], sys.argv[3:])
