"""`disco train`: train a model, alone or with others, as one or as several participants."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from disco_desktop.app.training.plan import LARGEST_SEED, LARGEST_USERS, Wishes
from disco_desktop.app.words.command_line import whole_number
from disco_desktop.app.words.inert_text import inert
from disco_desktop.app.words.sentences import (
    DATA_HELP,
    left_out_sentence,
    problem_sentence,
    sentence,
    sentence_for,
)
from disco_desktop.cli import commands
from disco_desktop.cli.commands import add_server, add_task, existing_path, run_interruptibly
from disco_desktop.cli.output import (
    STANDARD_OUTPUT,
    Output,
    add_json_option,
    percent,
    seconds,
    size,
    write_json,
)
from disco_desktop.engine.errors import DiscoError
from disco_desktop.translation import tr, trn

if TYPE_CHECKING:
    from argparse import Namespace

    from disco_desktop.app.training.folder import TrainingFolder
    from disco_desktop.app.training.log import TrainingLog
    from disco_desktop.app.training.plan import TrainingPlan

FAILED = 1
INTERRUPTED = 130


def add_command(parsers: commands.Commands) -> None:
    """Add the command."""
    parser = commands.add_command(
        parsers, "train", run, tr("train a model, alone or together with others")
    )
    add_task(parser)
    parser.add_argument(
        "--data", required=True, type=existing_path, metavar="PATH",
        help=tr(DATA_HELP),
    )  # fmt: skip
    parser.add_argument(
        "--users", type=whole_number(1, LARGEST_USERS), metavar="N",
        help=tr("number of participants to simulate on this computer, each with its own "
                "share of the data"),
    )  # fmt: skip
    parser.add_argument(
        "--same-data", action="store_true", help=tr("give every participant all the data")
    )
    parser.add_argument(
        "--scheme", choices=("local", "federated", "decentralized"),
        help=tr("alone, via a server, or peer to peer (default: the task's)"),
    )  # fmt: skip
    add_server(parser)
    parser.add_argument(
        "--accept-less-protection", action="store_true",
        help=tr("train even if the server's task protects less than this computer's task of "
                "that name"),
    )  # fmt: skip
    reach = parser.add_mutually_exclusive_group()
    reach.add_argument(
        "--relay-only", action="store_true",
        help=tr("reach other participants only through the server; they do not learn your "
                "address"),
    )  # fmt: skip
    reach.add_argument(
        "--peer-port", type=whole_number(1, 65_535), metavar="PORT",
        help=tr("incoming port for other participants, to open in your firewall (default: "
                "any)"),
    )  # fmt: skip
    parser.add_argument(
        "--epochs", type=whole_number(1, 100_000), metavar="E", help=tr("(default: the task's)")
    )
    parser.add_argument(
        "--round-duration", type=whole_number(1, 100_000), metavar="R",
        help=tr("epochs between two exchanges; with --server, set by the server's task"),
    )  # fmt: skip
    parser.add_argument(
        "--batch-size", type=whole_number(1, 65_536), metavar="B", help=tr("(default: the task's)")
    )
    parser.add_argument(
        "--keep", choices=("last", "best"),
        help=tr("keep the model of the last epoch, or the one with the lowest validation "
                "loss"),
    )  # fmt: skip
    parser.add_argument(
        "--seed", type=whole_number(0, LARGEST_SEED), metavar="S",
        help=tr("makes the training reproducible (default: random, and shown)"),
    )  # fmt: skip
    parser.add_argument(
        "--save", metavar="NAME", help=tr("save the first participant's model under this name")
    )
    add_json_option(parser)
    parser.add_argument(
        "--resume",
        action="store_true",
        help=tr("continue the last such training that was interrupted"),
    )


def run(arguments: Namespace) -> int:
    """Train, and print what it came to."""
    wishes = Wishes(
        task=arguments.task,
        data=arguments.data,
        users=arguments.users,
        same_data=arguments.same_data,
        scheme=arguments.scheme,
        server=arguments.server,
        fingerprint=arguments.fingerprint,
        relay_only=arguments.relay_only,
        peer_port=arguments.peer_port,
        epochs=arguments.epochs,
        round_duration=arguments.round_duration,
        batch_size=arguments.batch_size,
        keeps=arguments.keep,
        seed=arguments.seed,
        save_as=arguments.save,
        accepts_less_protection=arguments.accept_less_protection,
    )
    output = Output(sys.stderr if arguments.json == STANDARD_OUTPUT else None)
    with _folder(wishes, output, resume=arguments.resume) as folder:
        return _train(folder, arguments, output)


def _folder(wishes: Wishes, output: Output, *, resume: bool) -> TrainingFolder:
    """Find the training to go on with, or plan a new one whose data can be used."""
    from disco_desktop.app.training.folder import TrainingFolder
    from disco_desktop.app.training.plan import make_plan

    if resume:
        return TrainingFolder.find_interrupted(wishes)
    plan = run_interruptibly(make_plan(wishes))
    _check_data(plan, output)
    return TrainingFolder.begin(plan)


def _check_data(plan: TrainingPlan, output: Output) -> None:
    """Say what is the matter with the data before anything is started.

    Raises:
        DataError: they cannot be trained on.
    """
    from disco_desktop.engine.dataset.dataset import check_data
    from disco_desktop.engine.dataset.report import refusal

    report = check_data(plan.task, Path(plan.data))
    if (
        error := next((one for one in report.problems if one.severity == "error"), None)
    ) is not None:
        raise refusal(error, report.problems)
    for problem in report.problems:
        output.say(tr("note: {problem}").format(problem=problem_sentence(problem)), style="yellow")
    if report.left_out is not None and (said := left_out_sentence(report.left_out, plan.task.data)):
        output.say(tr("note: {said}").format(said=said), style="yellow")


def _train(folder: TrainingFolder, arguments: Namespace, output: Output) -> int:
    from disco_desktop.cli.train_json import train_result
    from disco_desktop.cli.training import TrainingRun

    training = TrainingRun(folder, resume=arguments.resume)
    _print_plan(output, folder.plan)
    try:
        run_interruptibly(training.carry_out(output))
    except KeyboardInterrupt:
        if not training.has_begun:
            folder.discard()
            raise
        _complain(sentence_for("training_interrupted", {}))
        return INTERRUPTED
    except DiscoError as error:
        if not training.has_begun:
            folder.discard()
        _complain(_failure(folder.plan, error))
        return FAILED
    if arguments.json is not None:
        write_json(arguments.json, train_result(folder.plan, training.log, training.seconds))
    folder.discard()
    _print_result(output, folder.plan, training.log, training.seconds)
    return 0


def _failure(plan: TrainingPlan, error: DiscoError) -> str:
    """Say what failed, and whose training it was where there are several."""
    from disco_desktop.app.training.joint_training import ParticipantFailedError

    if isinstance(error, ParticipantFailedError) and plan.users > 1:
        return tr("participant {participant}: {error}").format(
            participant=error.participant, error=sentence(error)
        )
    return sentence(error)


def _complain(text: str) -> None:
    sys.stderr.write(f"disco: {text}\n")


def _print_plan(output: Output, plan: TrainingPlan) -> None:
    people = trn("{count} participant", "{count} participants", plan.users)
    people = people.format(count=plan.users)
    where = tr(" at {server}").format(server=inert(plan.server)) if plan.server else ""
    output.say(
        tr(
            "{title}: {people}, {scheme}{where}, {epochs} epochs in rounds of "
            "{round_duration}, batches of {batch_size}, seed {seed}"
        ).format(
            title=inert(plan.task.display.title),
            people=people,
            scheme=plan.scheme,
            where=where,
            epochs=plan.epochs,
            round_duration=plan.round_duration,
            batch_size=plan.batch_size,
            seed=plan.seed,
        )
    )


def _print_result(output: Output, plan: TrainingPlan, log: TrainingLog, time: float) -> None:
    finished = [log_ for log_ in log.participants if log_.finished is not None]
    output.say()
    output.table(
        [
            tr("Participant"),
            tr("Training loss"),
            tr("accuracy"),
            tr("Validation loss"),
            tr("accuracy"),
            tr("Sent"),
            tr("Received"),
        ],
        [
            [
                str(one.number),
                f"{one.epochs[-1].training.loss:.4f}",
                percent(one.epochs[-1].training.accuracy),
                f"{one.finished.validation.loss:.4f}",
                percent(one.finished.validation.accuracy),
                size(one.bytes_sent),
                size(one.bytes_received),
            ]
            for one in finished
            if one.finished is not None
        ],
    )
    output.say()
    output.say(
        tr("Finished in {time}; use --seed {seed} to repeat it. {log}").format(
            time=seconds(time), seed=plan.seed, log=_weights(log)
        )
    )
    model = next(
        (one.finished.model for one in finished if one.finished and one.finished.model), None
    )
    if model is not None:
        output.say(
            tr("Saved the model as {name} ({id}).").format(name=inert(model.name), id=model.id),
            style="green",
        )
    else:
        output.say(tr("The model was not saved; use --save NAME to save the first participant's."))


def _weights(log: TrainingLog) -> str:
    """Say whose weights are the same."""
    digests = {one.finished.weights_sha256 for one in log.participants if one.finished}
    if len(digests) == 1:
        who = tr("All have the same weights") if len(log.participants) > 1 else tr("The weights")
        return tr("{who}: SHA-256 {pop}").format(who=who, pop=digests.pop())
    return tr("Each participant has its own weights.")
