"""`disco check`: whether somebody's data can be trained on, and what is the matter with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import to_builtins

from disco_desktop.app.words.inert_text import inert
from disco_desktop.app.words.sentences import (
    DATA_HELP,
    left_out_sentence,
    problem_sentence,
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
from disco_desktop.engine.task.registry import find_task

if TYPE_CHECKING:
    from argparse import Namespace

    from disco_desktop.engine.dataset.report import Report
    from disco_desktop.engine.task.task import Task

UNUSABLE = 1  # exit code


def add_command(parsers: commands.Commands) -> None:
    """Add the command."""
    parser = commands.add_command(
        parsers, "check", run, "check data before a training: what is usable, and what is wrong"
    )
    add_task(parser)
    add_server(parser)
    parser.add_argument(
        "--data", required=True, type=existing_path, metavar="PATH",
        help=DATA_HELP,
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
    output.say(f"{report.usable_rows} of {report.rows} {samples} usable, in {files or 'no file'}")
    if report.usable_rows:
        balance = ", ".join(f"{inert(label)}: {count}" for label, count in report.balance.items())
        if report.spread is not None:
            spread = report.spread
            ends = f"{spread.least:g} to {spread.greatest:g} {inert(spread.unit)}".rstrip()
            balance = f"{inert(task.data.predicts)}: {ends}, {spread.mean:.4g} on average"
        sides = f"{report.training} to train on, {report.validation} held out"
        # Texts have no outcome; they are learnt from in blocks.
        output.say(f"{balance}; {sides}" if balance else f"Blocks of text: {sides}")
    if report.left_out is not None and (said := left_out_sentence(report.left_out, task.data)):
        output.say(said, style="yellow")
    for problem in report.problems:
        style = "red" if problem.severity == "error" else "yellow"
        output.say(f"{problem.severity}: {problem_sentence(problem)}", style=style)
    if report.is_usable:
        output.say("These data can be trained on.", style="green")
    else:
        output.say("These data cannot be trained on.", style="bold red")
