"""What people do with the application, each in a process of its own: `python -m … SCENARIO`."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import psutil
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from disco_desktop import logs
from disco_desktop.gui.desktop import Desktop
from disco_desktop.gui.shell import Shell
from tests.window.person import Person

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from disco_desktop.engine.events import RoundEnded


class Scene:
    """The application that a scenario plays in."""

    def __init__(self, desktop: Desktop, person: Person, server: str | None) -> None:
        self.server = server
        self.desktop = desktop
        self.person = person

    async def start_practising(self, *, epochs: int | None = None) -> None:
        """From the first page to a running training on the sample data."""
        person = self.person
        if not self.desktop.settings.current.is_set_up:
            await person.click("Start")
        if epochs is None:
            await person.click("Try it")
        else:
            await person.click("Take part")
            await person.click_row("Titanic")
            await person.sees("What the model learns")
            await person.type_number("Epochs", epochs)
            await person.click("Choose data")
            await person.click("Use sample data")
        await person.click("Continue to training")
        await person.sees("Ready to train.")
        await person.click("Simulate")
        await person.click("Start training")

    async def is_in_round(self, number: int) -> None:
        """Wait until a round of the training has ended."""
        await self.person.until(
            lambda: (
                (session := self.desktop.current.session) is not None
                and len(session.log.participants[0].rounds) >= number
            ),
            f"for round {number}",
        )

    @property
    def own_rounds(self) -> Sequence[RoundEnded]:
        """The rounds of the person's own training."""
        assert self.desktop.current.session is not None
        return self.desktop.current.session.log.participants[0].rounds

    async def asks_for(self, what: str) -> None:
        """Say what has to come about now, and wait until somebody says that it has."""
        print(what, flush=True)
        answer = await asyncio.to_thread(sys.stdin.readline)
        assert answer, f"nobody brought about {what}"


async def first_run_to_prediction(scene: Scene) -> None:
    """Try it, look on, test the model and use it."""
    person = scene.person
    await person.sees("Welcome to Disco Desktop")
    await person.click("Start")
    await person.until(lambda: scene.desktop.settings.current.is_set_up, "to be set up")
    await person.sees("Train together. Keep your data.")
    await scene.start_practising()
    await person.sees("The training is complete.")
    await person.sees("The model is right on")
    await person.click("Test the model")
    await person.click("Use sample data")
    await person.sees("Confusion matrix")
    await person.click("Use")
    await person.click("Use sample data")
    await person.sees("Predicted")
    await person.click("Models")


async def worker_dies(scene: Scene) -> None:
    """The worker of a training is killed; the person reads so, goes on, and is killed as well."""
    person = scene.person
    await scene.start_practising(epochs=2_000)
    await scene.is_in_round(2)
    session = scene.desktop.current.session
    assert session is not None
    _child("disco_desktop.worker").kill()
    await person.sees("ended unexpectedly")
    assert session.state == "failed"
    assert not person.reads("Error", "Traceback", "exit code")
    await person.click("Continue")
    await person.sees("Training on this computer.")
    assert scene.desktop.current.session is not session
    before = len(scene.own_rounds)
    await scene.is_in_round(before + 2)
    assert [event.round for event in scene.own_rounds][:2] == [1, 2]
    await scene.asks_for("the end")


async def go_on(scene: Scene) -> None:
    """Find the interrupted training on the first page and go on with it, then stop."""
    person = scene.person
    await person.sees("The training of “Titanic” was interrupted.")
    await person.click("Continue")
    await person.sees("Training on this computer.")
    session = scene.desktop.current.session
    assert session is not None
    before = len(session.log.participants[0].rounds)
    await scene.is_in_round(before + 2)
    await person.click("Stop")
    await person.sees("Stopped. You can continue from here.")
    print(f"rounds {len(session.log.participants[0].rounds)}", flush=True)


