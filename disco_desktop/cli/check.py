"""`disco check`: whether somebody's data can be trained on, and what is the matter with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import to_builtins

from disco_desktop.app.words.inert_text import inert
from disco_desktop.app.words.sentences import (
    DATA_HELP,
    left_out_sentence,
    problem_lines,
    samples_word,
)
from disco_desktop.cli import commands
from disco_desktop.cli.commands import add_server, add_task, existing_path, run_interruptibly
from disco_desktop.cli.output import (
    STANDARD_OUTPUT,
    Output,
    add_json_option,
    problems_json,
    write_json,
)
from disco_desktop.engine.default_tasks.registry import find_task
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from argparse import Namespace

    from disco_desktop.engine.dataset.report import Report
    from disco_desktop.engine.task.task import Task

UNUSABLE = 1  # exit code


def add_command(parsers: commands.Commands) -> None:
    """Add the command."""
    parser = commands.add_command(
        parsers, "check", run, tr("check data before training: what is usable, and what is wrong")
    )
    add_task(parser)
    add_server(parser)
    parser.add_argument(
        "--data", required=True, type=existing_path, metavar="PATH",
        help=tr(DATA_HELP),
    )  # fmt: skip
    add_json_option(parser)


def run(arguments: Namespace) -> int:
    """Print the report; the exit code tells a script whether a training may begin."""
    from disco_desktop.engine.dataset.dataset import check_data

    if arguments.server is None:
        task = find_task(arguments.task)
    else:
        from disco_desktop.app.server.api import fetch_task
        from disco_desktop.engine.client.address import ServerAddress

        address = ServerAddress(arguments.server, arguments.fingerprint)
        task = run_interruptibly(fetch_task(address, arguments.task))
    report = check_data(task, arguments.data)
    if arguments.json is not None:
        write_json(arguments.json, _as_json(report))
    if arguments.json != STANDARD_OUTPUT:
        _print(report, task)
    return 0 if report.is_usable else UNUSABLE


def _as_json(report: Report) -> dict[str, Any]:
    """Add to the report what it comes to, and its problems in words."""
    content: dict[str, Any] = to_builtins(report)
    content["usable"] = report.is_usable
    content["problems"] = problems_json(report.problems)
    return content


def _print(report: Report, task: Task) -> None:
    output = Output()
    files = ", ".join(inert(file) for file in report.files)
    samples = samples_word(task.data)
    output.say(
        tr("{usable_rows} of {rows} {samples} usable, in {value}").format(
            usable_rows=report.usable_rows,
            rows=report.rows,
            samples=samples,
            value=files or tr("no file"),
        )
    )
    if report.usable_rows:
        balance = ", ".join(f"{inert(label)}: {count}" for label, count in report.balance.items())
        if report.spread is not None:
            spread = report.spread
            balance = tr(
                "{outcome}: {least:g} to {greatest:g} {unit}, {mean:.4g} on average"
            ).format(
                outcome=inert(task.data.predicts),
                least=spread.least,
                greatest=spread.greatest,
                unit=inert(spread.unit),
                mean=spread.mean,
            )
        sides = tr("{training} for training, {validation} for validation").format(
            training=report.training, validation=report.validation
        )
        # Texts have no outcome; they are learnt from in blocks.
        output.say(
            f"{balance}; {sides}" if balance else tr("Blocks of text: {sides}").format(sides=sides)
        )
    if report.left_out is not None and (said := left_out_sentence(report.left_out, task.data)):
        output.say(said, style="yellow")
    for line in problem_lines(report.problems):
        output.say(line, style="yellow")
    if report.is_usable:
        output.say(tr("These data can be used for training."), style="green")
    else:
        output.say(tr("These data cannot be used for training."), style="bold red")
