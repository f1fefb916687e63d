"""From requests to answers, one after the other, until told to leave."""

from __future__ import annotations

import threading
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from msgspec.structs import replace

from disco_desktop.app.processes.assistant_messages import (
    LONGEST_LINE,
    AssistantMessage,
    CheckData,
    Checked,
    Command,
    CsvWritten,
    Generate,
    Leave,
    Loading,
    ModelTested,
    PageRead,
    PictureRead,
    Predict,
    Predicted,
    ReadPage,
    ReadPicture,
    Request,
    StopGenerating,
    TestModel,
    WriteCsv,
    decode_command,
)
from disco_desktop.app.processes.child_end import lasting_imports, read_commands
from disco_desktop.app.processes.worker_messages import Failed
from disco_desktop.assistant.checked_texts import CheckedTexts
from disco_desktop.assistant.checks import check
from disco_desktop.assistant.number_tables import PredictedNumbers, TestedNumbers
from disco_desktop.assistant.outcome_tables import PredictedTable, TestedTable
from disco_desktop.assistant.predicted_texts import PredictedTexts
from disco_desktop.assistant.teller import LeavingError, Teller, first_problems
from disco_desktop.assistant.writing import Writer
from disco_desktop.engine.dataset.dataset import load_labelled, load_unlabelled
from disco_desktop.engine.dataset.spread import spread_of
from disco_desktop.engine.errors import DataError, DiscoError
from disco_desktop.engine.events import Metrics
from disco_desktop.engine.memory.disk_memory import DiskMemory
from disco_desktop.engine.task.text import TextData
from disco_desktop.logs import logger

if TYPE_CHECKING:
    from disco_desktop.assistant.tables import Table
    from disco_desktop.engine.dataset.report import Spread
    from disco_desktop.engine.dataset.samples import LoadedTable
    from disco_desktop.engine.memory.stored_model import StoredModel
    from disco_desktop.engine.validation.validator import Validator

_LONGEST_DETAIL = 2_000

_log = logger(__name__)


def run(commands: BinaryIO, messages: BinaryIO) -> None:
    """Answer what one stream asks on the other, until there is no more to do."""
    teller = Teller(messages)
    writer = Writer(teller)
    waiting: SimpleQueue[Request | None] = SimpleQueue()

    def obey(command: Command | None) -> None:
        """Note a request; at the word to leave, give up what is being done."""
        if command is None or isinstance(command, Leave):
            teller.leave()
            waiting.put(None)
        elif isinstance(command, StopGenerating):
            writer.stop()
        else:
            if isinstance(command, Generate):
                writer.expect()
            waiting.put(command)

    reading = threading.Thread(
        target=read_commands,
        args=(commands, decode_command, obey),
        kwargs={"longest": LONGEST_LINE},
        daemon=True,
    )
    reading.start()
    assistant = _Assistant(teller, writer)
    try:
        while (request := waiting.get()) is not None:
            assistant.answer(request)
    except LeavingError:
        pass