async def server_dies(scene: Scene) -> None:
    """The server that the training needs is killed; it comes back, and so do the participants."""
    await scene.start_practising(epochs=20)
    await scene.is_in_round(2)
    session = scene.desktop.current.session
    assert session is not None
    _training_server(session.folder.server_dir).kill()
    await scene.person.sees("The training is complete.")
    assert [event.round for event in session.log.participants[0].rounds] == list(range(1, 11))


async def server_is_away(scene: Scene) -> None:
    """The server that was chosen cannot be reached, is there, goes away, and is back."""
    person = scene.person
    await person.click("Take part")
    await person.sees("The server cannot be reached")
    await person.sees("127.0.0.1 cannot be reached")  # beside every page
    assert not person.reads("Error", "Errno", "Traceback")
    await scene.asks_for("the server")
    await person.click("Try again")
    await person.click_row("Titanic")
    await person.sees("What the model learns")
    await scene.asks_for("the end of the server")
    await person.click("Tasks")
    await person.sees("The server cannot be reached")
    await scene.asks_for("the server")
    await person.click("Try again")
    await person.click_row("Titanic")
    await person.sees("What the model learns")


async def stay_while_another_leaves(scene: Scene) -> None:
    """Train together; wait while the other is gone, and finish once it is back."""
    await _begin_together(scene)
    await scene.is_in_round(1)
    await scene.person.sees("Waiting for more participants")
    await scene.asks_for("the other")
    await _finish_together(scene)


async def leave_and_rejoin(scene: Scene) -> None:
    """Train together, leave after a round, and come back when told to."""
    await _begin_together(scene)
    await scene.is_in_round(1)
    await scene.person.click("Stop")
    await scene.person.sees("Stopped. You can continue from here.")
    await scene.asks_for("the way back")
    await scene.person.click("Continue")
    await _finish_together(scene)


async def _begin_together(scene: Scene) -> None:
    person = scene.person
    if scene.server is None:
        await person.click("Start")
    await person.click("Take part")
    await person.click_row("Titanic")
    await person.sees("What the model learns")
    await person.type_number("Batch size", 4)  # so that there is time to leave
    await person.click("Choose data")
    await person.click("Use sample data")
    await person.click("Continue to training")
    await person.click("Train together")
    address = scene.desktop.server.address
    assert address is not None
    print(address.url, flush=True)
    await person.click("Start training")


async def _finish_together(scene: Scene) -> None:
    await scene.person.sees("The training is complete.")
    session = scene.desktop.current.session
    assert session is not None
    assert session.finished is not None
    assert [event.round for event in scene.own_rounds] == [1, 2, 3, 4, 5]
    print(session.finished.weights_sha256, flush=True)


def _child(module: str) -> psutil.Process:
    """Find a process of the application by the module that it runs."""
    for process in psutil.Process().children(recursive=True):
        if module in process.cmdline():
            return process
    raise AssertionError(f"no process of {module}")


def _training_server(folder: Path) -> psutil.Process:
    """Find the process of the server that keeps its data in a folder."""
    for process in psutil.Process().children(recursive=True):
        if str(folder) in process.cmdline():
            return process
    raise AssertionError("no server for this training")


SCENARIOS = {
    play.__name__: play
    for play in (
        first_run_to_prediction, worker_dies, go_on, server_dies,
        server_is_away, stay_while_another_leaves, leave_and_rejoin,
    )
}  # fmt: skip


async def _play(name: str, server: str | None, shell: Shell) -> None:
    desktop = Desktop(shell, server)
    running = asyncio.create_task(desktop.run())
    try:
        await SCENARIOS[name](Scene(desktop, Person(shell.window), server))
    finally:
        desktop.close()
        await running


def main(name: str, server: str | None = None) -> None:
    """Open the window and play a scenario."""
    logs.configure()
    application = QApplication(["disco-desktop"])
    application.setQuitOnLastWindowClosed(False)
    shell = Shell(application)
    shell.window.show()
    with asyncio.Runner(loop_factory=lambda: QEventLoop(application)) as runner:
        runner.run(_play(name, server, shell))


if __name__ == "__main__":
    main(*sys.argv[1:])
