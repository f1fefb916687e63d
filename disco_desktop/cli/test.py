"""`disco test`: how good a model is on data whose outcome is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from disco_desktop.app.home import memory_folder
from disco_desktop.app.inert_text import inert
from disco_desktop.cli import commands
from disco_desktop.cli.arguments import existing_path
from disco_desktop.cli.json_file import STANDARD_OUTPUT, add_json_option, write_json
from disco_desktop.cli.output import Output, percent

if TYPE_CHECKING:
    from argparse import Namespace
    from pathlib import Path

    from disco_desktop.engine.memory.stored_model import StoredModel
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
        help="a CSV, Parquet or Excel file, or a folder of them",
    )  # fmt: skip
    add_json_option(parser)


def run(arguments: Namespace) -> int:
    """Print loss, accuracy and what was taken for what."""
    from disco_desktop.engine.memory.disk_memory import DiskMemory

    model = DiskMemory(memory_folder()).load(arguments.model)
    result = test_model(model, arguments.data)
    if arguments.json is not None:
        write_json(arguments.json, _as_json(model, result))
    if arguments.json != STANDARD_OUTPUT:
        output = Output()
        output.say(f"{inert(model.record.name)}, on {result.samples} samples")
        print_result(output, model, result)
    return 0


def test_model(model: StoredModel, data: Path) -> TestResult:
    """Test a model on all usable rows of some data."""
    from disco_desktop.engine.dataset.dataset import load_labelled
    from disco_desktop.engine.validation.validator import Validator

    samples = load_labelled(model.task, data, model.preprocessing)
    return Validator(model.task, model.weights).test(samples)


test_model.__test__ = False  # type: ignore[attr-defined] # pytest takes the name for a test's


def print_result(output: Output, model: StoredModel, result: TestResult) -> None:
    """Print the figures and the confusion matrix."""
    output.say(f"accuracy {percent(result.accuracy)}, loss {result.loss:.4f}", style="bold")
    labels = [inert(label) for label in model.task.data.outcome.labels]
    output.say()
    output.table(
        ["", *(f"predicted {label}" for label in labels)],
        [
            [f"truly {label}", *map(str, row)]
            for label, row in zip(labels, result.confusion, strict=True)
        ],
    )


def _as_json(model: StoredModel, result: TestResult) -> dict[str, object]:
    return {
        "model": model.record.name,
        "task": model.task.id,
        "samples": result.samples,
        "loss": result.loss,
        "accuracy": result.accuracy,
        "labels": model.task.data.outcome.labels,
        "confusion": result.confusion,
    }