class _Assistant:
    """Answers requests; the table of the last job stays, to be looked at."""

    def __init__(self, teller: Teller, writer: Writer) -> None:
        self._teller = teller
        self._writer = writer
        self._table: Table | None = None

    def answer(self, request: Request) -> None:
        """Answer one request.

        Raises:
            LeavingError: nobody wants the answer any more.
        """
        answer: AssistantMessage
        try:
            answer = self._answer(request)
        except LeavingError:
            raise
        except DiscoError as error:
            _log.debug("%s", error)
            answer = Failed(code=error.code, arguments=error.arguments, detail=error.detail)
        except Exception as error:
            _log.debug("the request failed", exc_info=True)
            detail = f"{type(error).__name__}: {error}"[:_LONGEST_DETAIL]
            answer = Failed(code="assistant_failed", detail=detail)
        self._teller.send(answer)

    def _answer(self, request: Request) -> AssistantMessage:
        match request:
            case CheckData():
                return self._check(request)
            case TestModel():
                return self._test(request)
            case Predict():
                return self._predict(request)
            case Generate():
                return self._writer.write(request)
            case ReadPage():
                rows = self._shown.page(request.page, request.view)
                return PageRead(page=request.page, view=request.view, rows=rows)
            case ReadPicture():
                return PictureRead(picture=self._shown.picture(request.row, request.view))
            case WriteCsv():
                count = self._shown.write_csv(Path(request.path))
                return CsvWritten(path=request.path, rows=count)

    @property
    def _shown(self) -> Table:
        if self._table is None:
            raise DataError("nothing_to_write")
        return self._table

    def _check(self, request: CheckData) -> Checked:
        self._begin()
        report, table = check(request.task, Path(request.data), self._teller)
        self._table = table
        told = first_problems(report.problems)
        return Checked(
            report=replace(report, problems=told),
            more_problems=len(report.problems) - len(told),
            shape=table.shape,
        )

    def _test(self, request: TestModel) -> ModelTested:
        self._begin()
        model = DiskMemory(Path(request.memory)).load(request.model)
        loaded = load_labelled(
            model.task, Path(request.data), model.preprocessing, watcher=self._teller
        )
        validator = self._validator(model)
        if isinstance(model.task.data, TextData):
            return self._measured(request, loaded, validator)
        from disco_desktop.engine.validation.validator import NumberTestResult

        result = validator.test(loaded.samples)
        table: TestedTable | TestedNumbers
        confusion: list[list[int]] = []
        points: list[tuple[float, float]] = []
        if isinstance(result, NumberTestResult):
            table = TestedNumbers(model.task.data, loaded, result)
            points = table.points()
        else:
            table = TestedTable(model.task.data, loaded, result)
            confusion = [[*row] for row in result.confusion]
        self._table = table
        return ModelTested(
            metrics=Metrics(loss=result.loss, accuracy=result.accuracy, samples=result.samples),
            labels=[*model.task.data.labels],
            confusion=confusion,
            points=points,
            figures=result.figures,
            left_out=loaded.left_out,
            problems=first_problems(loaded.problems),
            shape=table.shape,
        )

    def _measured(
        self, request: TestModel, loaded: LoadedTable, validator: Validator
    ) -> ModelTested:
        """Tell how well a model predicts the tokens of texts."""
        result = validator.measure(loaded.samples)
        self._table = table = CheckedTexts(Path(request.data))
        return ModelTested(
            metrics=Metrics(loss=result.loss, accuracy=result.accuracy, samples=result.samples),
            labels=[],
            confusion=[],
            left_out=loaded.left_out,
            problems=first_problems(loaded.problems),
            shape=table.shape,
        )

    def _predict(self, request: Predict) -> Predicted:
        self._begin()
        model = DiskMemory(Path(request.memory)).load(request.model)
        loaded = load_unlabelled(
            model.task, Path(request.data), model.preprocessing, watcher=self._teller
        )
        if isinstance(model.task.data, TextData):
            return self._continued(model, loaded)
        validator = self._validator(model)
        from disco_desktop.engine.validation.validator import NumberPredictions

        result = validator.predict(loaded.samples)
        labels = model.task.data.labels
        table: PredictedTable | PredictedNumbers
        counts: list[int] = []
        spread: Spread | None = None
        if isinstance(result, NumberPredictions):
            table = PredictedNumbers(model.task.data, loaded, result)
            spread = spread_of(model.task.data, result.values)
        else:
            table = PredictedTable(model.task.data, loaded, result)
            counts = np.bincount(result.prediction, minlength=len(labels)).tolist()
        self._table = table
        return Predicted(
            labels=[*labels],
            counts=counts,
            spread=spread,
            left_out=loaded.left_out,
            problems=first_problems(loaded.problems),
            shape=table.shape,
        )

    def _continued(self, model: StoredModel, loaded: LoadedTable) -> Predicted:
        """Write after each line of texts."""
        continuations = self._writer.continuations(model, loaded)
        self._table = table = PredictedTexts(loaded, continuations)
        return Predicted(
            labels=[],
            counts=[],
            left_out=loaded.left_out,
            problems=first_problems(loaded.problems),
            shape=table.shape,
        )

    def _begin(self) -> None:
        """Forget what was done before; its table may be large."""
        self._table = None
        self._teller.begin()

    def _validator(self, model: StoredModel) -> Validator:
        """Load torch, which takes a second or two, and the model's network."""
        self._teller.send(Loading())
        with lasting_imports():
            from disco_desktop.engine.validation.validator import Validator

        return Validator(model.task, model.weights)
