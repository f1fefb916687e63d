"""Pictures of every page, from the real application: `python -m tests.window.screenshots FOLDER`.

Each page is taken in its states, in both themes and in two sizes.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from disco_desktop import logs
from disco_desktop.app.library.settings import ServerChoice
from disco_desktop.gui.desktop import Desktop
from disco_desktop.gui.shell import Shell
from disco_desktop.resource_files import resource
from tests.window.kinds import show_peers, show_pictures, show_texts
from tests.window.person import Person

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from disco_desktop.gui.theme.theme import ThemeChoice

SIZES = ((1280, 800), (1920, 1080))
THEMES: tuple[ThemeChoice, ...] = ("light", "dark")
RUNNING_EPOCHS, FINISHED_EPOCHS = 2_000, 20
BROKEN = "Age,SibSp,Parch,Fare,Pclass,Survived\n22,1,0,7.25,3,0\nold,0,0,8.05,3,1\n,0,0,53,1,yes\n"


class Photographer:
    """Takes the window as it is, in all themes and sizes."""

    def __init__(self, shell: Shell, folder: Path) -> None:
        self._shell = shell
        self._folder = folder

    async def take(self, name: str, *, settle: float = 0.15) -> None:
        """Write the pictures of one state, each after so many seconds."""
        window = self._shell.window
        for theme in THEMES:
            self._shell.theme.choose(theme)
            for width, height in SIZES:
                window.resize(width, height)
                await asyncio.sleep(settle)
                window.grab().save(str(self._folder / f"{name}-{theme}-{width}.png"))
        self._shell.theme.choose("light")
        window.resize(*SIZES[0])

    async def take_other(self, name: str, window: QWidget) -> None:
        """Write the pictures of another window, in the size that it has."""
        for theme in THEMES:
            self._shell.theme.choose(theme)
            await asyncio.sleep(0.15)
            window.grab().save(str(self._folder / f"{name}-{theme}.png"))
        self._shell.theme.choose("light")


async def _rounds(person: Person, desktop: Desktop, number: int) -> None:
    """Wait until the training has come so far."""
    await person.until(
        lambda: (
            (session := desktop.current.session) is not None
            and len(session.curves.rounds) >= number
        ),
        f"{number} rounds",
    )


async def _play(shell: Shell, folder: Path, profile: Path) -> None:
    desktop = Desktop(shell, None)
    running = asyncio.create_task(desktop.run())
    person, camera = Person(shell.window), Photographer(shell, folder)
    navigator = shell.navigator
    try:
        await person.sees("Welcome to Disco Desktop")
        await camera.take("welcome")
        await person.click("Start")
        await person.sees("Server on this computer is ready")
        await camera.take("home")
        for page, name in (("library", "models-empty"), ("leaves", "leaves-empty")):
            navigator.go(page)
            await camera.take(name)
        navigator.go("tasks")
        await person.until(lambda: desktop.catalogue.state == "loaded", "for the tasks")
        await camera.take("tasks")
        await person.click_row("Titanic")
        await person.click("Choose data")
        await camera.take("data-empty")
        broken = profile / "broken.csv"
        broken.write_text(BROKEN, encoding="utf-8")
        desktop.data.choose(broken)
        await person.until(lambda: desktop.check.state == "done", "for the check")
        await camera.take("data-problems")
        desktop.data.choose(resource("tasks", "titanic", "sample"))
        await person.sees("All 891 rows can be used.")
        await camera.take("data")
        navigator.go("task", "titanic")
        await camera.take("task")
        await person.sees("What the model learns")
        await person.type_number("Epochs", RUNNING_EPOCHS)
        navigator.go("train", "titanic")
        await person.click("Simulate")
        await camera.take("train-ready")
        await person.click("Start training")
        await _rounds(person, desktop, 3)
        await camera.take("train-running")
        await person.click("Pause")
        await camera.take("train-paused")
        await person.click("Resume")
        await person.click("Stop")
        await person.sees("Stopped. You can continue from here.")
        await camera.take("train-stopped")
        navigator.go("task", "titanic")
        await person.type_number("Epochs", FINISHED_EPOCHS)
        navigator.go("train", "titanic")
        await person.click("Start again")
        await person.sees("The training is complete.")
        await camera.take("train-finished")
        session = desktop.current.session
        assert session is not None
        assert session.finished is not None
        assert session.finished.model is not None
        model = session.finished.model.id
        navigator.go("leaves")
        await camera.take("leaves")
        navigator.go("library")
        await person.until(lambda: bool(desktop.library.records), "for the models")
        await camera.take("models")
        navigator.go("model", model)
        await asyncio.sleep(1)
        await camera.take("model")
        for page, job in (("test", desktop.model_test), ("predict", desktop.prediction)):
            navigator.go(page, model)
            await person.sees("Drop a file or folder here")
            await camera.take(f"{page}-start")
            await person.click("Use sample data")
            await person.until(lambda job=job: job.state == "done", f"for {page}")
            await camera.take(page)
        await show_pictures(shell, desktop, person, camera, profile)
        await show_peers(shell, desktop, person, camera, profile)
        await show_texts(shell, desktop, person, camera, profile)
        for page in ("settings", "help"):
            navigator.go(page)
            await camera.take(page)
        await desktop.server.use(ServerChoice("http://127.0.0.1:9"))
        navigator.go("tasks")
        await person.sees("The server cannot be reached")
        await camera.take("tasks-unreachable")
    finally:
        desktop.close()
        await running


def main(folder: str) -> None:
    """Play through the application and take its pictures."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    logs.configure()
    application = QApplication(["disco-desktop"])
    application.setQuitOnLastWindowClosed(False)
    with tempfile.TemporaryDirectory(prefix="disco-screenshots-") as profile:
        os.environ["DISCO_HOME"] = profile
        shell = Shell(application, "light")
        shell.window.show()
        with asyncio.Runner(loop_factory=lambda: QEventLoop(application)) as runner:
            runner.run(_play(shell, target, Path(profile)))


if __name__ == "__main__":
    main(sys.argv[1])
