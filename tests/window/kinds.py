"""The pages of pictures and of texts, for their own photographs."""

from __future__ import annotations

import asyncio
import shutil
from typing import TYPE_CHECKING

from disco_desktop.app.library.data import find_sample
from disco_desktop.gui.dialogs.picture import PictureDialog
from disco_desktop.resource_files import resource

if TYPE_CHECKING:
    from pathlib import Path

    from disco_desktop.gui.desktop import Desktop
    from disco_desktop.gui.shell import Shell
    from tests.window.person import Person
    from tests.window.screenshots import Photographer


async def show_pictures(
    shell: Shell, desktop: Desktop, person: Person, camera: Photographer, folder: Path
) -> None:
    """Go through the task of digits: its page, its data, a short training, a test, predictions."""
    navigator = shell.navigator
    navigator.go("task", "mnist")
    await person.sees("Handwritten digits")
    await camera.take("pictures-task")
    navigator.go("data", "mnist")
    await person.until(lambda: desktop.data._labelling.isVisible(), "for the labels")
    await camera.take("pictures-data-empty")
    task = await desktop.catalogue.task("mnist")
    sample = await asyncio.to_thread(find_sample, task)
    assert sample is not None
    few = await asyncio.to_thread(_some_pictures, sample.folder, folder / "digits")
    desktop.data.choose(few)
    await person.until(lambda: desktop.check.state == "done", "for the check")
    await asyncio.sleep(0.5)
    await camera.take("pictures-data-problems")
    desktop.data.ensureWidgetVisible(desktop.data._preview_card)
    await camera.take("pictures-data-gallery", settle=1)
    desktop.data._preview.gallery.opened.emit(3)
    dialog = shell.window.findChild(PictureDialog)
    await asyncio.sleep(0.5)
    await camera.take_other("picture-large", dialog)
    dialog.accept()
    journey = await desktop._journey("mnist")
    journey.choose_training(epochs=2, batch_size=None)
    navigator.go("train", "mnist")
    await person.click("Train alone")
    await person.click("Start training")
    await person.sees("The training is complete.")
    await camera.take("pictures-train-finished")
    session = desktop.current.session
    assert session is not None
    assert session.finished is not None
    assert session.finished.model is not None
    model = session.finished.model.id
    for page, job in (("test", desktop.model_test), ("predict", desktop.prediction)):
        navigator.go(page, model)
        await person.click("Use sample data")
        await person.until(lambda job=job: job.state == "done", f"for {page}")
        await asyncio.sleep(0.5)
        await camera.take(f"pictures-{page}")
        shown = desktop.test if page == "test" else desktop.predict
        shown.ensureWidgetVisible(shown._view)
        await camera.take(f"pictures-{page}-gallery", settle=1)


async def show_peers(
    shell: Shell, desktop: Desktop, person: Person, camera: Photographer, folder: Path
) -> None:
    """Practise the task of digits, whose participants exchange among themselves under masks."""
    navigator = shell.navigator
    journey = await desktop._journey("mnist")
    journey.choose_training(epochs=40, batch_size=None)
    navigator.go("train", "mnist")
    await person.click("Simulate")
    await person.click("Start again")
    await person.until(
        lambda: (
            (session := desktop.current.session) is not None
            and len(session.curves.rounds) >= 2
            and len(session.peers.peers) == 2
        ),
        "for two rounds among peers",
    )
    await camera.take("peers-train-running")
    desktop.train.ensureWidgetVisible(desktop.train._peer_round)
    await camera.take("peers-train-exchange")
    navigator.go("leaves")
    await camera.take("peers-leaves")
    navigator.go("train", "mnist")
    await person.click("Stop")
    await person.sees("Stopped. You can continue from here.")


async def show_texts(
    shell: Shell, desktop: Desktop, person: Person, camera: Photographer, folder: Path
) -> None:
    """Go through the task of texts: its page, its data, a short training, a test, a prompt."""
    navigator = shell.navigator
    navigator.go("task", "wikitext")
    await person.sees("Wikitext")
    await camera.take("texts-task")
    navigator.go("data", "wikitext")
    shown = desktop.data
    await person.until(
        lambda: shown._task is not None and shown._task.id == "wikitext", "for the task's data"
    )
    await camera.take("texts-data-empty")
    texts = folder / "texts"
    texts.mkdir()
    shutil.copy(resource("tasks", "wikitext", "sample", "1790_george_washington_n.txt"), texts)
    shutil.copy(resource("tasks", "wikitext", "sample", "1941_franklin_d_roosevelt_d.txt"), texts)
    (texts / "empty.txt").write_bytes(b"")
    desktop.data.choose(texts)
    await person.until(lambda: desktop.check.state == "done", "for the check")
    await camera.take("texts-data", settle=0.5)
    journey = await desktop._journey("wikitext")
    journey.choose_training(epochs=2, batch_size=None)
    navigator.go("train", "wikitext")
    await person.click("Train alone")
    await person.click("Start training")
    await person.sees("The training is complete.")
    await camera.take("texts-train-finished")
    session = desktop.current.session
    assert session is not None
    assert session.finished is not None
    assert session.finished.model is not None
    model = session.finished.model.id
    navigator.go("model", model)
    await asyncio.sleep(1)
    await camera.take("texts-model")
    navigator.go("test", model)
    await person.until(lambda: desktop.test._model is not None, "for the model")
    desktop.test._choice.choose(texts)
    await person.until(lambda: desktop.model_test.state == "done", "for the test")
    await camera.take("texts-test", settle=0.5)
    navigator.go("predict", model)
    await person.until(lambda: desktop.predict._prompt.isVisible(), "for the prompt")
    await camera.take("texts-prompt-empty")
    desktop.predict._prompt.prompt.setPlainText("Fellow citizens of the Senate and")
    await person.click("Generate")
    await person.until(lambda: desktop.generation.state == "done", "for the text")
    await camera.take("texts-prompt", settle=0.5)


def _some_pictures(source: Path, target: Path) -> Path:
    """Copy a fifth of the digits, and add what is wrong with many a folder."""
    for label in sorted(path for path in source.iterdir() if path.is_dir()):
        (target / label.name).mkdir(parents=True)
        for picture in sorted(label.iterdir())[::5]:
            shutil.copy(picture, target / label.name)
    (target / "3" / "broken.png").write_bytes(b"none")
    (target / "3" / "empty.png").write_bytes(b"")
    (target / "ten").mkdir()
    shutil.copy(next((target / "1").iterdir()), target / "ten" / "10.png")
    shutil.copy(next((target / "1").iterdir()), target / "2" / "seems-one.png")
    return target
