"""`disco predict`: what a model says of data whose outcome is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from disco_desktop.app.library.profile import memory_folder
from disco_desktop.app.processes.child_end import lasting_imports
from disco_desktop.app.training.plan import LARGEST_SEED
from disco_desktop.app.words.command_line import decimal_number, whole_number
from disco_desktop.app.words.inert_text import inert
from disco_desktop.app.words.sentences import DATA_HELP, samples_word
from disco_desktop.cli import commands
from disco_desktop.cli.commands import existing_path, output_path
from disco_desktop.cli.output import Output, print_left_out
from disco_desktop.engine.task.text import TextData
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping, Sequence
    from typing import TypeAlias

    from disco_desktop.engine.dataset.samples import LoadedTable
    from disco_desktop.engine.memory.stored_model import StoredModel

    Columns: TypeAlias = Mapping[str, Sequence[str | float]]


def add_command(parsers: commands.Commands) -> None:
    """Add the command."""
    parser = commands.add_command(
        parsers,
        "predict",
        run,
        tr("predict each row or picture, or continue each line of text; write a CSV file"),
    )
    parser.add_argument(
        "model",
        metavar="MODEL",
        help=tr("a model's name or id, as `disco models` lists them, or a file"),
    )
    parser.add_argument(
        "--data", required=True, type=existing_path, metavar="PATH",
        help=tr(DATA_HELP),
    )  # fmt: skip
    parser.add_argument(
        "--out", required=True, type=output_path, metavar="FILE.csv",
        help=tr("the file to write: the columns of the data, the prediction and how "
"probable it is"),
    )  # fmt: skip
    parser.add_argument(
        "--tokens", type=whole_number(1, 100_000), default=100, metavar="T",
        help=tr("texts only: maximum number of tokens to write (default: 100)"),
    )  # fmt: skip
    parser.add_argument(
        "--temperature", type=decimal_number(0, 100), default=0.8, metavar="X",
        help=tr("texts only: 0 always takes the most likely token, higher values vary more "
                "(default: 0.8)"),
    )  # fmt: skip
    parser.add_argument(
        "--top-k", type=whole_number(0, 100_000), default=40, metavar="K",
        help=tr("texts only: draw from the K most likely tokens, 0 for all (default: 40)"),
    )  # fmt: skip
    parser.add_argument(
        "--seed", type=whole_number(0, LARGEST_SEED), default=0, metavar="S",
        help=tr("texts only: a different seed gives a different text (default: 0)"),
    )  # fmt: skip


def run(arguments: Namespace) -> int:
    """Write the file and say how many rows were predicted."""
    from disco_desktop.engine.dataset.dataset import load_unlabelled
    from disco_desktop.engine.dataset.predictions_csv import write_predictions
    from disco_desktop.engine.memory.disk_memory import DiskMemory

    model = DiskMemory(memory_folder()).load(arguments.model)
    data = load_unlabelled(model.task, arguments.data, model.preprocessing)
    if isinstance(model.task.data, TextData):
        columns = _continuations(arguments, model, data)
    else:
        columns = _outcomes(model, data)
    write_predictions(arguments.out, data, columns)
    output = Output()
    print_left_out(output, model.task, data)
    output.say(
        tr("{samples} of {of} {data} predicted, in {out}").format(
            samples=len(data.samples),
            of=data.left_out.of,
            data=samples_word(model.task.data),
            out=inert(str(arguments.out)),
        )
    )
    return 0


def _outcomes(model: StoredModel, data: LoadedTable) -> Columns:
    # What is wrong with model or data was said at once, before torch is loaded.
    from disco_desktop.engine.dataset.predictions_csv import number_columns, outcome_columns

    with lasting_imports():
        from disco_desktop.engine.validation.validator import NumberPredictions, Validator

    predictions = Validator(model.task, model.weights).predict(data.samples)
    if isinstance(predictions, NumberPredictions):
        return number_columns(predictions.values)
    return outcome_columns(model.task.data.values, predictions.prediction, predictions.probability)


def _continuations(arguments: Namespace, model: StoredModel, data: LoadedTable) -> Columns:
    """Go on with each line."""
    from disco_desktop.engine.dataset.text.text_reader import PROMPT_COLUMN

    with lasting_imports():
        from disco_desktop.engine.validation.generation import GenerationSettings, Generator

    generator = Generator(model.task, model.weights)
    settings = GenerationSettings(
        tokens=arguments.tokens,
        temperature=arguments.temperature,
        top_k=arguments.top_k,
        seed=arguments.seed,
    )
    prompts = data.table[PROMPT_COLUMN].to_list()
    return {"continuation": [generator.text(prompt, settings) for prompt in prompts]}
