"""Having a model write, piece by piece, until it has written enough or is told to stop."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from disco_desktop.app.processes.assistant_messages import Generated, GenerationEnded, Loading
from disco_desktop.app.processes.child_end import lasting_imports
from disco_desktop.engine.errors import ModelError
from disco_desktop.engine.memory.disk_memory import DiskMemory
from disco_desktop.engine.task.text import TextData

if TYPE_CHECKING:
    from disco_desktop.app.processes.assistant_messages import Generate
    from disco_desktop.assistant.teller import Teller
    from disco_desktop.engine.dataset.samples import LoadedTable
    from disco_desktop.engine.memory.stored_model import StoredModel
    from disco_desktop.engine.validation.generation import Generator


class Writer:
    """Writes with one model after the other; the last one stays loaded."""

    def __init__(self, teller: Teller) -> None:
        self._teller = teller
        self._stopping = threading.Event()
        self._loaded: tuple[str, str, Generator] | None = None

    def expect(self) -> None:
        """Get ready for another text: what is told to stop from now on is that one."""
        self._stopping.clear()

    def stop(self) -> None:
        """Write no more; may be called from another thread."""
        self._stopping.set()

    def write(self, request: Generate) -> GenerationEnded:
        """Write after a prompt, and tell each piece at once.

        Raises:
            ModelError: the model writes no text, or one of the wishes is out of its range.
            LeavingError: nobody wants to read on.
        """
        generator = self._generator(request)
        from disco_desktop.engine.validation.generation import GenerationSettings

        wishes = {
            name: getattr(request, name) for name in ("tokens", "temperature", "top_k", "seed")
        }
        try:
            settings = msgspec.convert(wishes, GenerationSettings)
        except msgspec.ValidationError as error:
            raise ModelError("generation_out_of_range", detail=str(error)) from error
        started = time.perf_counter()
        written = 0
        if not self._stopping.is_set():
            for text, tokens in generator.pieces(request.prompt, settings):
                written += tokens
                self._teller.send(Generated(text=text))
                self._teller.go_on()
                if self._stopping.is_set():
                    break
        return GenerationEnded(
            stopped=self._stopping.is_set(),
            tokens=written,
            seconds=time.perf_counter() - started,
        )

    def continuations(self, model: StoredModel, loaded: LoadedTable) -> list[str]:
        """Write after each line of a table."""
        self._teller.send(Loading())
        from disco_desktop.engine.dataset.text.text_reader import PROMPT_COLUMN
        from disco_desktop.engine.validation.generation import GenerationSettings, Generator

        generator = Generator(model.task, model.weights)
        texts = []
        for prompt in loaded.table[PROMPT_COLUMN].to_list():
            texts.append(generator.text(prompt, GenerationSettings()))
            self._teller.go_on()
        return texts

    def _generator(self, request: Generate) -> Generator:
        if self._loaded is not None and self._loaded[:2] == (request.memory, request.model):
            return self._loaded[2]
        model = DiskMemory(Path(request.memory)).load(request.model)
        if not isinstance(model.task.data, TextData):
            raise ModelError("model_writes_nothing", task=model.record.task_title)
        self._teller.send(Loading())  # torch takes a second or two
        with lasting_imports():
            from disco_desktop.engine.validation.generation import Generator

        generator = Generator(model.task, model.weights)
        self._loaded = (request.memory, request.model, generator)
        return generator
