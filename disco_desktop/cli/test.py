"""`disco test`: how good a model is on data whose outcome is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from disco_desktop.app.home import memory_folder
from disco_desktop.app.inert_text import inert
from disco_desktop.app.sample_words import DATA_HELP
from disco_desktop.cli import commands
from disco_desktop.cli.arguments import existing_path
from disco_desktop.cli.json_file import STANDARD_OUTPUT, add_json_option, write_json
from disco_desktop.cli.output import Output, percent
from disco_desktop.engine.events import Metrics

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from disco_desktop.engine.memory.stored_model import StoredModel
    from disco_desktop.engine.task.task import Task
    from disco_desktop.engine.validation.validator import TestResult


def add_command(parsers: commands.Commands) -> None:
    """Add the command."""
    parser = commands.add_command(
        parsers, "test", run, "test a model on data whose outcome is known"
    )
    parser.add_argument(
        "model",
        metavar="MODEL",
        help="a model's name or id, as `disco models` lists them, or a file",
    )
    parser.add_argument(
        "--data", required=True, type=existing_path, metavar="PATH",
        help=DATA_HELP,
    )  # fmt: skip
    add_json_option(parser)


def run(arguments: Namespace) -> int:
    """Print loss, accuracy and what was taken for what."""
    from disco_desktop.engine.dataset.dataset import load_labelled
    from disco_desktop.engine.memory.disk_memory import DiskMemory

    model = DiskMemory(memory_folder()).load(arguments.model)
    samples = load_labelled(model.task, arguments.data, model.preprocessing).samples
    # What is wrong with model or data is said at once, before torch is loaded.
    from disco_desktop.engine.validation.validator import Validator

    result = Validator(model.task, model.weights).test(samples)
    if arguments.json is not None:
        write_json(arguments.json, _as_json(model, result))
    if arguments.json != STANDARD_OUTPUT:
        output = Output()
        output.say(f"{inert(model.record.name)}, on {result.samples} samples")
        metrics = Metrics(loss=result.loss, accuracy=result.accuracy, samples=result.samples)
        print_confusion(output, model.task, metrics, result.confusion)
    return 0


def print_confusion(
    output: Output, task: Task, metrics: Metrics, confusion: Sequence[Sequence[int]]
) -> None:
    """Print the figures of a test, and what was taken for what."""
    output.say(f"accuracy {percent(metrics.accuracy)}, loss {metrics.loss:.4f}", style="bold")
    labels = [inert(label) for label in task.data.labels]
    output.say()
    output.table(
        ["", *(f"predicted {label}" for label in labels)],
        [[f"truly {label}", *map(str, row)] for label, row in zip(labels, confusion, strict=True)],
    )


def _as_json(model: StoredModel, result: TestResult) -> dict[str, object]:
    return {
        "model": model.record.name,
        "task": model.task.id,
        "samples": result.samples,
        "loss": result.loss,
        "accuracy": result.accuracy,
        "labels": model.task.data.labels,
        "confusion": result.confusion,
    }
