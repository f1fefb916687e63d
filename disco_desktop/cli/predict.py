"""`disco predict`: what a model says of data whose outcome is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from disco_desktop.app.home import memory_folder
from disco_desktop.app.inert_text import inert
from disco_desktop.app.sample_words import DATA_HELP, samples_word
from disco_desktop.app.sentences import problem_sentence
from disco_desktop.cli import commands
from disco_desktop.cli.arguments import existing_path, output_path
from disco_desktop.cli.output import Output

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping, Sequence


def add_command(parsers: commands.Commands) -> None:
    """Add the command."""
    parser = commands.add_command(
        parsers, "predict", run, "predict the outcome of each row or picture and write a CSV file"
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
    parser.add_argument(
        "--out", required=True, type=output_path, metavar="FILE.csv",
        help="the file to write: the columns of the data, the prediction and how probable it is",
    )  # fmt: skip


def run(arguments: Namespace) -> int:
    """Write the file and say how many rows were predicted."""
    from disco_desktop.engine.dataset.dataset import load_unlabelled
    from disco_desktop.engine.dataset.predictions_csv import (
        number_columns,
        outcome_columns,
        write_predictions,
    )
    from disco_desktop.engine.memory.disk_memory import DiskMemory

    model = DiskMemory(memory_folder()).load(arguments.model)
    data = load_unlabelled(model.task, arguments.data, model.preprocessing)
    # What is wrong with model or data is said at once, before torch is loaded.
    from disco_desktop.engine.validation.validator import NumberPredictions, Validator

    predictions = Validator(model.task, model.weights).predict(data.samples)
    columns: Mapping[str, Sequence[str | float]]
    if isinstance(predictions, NumberPredictions):
        columns = number_columns(predictions.values)
    else:
        columns = outcome_columns(
            model.task.data.values, predictions.prediction, predictions.probability
        )
    write_predictions(arguments.out, data, columns)
    output = Output()
    for problem in data.problems:
        output.say(f"{problem.severity}: {problem_sentence(problem)}", style="yellow")
    output.say(
        f"{len(data.samples)} of {data.table.height} {samples_word(model.task.data)} predicted, "
        f"in {inert(str(arguments.out))}"
    )
    return 0
