"""`disco demo`: the whole of it once, on real data, within seconds."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from disco_desktop.app.library.profile import memory_folder
from disco_desktop.app.training.plan import LARGEST_SEED, Wishes
from disco_desktop.app.words.command_line import whole_number
from disco_desktop.app.words.inert_text import inert
from disco_desktop.cli import commands
from disco_desktop.cli.output import Output, seconds, size
from disco_desktop.cli.test import print_confusion
from disco_desktop.engine.default_tasks.registry import task_provider
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from argparse import Namespace

    from disco_desktop.app.training.joint_training import JointTraining
    from disco_desktop.app.training.log import TrainingLog

TASK = "titanic"
PARTICIPANTS = 3
HELD_OUT = 0.2  # share of the passengers that nobody trains on
SEED = 1912
MODEL_NAME = "Titanic demo"


def add_command(parsers: commands.Commands) -> None:
    """Add the command."""
    parser = commands.add_command(
        parsers, "demo", run, tr("train on the Titanic's passengers with three participants")
    )
    parser.add_argument(
        "--seed", type=whole_number(0, LARGEST_SEED), metavar="S", default=SEED,
        help=tr("a different seed holds out different passengers (default {seed})").format(
            seed=SEED
        ),
    )  # fmt: skip


def run(arguments: Namespace) -> int:
    """Train, test on passengers that nobody trained on, and say where the model is."""
    output = Output()
    with tempfile.TemporaryDirectory(prefix="disco-demo-") as folder:
        training, held_out = _divide(Path(folder), arguments.seed)
        return _show(output, training, held_out, arguments.seed)


def _divide(folder: Path, seed: int) -> tuple[Path, Path]:
    """Write the passengers to train on, and those held out, into two files."""
    import polars as pl

    source = task_provider(TASK).sample_data()
    assert source is not None  # noqa: S101 - it comes with the task
    passengers = pl.read_csv(source / "titanic.csv", infer_schema=False)
    rows = list(range(passengers.height))
    random.Random(seed).shuffle(rows)  # noqa: S311 - reproducible on purpose
    cut = round(HELD_OUT * len(rows))
    training, held_out = folder / "training.csv", folder / "held-out.csv"
    passengers[sorted(rows[cut:])].write_csv(training)
    passengers[sorted(rows[:cut])].write_csv(held_out)
    return training, held_out


def _show(output: Output, training: Path, held_out: Path, seed: int) -> int:
    from disco_desktop.app.training.folder import TrainingFolder
    from disco_desktop.app.training.plan import make_plan
    from disco_desktop.cli.commands import run_interruptibly
    from disco_desktop.cli.training import TrainingRun

    wishes = Wishes(task=TASK, data=training, users=PARTICIPANTS, seed=seed, save_as=MODEL_NAME)
    output.say(tr("Who survived the Titanic?"), style="bold")
    output.say(
        tr(
            "{participants} participants train one model via a server on this computer. Each has a "
            "share of the passengers and shows it to nobody: only the model's values are sent."
        ).format(participants=PARTICIPANTS)
    )
    output.say()
    plan = run_interruptibly(make_plan(wishes))
    with TrainingFolder.begin(plan) as folder:
        training_run = TrainingRun(folder, resume=False, are_epochs_told=False)

        async def test(training: JointTraining) -> None:
            output.say()
            output.say(_account(training_run.log, training_run.seconds))
            await _test(output, training_run.log, training, held_out)

        try:
            run_interruptibly(training_run.carry_out(output, then=test))
        finally:
            folder.discard()  # its data are gone with this command, so it could not go on
    return 0


def _account(log: TrainingLog, time: float) -> str:
    """Say how long it took and what travelled."""
    sent = sum(one.bytes_sent for one in log.participants)
    digests = {one.finished.weights_sha256 for one in log.participants if one.finished}
    same = "all hold the same weights" if len(digests) == 1 else "their weights differ"
    samples = sum(
        one.started.training + one.started.validation for one in log.participants if one.started
    )
    return tr(
        "Finished in {time}: learned from {samples} passengers, none of whom were sent; "
        "sent {sent} of model updates; {same}."
    ).format(time=seconds(time), samples=samples, sent=size(sent), same=same)


async def _test(output: Output, log: TrainingLog, training: JointTraining, held_out: Path) -> None:
    """Show how the model does on passengers that nobody trained on, and where it is."""
    record = next(one.finished.model for one in log.participants if one.finished)
    assert record is not None  # noqa: S101 - it was to be kept
    tested = await training.test(record.id, held_out)
    name = inert(record.name)
    output.say()
    output.say(
        tr("Tested on {samples} passengers not used for training:").format(
            samples=tested.metrics.samples
        ),
        style="bold",
    )
    print_confusion(output, task_provider(TASK).get_task(), tested.metrics, tested.confusion)
    output.say()
    output.say(tr("The model is kept as “{name}”, in").format(name=name), style="green")
    output.say(
        tr("{memory_folder}.safetensors").format(
            memory_folder=memory_folder() / "models" / record.id
        )
    )
    output.say(tr('`disco models show "{name}"` shows more about it.').format(name=name))
