"""The task: everything that the participants of one training must agree about, as data."""

from __future__ import annotations

import hashlib
import math
import stat
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta, Struct

from disco_desktop.engine.errors import TaskError
from disco_desktop.engine.messages import LARGEST_PEERS
from disco_desktop.engine.task.architecture import Architecture
from disco_desktop.engine.task.data import Data
from disco_desktop.engine.task.privacy import Privacy
from disco_desktop.engine.task.texts import LARGEST_TEXTS_BYTES, parse_texts

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA_VERSION = 1
LARGEST_TASK_BYTES = 1 << 20
TASK_FILE = "task.json"  # in a folder of its own
TEXTS_FILE = "texts/en.md"  # in the same folder, where the task has no texts itself

# Names that Windows keeps for devices would make a task's folder impossible there.
_RESERVED = r"(?!(?:con|prn|aux|nul|com[0-9]|lpt[0-9])$)"
TaskId: TypeAlias = Annotated[str, Meta(pattern=rf"^{_RESERVED}[a-z0-9][a-z0-9_-]{{0,63}}$(?!\n)")]
Keeps: TypeAlias = Literal["last", "best"]
Scheme: TypeAlias = Literal["local", "federated", "decentralized"]


class Display(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a person reads about a task. Plain text: none of it is ever run or rendered."""

    title: Annotated[str, Meta(min_length=1, max_length=120)]
    summary: Annotated[str, Meta(max_length=500)] = ""
    overview: Annotated[str, Meta(max_length=20_000)] = ""
    data_format: Annotated[str, Meta(max_length=20_000)] = ""
    model: Annotated[str, Meta(max_length=20_000)] = ""


class Adam(
    Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind", tag="adam"
):
    """Adam (Kingma and Ba, 2015) with its usual moments."""

    learning_rate: Annotated[float, Meta(gt=0, le=10)]


class StochasticGradientDescent(
    Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind", tag="sgd"
):
    """Stochastic gradient descent, with momentum where it is not zero."""

    learning_rate: Annotated[float, Meta(gt=0, le=10)]
    momentum: Annotated[float, Meta(ge=0, lt=1)] = 0.0


class Training(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How each participant trains.

    Attributes:
        round_duration: epochs between two exchanges; the last round is shorter where the epochs
            do not divide.
        validation_split: share of the samples that is never trained on.
        largest_gradient: the length that a step's gradient is cut to, over all weights together.
    """

    epochs: Annotated[int, Meta(ge=1, le=100_000)]
    round_duration: Annotated[int, Meta(ge=1, le=100_000)]
    batch_size: Annotated[int, Meta(ge=1, le=65_536)]
    validation_split: Annotated[float, Meta(gt=0, lt=1)]
    optimizer: Adam | StochasticGradientDescent
    largest_gradient: Annotated[float, Meta(gt=0, le=1e6)] | None = None

    def __post_init__(self) -> None:
        if self.round_duration > self.epochs:
            raise ValueError("`round_duration` is longer than all `epochs`")

    @property
    def rounds(self) -> int:
        """Number of rounds, the last one perhaps shorter."""
        return -(-self.epochs // self.round_duration)


class RelativeThreshold(
    Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind", tag="relative"
):
    """A round closes when this share of the active participants has contributed."""

    share: Annotated[float, Meta(gt=0, le=1)] = 1.0


class AbsoluteThreshold(
    Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind", tag="absolute"
):
    """A round closes when this many participants have contributed."""

    contributions: Annotated[int, Meta(ge=1, le=100_000)]


class SecureAggregation(
    Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind", tag="secure"
):
    """Participants mask their updates, so that only the sum of all of them can be seen.

    Attributes:
        largest_change: how far an update may move a single value; what goes beyond is cut off.
    """

    largest_change: Annotated[float, Meta(gt=0, le=1e6)] = 1.0


# Of two who know their sum, each knows the other's part.
SMALLEST_SECRET_GROUP = 3


class Collaboration(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How the participants' updates become one model.

    Attributes:
        minimum_participants: fewer distinct contributions never make a round.
        threshold: when the buffer is full.
        round_cutoff: how many rounds late a contribution may be and still count, damped.
        round_deadline: seconds from a round's first contribution until it closes with those that
            are there, if they are enough.
        weighting: whether a contribution counts by its number of samples.
        codec: how an update travels: `fp32` whole, `bf16` in half the bytes.
        largest_norm: the largest Euclidean norm an update may have.
        aggregation: `mean`, where whoever sums sees each update, or the secure one, where nobody
            does.
        privacy: what is done to an update before it leaves; nothing where it is None.
    """

    scheme: Scheme
    aggregation: Literal["mean"] | SecureAggregation = "mean"
    minimum_participants: Annotated[int, Meta(ge=1, le=10_000)] = 2
    threshold: RelativeThreshold | AbsoluteThreshold = RelativeThreshold()
    round_cutoff: Annotated[int, Meta(ge=0, le=1_000)] = 0
    round_deadline: Annotated[float, Meta(gt=0, le=604_800)] = 600.0
    weighting: Literal["samples", "equal"] = "samples"
    codec: Literal["fp32", "bf16"] = "fp32"
    largest_norm: Annotated[float, Meta(gt=0, le=1e6)] = 1e4
    privacy: Privacy | None = None

    def __post_init__(self) -> None:
        """Refuse what could never begin, and secure aggregation where it could hide nothing."""
        if self.scheme == "decentralized" and self.minimum_participants > LARGEST_PEERS:
            raise ValueError("decentralized tasks have at most 100 `minimum_participants`")
        if not self.is_secure or self.scheme == "local":
            return
        if self.scheme != "decentralized":
            raise ValueError("secure `aggregation` needs the decentralized `scheme`")
        if self.minimum_participants < SMALLEST_SECRET_GROUP:
            raise ValueError("secure `aggregation` needs at least 3 `minimum_participants`")

    @property
    def is_secure(self) -> bool:
        """Whether nobody can see anybody else's update."""
        return isinstance(self.aggregation, SecureAggregation)


class Task(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One model to train: its data, network, training and collaboration.

    A task is data and never code. Two installations mean the same task when their digests agree.
    """

    schema_version: Annotated[int, Meta(ge=1)] = SCHEMA_VERSION
    id: TaskId
    display: Display
    data: Data
    model: Architecture
    training: Training
    collaboration: Collaboration

    def __post_init__(self) -> None:
        self.model.check_fits(self.data)
        self._check_norms()

    def _check_norms(self) -> None:
        """Make sure that the server takes what clipping and noise leave of an update."""
        privacy = self.collaboration.privacy
        if privacy is None:
            return
        noise = privacy.noise_multiplier * math.sqrt(self.elements)
        if privacy.clipping_norm * math.hypot(1, 2 * noise) > self.collaboration.largest_norm:
            raise ValueError("`privacy` makes updates longer than `largest_norm`")

    @property
    def elements(self) -> int:
        """How many numbers the network's weights are."""
        return self.model.elements(self.data)

    @property
    def digest(self) -> str:
        """SHA-256 of the task's canonical form, in hexadecimal."""
        return hashlib.sha256(encode_task(self)).hexdigest()


def encode_task(task: Task) -> bytes:
    """Write a task in its canonical form: JSON with sorted keys and without spaces."""
    return msgspec.json.encode(task, order="sorted")


def written_digest(content: bytes) -> str:
    """Return the digest that a task had for the version that wrote it, as JSON in any form.

    It is taken over the fields that that version knew, and `Task.digest` over today's. What was
    named by the one is found by it, and then named by the other.

    Raises:
        msgspec.DecodeError: it is no JSON.
    """
    written = msgspec.json.decode(content)
    return hashlib.sha256(msgspec.json.encode(written, order="sorted")).hexdigest()


def decode_task(content: bytes) -> Task:
    """Read a task from JSON and check it against the schema.

    Raises:
        TaskError: the text is too large, not JSON, of another schema version, or a field is
            missing, unknown or out of its range; the error names the field.
    """
    if len(content) > LARGEST_TASK_BYTES:
        raise TaskError("task_too_large", largest=LARGEST_TASK_BYTES)
    try:
        content.decode()
    except UnicodeDecodeError as error:
        raise TaskError("task_not_json", detail=str(error)) from error
    _check_version(content)
    try:
        return msgspec.json.decode(content, type=Task)
    except msgspec.ValidationError as error:
        problem, _, place = str(error).partition(" - at `$")
        field = place.rstrip("`").lstrip(".") or "task"
        raise TaskError("task_invalid", field=field, problem=problem) from error


def _check_version(content: bytes) -> None:
    """Refuse a newer schema before its fields are found to be unknown."""

    class Version(Struct):
        schema_version: int = SCHEMA_VERSION

    try:
        version = msgspec.json.decode(content, type=Version).schema_version
    except msgspec.ValidationError as error:
        raise TaskError("task_invalid", field="task", problem=str(error)) from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise TaskError("task_not_json", detail=str(error)) from error
    if version != SCHEMA_VERSION:
        raise TaskError("task_schema_version", version=version, known=SCHEMA_VERSION)


def read_task(path: Path) -> Task:
    """Read a task from a JSON file; what a person reads of it may stand in a file beside it.

    Raises:
        TaskError: a file cannot be read, or what it holds is not a task.
    """
    content = _read(path)
    beside = path.parent / TEXTS_FILE
    if not beside.is_file() or len(content) > LARGEST_TASK_BYTES:
        return decode_task(content)
    try:
        described = msgspec.json.decode(content, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, RecursionError):
        return decode_task(content)  # which says what is wrong
    if "display" in described:
        return decode_task(content)
    try:
        texts = parse_texts(_read(beside)[:LARGEST_TEXTS_BYTES].decode())
    except ValueError as error:
        raise TaskError("task_invalid", field=beside.name, problem=str(error)) from error
    return decode_task(msgspec.json.encode({**described, "display": texts}))


def _read(path: Path) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe would keep us waiting
            detail = "it is not an ordinary file"
            raise TaskError("task_unreadable", file=str(path), detail=detail)
        return path.read_bytes()
    except OSError as error:
        raise TaskError("task_unreadable", file=str(path), detail=str(error)) from error
