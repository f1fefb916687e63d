"""`disco models`: the models that this machine keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from disco_desktop.app.library.profile import memory_folder
from disco_desktop.app.words.inert_text import inert
from disco_desktop.cli import commands
from disco_desktop.cli.commands import existing_path, output_path
from disco_desktop.cli.output import Output, percent, seconds, size
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from argparse import Namespace

    from disco_desktop.engine.events import Metrics
    from disco_desktop.engine.memory.disk_memory import DiskMemory
    from disco_desktop.engine.memory.record import History, ModelRecord

_MODEL = "a model's name or id"


def add_command(parsers: commands.Commands) -> None:
    """Add the command and the commands below it."""
    models = commands.add_command(
        parsers, "models", list_models, tr("list, show and manage models")
    )
    below = models.add_subparsers(title=tr("commands"), metavar="COMMAND")
    commands.add_command(below, "list", list_models, tr("list the models (also without a command)"))

    show = commands.add_command(below, "show", show_model, tr("show a model's record and history"))
    show.add_argument("model", metavar="MODEL", help=_MODEL)

    rename = commands.add_command(below, "rename", rename_model, tr("rename a model"))
    rename.add_argument("model", metavar="MODEL", help=_MODEL)
    rename.add_argument("name", metavar="NAME", help=tr("the new name"))

    export = commands.add_command(below, "export", export_model, tr("export a model to a file"))
    export.add_argument("model", metavar="MODEL", help=_MODEL)
    export.add_argument("file", metavar="FILE", type=output_path, help=tr("the file to write"))

    imported = commands.add_command(below, "import", import_model, tr("import a model from a file"))
    imported.add_argument("file", metavar="FILE", type=existing_path, help=tr("an exported model"))

    delete = commands.add_command(below, "delete", delete_model, tr("delete a model"))
    delete.add_argument("model", metavar="MODEL", help=_MODEL)


def _memory() -> DiskMemory:
    from disco_desktop.engine.memory.disk_memory import DiskMemory

    return DiskMemory(memory_folder())


def list_models(_: Namespace) -> int:
    """Print a line a model, the newest first."""
    memory = _memory()
    records = memory.list()
    output = Output()
    if records:
        output.table(
            [
                tr("Id"),
                tr("Name"),
                tr("Task"),
                tr("Created"),
                tr("Scheme"),
                tr("Rounds"),
                tr("Accuracy"),
                tr("Size"),
            ],
            [_row(record) for record in records],
        )
    else:
        output.say(
            tr("There are no models yet; `disco train … --save NAME` and `disco demo` save one.")
        )
    if damaged := memory.damaged():
        folder = inert(str(memory_folder() / "damaged"), longest=4096)
        output.say(
            tr("Damaged files, set aside in {folder}: {damaged}").format(
                folder=folder, damaged=len(damaged)
            ),
            style="yellow",
        )
    return 0


def _row(record: ModelRecord) -> list[str]:
    return [
        record.id,
        record.name,
        record.task_id,
        record.created[:19].replace("T", " "),
        record.scheme,
        str(record.rounds),
        percent(record.metrics.accuracy) if record.metrics else "-",
        size(record.size),
    ]


def show_model(arguments: Namespace) -> int:
    """Print what is known of one model."""
    model = _memory().load(arguments.model)
    record = model.record
    output = Output()
    validation = record.metrics
    facts = {
        tr("Name"): record.name,
        tr("Id"): record.id,
        tr("Task"): f"{record.task_title} ({record.task_id})",
        tr("Created"): record.created,
        tr("Trained"): tr("{scheme}, rounds: {rounds}, epochs: {epochs}").format(
            scheme=record.scheme, rounds=record.rounds, epochs=record.epochs
        ),
        tr("Contributors"): tr("{count} in the last round").format(count=record.participants),
        tr("Validation"): _validation(validation),
        tr("Parameters"): f"{model.weights.manifest.elements:,}",
        tr("Weights"): model.weights.sha256(),
        tr("Size"): size(record.size),
    }
    for name, fact in facts.items():
        output.say(f"{name + ':':<14}{inert(fact)}")
    _print_history(output, model.history)
    return 0


def _validation(metrics: Metrics | None) -> str:
    if metrics is None:
        return "-"
    loss = tr("loss {loss:.4f}").format(loss=metrics.loss)
    return (
        loss
        if metrics.accuracy is None
        else tr("accuracy {accuracy}, {loss}").format(accuracy=percent(metrics.accuracy), loss=loss)
    )


def _print_history(output: Output, history: History) -> None:
    if not history.rounds:
        return
    output.say()
    output.table(
        [tr("Round"), tr("Time"), tr("Participants"), tr("Loss"), tr("Accuracy")],
        [
            [
                str(event.round),
                seconds(event.seconds),
                str(event.participants),
                f"{event.validation.loss:.4f}",
                percent(event.validation.accuracy),
            ]
            for event in history.rounds
        ],
    )


def rename_model(arguments: Namespace) -> int:
    """Rename a model; the name is made unique where it is taken."""
    record = _memory().rename(arguments.model, arguments.name)
    Output().say(tr("Renamed to {name}.").format(name=inert(record.name)))
    return 0


def export_model(arguments: Namespace) -> int:
    """Write a model's file for somebody else."""
    _memory().export_file(arguments.model, arguments.file)
    Output().say(tr("Saved as {file}.").format(file=inert(str(arguments.file), longest=4096)))
    return 0


def import_model(arguments: Namespace) -> int:
    """Keep somebody else's model."""
    record = _memory().import_file(arguments.file)
    Output().say(tr("Imported as {name} ({id}).").format(name=inert(record.name), id=record.id))
    return 0


def delete_model(arguments: Namespace) -> int:
    """Throw a model away."""
    _memory().delete(arguments.model)
    Output().say(tr("Deleted {model}.").format(model=inert(arguments.model)))
    return 0
