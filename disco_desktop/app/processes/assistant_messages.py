"""What the window and an assistant process say to each other: typed JSON, one message a line.

An assistant reads somebody's data and models for the window: it checks, tests or predicts, and then
stays to hand out the rows page by page, until it is told to leave.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

import msgspec
from msgspec import Struct

from disco_desktop.app.processes.worker_messages import Failed
from disco_desktop.engine.dataset.report import LeftOut, Problem, Report, Spread
from disco_desktop.engine.events import Metrics
from disco_desktop.engine.task.task import Task
from disco_desktop.engine.validation.figures import Figures

LONGEST_LINE = 16 << 20  # bytes; names of ten thousand files and their problems fit
MOST_PROBLEMS = 200  # told of; who has more has them all alike
PAGE_CELLS = 4_000
LARGEST_PAGE = 200  # rows
MOST_COLUMNS = 100  # shown of a table
LONGEST_CELL = 100  # characters shown
LARGEST_PICTURE_SIDE = 96  # pixels
LARGEST_PICTURE_BYTES = 8 << 10
MOST_POINTS = 2_000  # of a plot of true and predicted numbers

Order: TypeAlias = Literal["row", "doubt"]


class CheckData(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="check"):
    """Check whether somebody's data can be trained on."""

    task: Task
    data: str


class TestModel(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="test"):
    """Test a model of the memory on data whose outcome is known.

    Attributes:
        memory: root of the memory.
        model: the model's id.
        data: path of the table, or of the folder with tables.
    """

    __test__ = False  # pytest takes the name for a test's

    memory: str
    model: str
    data: str


class Predict(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="predict"):
    """Predict the outcome of data with a model of the memory; attributes as in `TestModel`."""

    memory: str
    model: str
    data: str


class Generate(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="generate"):
    """Write on after a text with a model of the memory.

    Attributes:
        memory: root of the memory.
        model: the model's id.
        prompt: what is written on.
        tokens: how many are written at most.
        temperature: how freely; at zero always the likeliest token.
        top_k: among how many of the likeliest tokens one is drawn; all of them where it is zero.
        seed: of the draws.
    """

    memory: str
    model: str
    prompt: str
    tokens: int
    temperature: float
    top_k: int
    seed: int = 0


class StopGenerating(Struct, frozen=True, forbid_unknown_fields=True, tag="stop_generating"):
    """Write no more; what was written stays."""


class View(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which rows of a table are looked at, and in which order.

    Attributes:
        truth, prediction: only rows with these places among the outcome's values; None for all.
        order: as in the file, or the most doubtful prediction first, which of numbers is the one
            that is farthest from the truth.
        is_left_out: only rows that cannot be used.
    """

    truth: int | None = None
    prediction: int | None = None
    order: Order = "row"
    is_left_out: bool = False


class ReadPage(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="page"):
    """Hand out one page of the rows, counted from zero."""

    page: int
    view: View = View()


class ReadPicture(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="picture"):
    """Hand out the file's picture of one row, larger than in a page; rows count from zero."""

    row: int
    view: View = View()


class WriteCsv(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="write"):
    """Write all rows, with what was predicted, as a CSV file in place of what is there."""

    path: str


class Leave(Struct, frozen=True, forbid_unknown_fields=True, tag="leave"):
    """End."""


Request: TypeAlias = CheckData | TestModel | Predict | Generate | ReadPage | ReadPicture | WriteCsv
Command: TypeAlias = Request | StopGenerating | Leave


class Shape(Struct, frozen=True, kw_only=True):
    """What a table looks like, before any of its rows.

    Attributes:
        columns: the first names.
        hidden_columns: how many more columns there are, which no page holds.
        rows: how many rows there are.
        page_rows: how many of them make a page.
        files: names of the files, and how many rows each has, in the order of the rows.
        numbering: whether rows are numbered by the line in their file, or by the row.
        has_pictures: whether rows come with a picture.
    """

    columns: list[str]
    hidden_columns: int = 0
    rows: int
    page_rows: int
    files: list[tuple[str, int]] = []
    numbering: Literal["line", "row"] = "row"
    has_pictures: bool = False


class Reading(Struct, frozen=True, kw_only=True, tag="reading"):
    """A file is being read, and so many of its rows are by now."""

    file: str
    rows: int = 0


class Loading(Struct, frozen=True, tag="loading"):
    """The model is being loaded, which takes a moment."""


class ProblemFound(Struct, frozen=True, tag="problem"):
    """A problem in the data; the final list is in the report."""

    problem: Problem


class Checked(Struct, frozen=True, kw_only=True, tag="checked"):
    """The data are checked; the table has a row for each of the data's, unreadable ones too.

    Attributes:
        report: with the first of the problems.
        more_problems: how many more there are.
    """

    report: Report
    more_problems: int = 0
    shape: Shape


class ModelTested(Struct, frozen=True, kw_only=True, tag="tested"):
    """The model is tested; the table has the rows that it was tested on.

    Attributes:
        labels: what a person calls the outcomes.
        confusion: counts, one row a true outcome and one column a predicted one.
        figures: what else the test tells of the model.
        points: true and predicted number of some samples, where numbers are predicted.
        left_out: what could not be used, and with what effect.
        problems: why.
    """

    metrics: Metrics
    labels: list[str]
    confusion: list[list[int]]
    figures: Figures | None = None
    points: list[tuple[float, float]] = []
    left_out: LeftOut
    problems: list[Problem]
    shape: Shape


class Predicted(Struct, frozen=True, kw_only=True, tag="predicted"):
    """The outcomes are predicted; the table has all rows, those without a prediction too.

    Attributes:
        counts: how often each outcome was predicted; empty where numbers are.
        spread: how predicted numbers lie.
        left_out: what could not be used.
        problems: why.
    """

    labels: list[str]
    counts: list[int]
    spread: Spread | None = None
    left_out: LeftOut
    problems: list[Problem]
    shape: Shape


class Generated(Struct, frozen=True, kw_only=True, tag="generated"):
    """A piece of what is written."""

    text: str


class GenerationEnded(Struct, frozen=True, kw_only=True, tag="generation_ended"):
    """Nothing more is written.

    Attributes:
        stopped: whether that was wished.
        tokens: how many were written.
        seconds: how long that took, loading not included.
    """

    stopped: bool
    tokens: int
    seconds: float


class Row(Struct, frozen=True, array_like=True):
    """One row of a table.

    Attributes:
        number: the line in its file, or the row where the format has none; zero where neither
            is known, since the row could not be read.
        cells: one a column of the shape, cut where it is long; none where it could not be read.
        is_used: whether it can be used.
        marks: code of a problem, by the place of the cell that has it.
        truth, prediction: places among the outcome's values.
        probability: of the predicted outcome.
        picture: what the network sees, as a small JPEG; empty where there is none.
        true_value, value: the true and the predicted number, where numbers are predicted.
    """

    number: int
    cells: list[str]
    is_used: bool = True
    marks: dict[int, str] = {}
    truth: int | None = None
    prediction: int | None = None
    probability: float | None = None
    picture: bytes = b""
    true_value: float | None = None
    value: float | None = None


class PageRead(Struct, frozen=True, kw_only=True, tag="page"):
    """The rows of a page; fewer than a full page at the end, none behind it."""

    page: int
    view: View
    rows: Sequence[Row]


class PictureRead(Struct, frozen=True, kw_only=True, tag="picture"):
    """A picture as a JPEG, at most 1,024 pixels wide and high; empty where it cannot be read."""

    picture: bytes


class CsvWritten(Struct, frozen=True, kw_only=True, tag="written"):
    """The CSV file is there.

    Attributes:
        rows: how many rows are in it.
    """

    path: str
    rows: int


AssistantMessage: TypeAlias = (
    Reading
    | Loading
    | ProblemFound
    | Checked
    | ModelTested
    | Predicted
    | Generated
    | GenerationEnded
    | PageRead
    | PictureRead
    | CsvWritten
    | Failed
)
ANSWERS = (
    Checked,
    ModelTested,
    Predicted,
    GenerationEnded,
    PageRead,
    PictureRead,
    CsvWritten,
    Failed,
)  # end a request

_encoder = msgspec.json.Encoder()
_commands: msgspec.json.Decoder[Command] = msgspec.json.Decoder(Command)
_messages: msgspec.json.Decoder[AssistantMessage] = msgspec.json.Decoder(AssistantMessage)


def encode_line(message: Command | AssistantMessage) -> bytes:
    """Write one message as a line."""
    return _encoder.encode(message) + b"\n"


def decode_command(line: bytes) -> Command:
    """Read one line of the window.

    Raises:
        msgspec.DecodeError: it is no command.
    """
    return _commands.decode(line)


def decode_message(line: bytes) -> AssistantMessage:
    """Read one line of the assistant.

    Raises:
        msgspec.DecodeError: it is no message.
    """
    return _messages.decode(line)
