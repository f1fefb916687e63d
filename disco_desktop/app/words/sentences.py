"""Codes and their arguments, made into the sentences that a person reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from msgspec import structs

from disco_desktop.app.words.data_sentences import DATA
from disco_desktop.app.words.inert_text import inert
from disco_desktop.app.words.server_sentences import SERVER
from disco_desktop.app.words.training_sentences import TRAINING
from disco_desktop.engine.events import (
    EpochTrained,
    ParticipantsChanged,
    ProblemArose,
    ProblemOver,
    RoundEnded,
    StatusChanged,
)
from disco_desktop.engine.task.image import ImageData
from disco_desktop.engine.task.text import TextData
from disco_desktop.translation import Sentence, mark, mark_plural, template, tr, trn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from disco_desktop.app.training.session_state import SessionState
    from disco_desktop.engine.dataset.report import LeftOut, Problem
    from disco_desktop.engine.errors import DiscoError
    from disco_desktop.engine.events import Event, Presence, Status
    from disco_desktop.engine.task.data import Data
    from disco_desktop.engine.task.protection import Aspect, Weakening

LONGEST_LIST = 20

SENTENCES: dict[str, Sentence] = {**TRAINING, **SERVER, **DATA}

CELL_SENTENCES: dict[str, str] = {
    "cell_not_number": mark("This should be a number. The row is left out."),
    "cell_decimal_comma": mark("Write this number with a decimal point. The row is left out."),
    "cell_too_large": mark("This number is too large to learn from. The row is left out."),
    "cell_missing": mark("This must not be empty. The row is left out."),
    "cell_far_out": mark("This is far outside the expected range. It is used; check the unit."),
    "cells_filled_center": mark("This cell is empty and replaced by the average."),
    "cells_filled_zero": mark("This cell is empty and replaced by zero."),
    "cells_filled_own": mark("This cell is empty and treated as unknown."),
    "category_filled_own": mark("The task does not know this value. It is treated as unknown."),
    "category_unknown": mark("The task does not know this value. The row is left out."),
    "values_respelt": mark("This is treated as the task's value, which is spelled differently."),
    "column_unknown": mark("The task knows no value of this column. It is treated as unknown."),
    "column_empty": mark("This cell is empty and filled in."),
    "outcome_missing": mark("The outcome is missing. The row is left out."),
    "outcome_unknown": mark("The task does not know this outcome. The row is left out."),
    "pictures_without_label": mark("This picture has no label. It is left out."),
    "label_folders_unknown": mark("The task does not know this label. The picture is left out."),
    "listed_file_two_labels": mark("The list gives two labels. The picture is left out."),
    "pictures_not_opened": mark("This file could not be opened. It is left out."),
    "pictures_empty": mark("This file is empty. It is left out."),
    "pictures_unreadable": mark("This file is damaged or not a picture. It is left out."),
    "pictures_too_large": mark("This picture is too large to decode. It is left out."),
    "pictures_tiny": mark("This picture has very few pixels. It is used."),
    "pictures_repeated": mark("This picture is a duplicate. It is used."),
    "pictures_contradictory": mark("This picture also has another label. It is left out."),
    "pictures_without_group": mark("The path does not name a group. The picture is left out."),
    "group_missing": mark("The group is missing. The row is left out."),
}

# `here`: of a participant simulated on this computer.
KeyStanding: TypeAlias = Literal["confirmed", "refused", "unconfirmed", "here"]

KEY_STANDINGS: dict[KeyStanding, str] = {
    "confirmed": mark("confirmed"),
    "refused": mark("refused"),
    "unconfirmed": mark("not confirmed"),
    "here": mark("this computer"),
}

KEY_SENTENCES: dict[KeyStanding, str] = {
    "unconfirmed": mark(
        "The server introduced this participant, and nobody has checked yet that it told the "
        "truth. The person who runs the server could have put a participant of their own in this "
        "place."
    ),
    "confirmed": mark(
        "You compared the safety codes on {day}, and they matched. Nobody else can take this "
        "participant's place, not even the server."
    ),
    "refused": mark(
        "You said on {day} that the safety codes differ. Either you compared with someone else, or "
        "someone is intercepting the connection and may read what this computer sends. Leave the "
        "training, and tell the person who runs the server, by phone for instance."
    ),
    "here": mark("This participant runs on this computer, so there is nothing to compare."),
}

KEY_CHANGED = mark(
    "You have confirmed {names} for this task with a key that nobody here uses now. If this is "
    "meant to be one of them, its key has changed: Disco may have been reinstalled there, or "
    "someone is pretending to be them."
)

HOW_TO_COMPARE = mark(
    "Call the person behind this participant, or meet, and read this safety code to each other. "
    "You both see the same code if, and only if, nobody intercepts the connection. Do not send it "
    "through the server."
)

STATE_NAMES: dict[SessionState, str] = {
    "idle": mark("Ready"),
    "checking data": mark("Checking data"),
    "connecting": mark("Connecting"),
    "waiting for participants": mark("Waiting"),
    "training": mark("Training"),
    "sharing": mark("Exchanging"),
    "paused": mark("Paused"),
    "meeting peers": mark("Connecting to peers"),
    "reconnecting": mark("Reconnecting"),
    "finished": mark("Finished"),
    "stopped": mark("Stopped"),
    "failed": mark("Failed"),
}

STATE_SENTENCES: dict[SessionState, str] = {
    "idle": mark("Ready to train."),
    "checking data": mark("Checking the data."),
    "connecting": mark("Preparing the training."),
    "waiting for participants": mark(
        "Waiting for more participants: {participants} of at least {minimum} are here."
    ),
    "training": mark("Training on this computer."),
    "sharing": mark("Updating the model with the other participants' contributions."),
    "paused": mark("Paused. The others do not wait for you."),
    "meeting peers": mark("Waiting for the other participants to be ready."),
    "reconnecting": mark("Connection lost. Reconnecting."),
    "finished": mark("The training is complete."),
    "stopped": mark("The training was stopped."),
    "failed": mark("The training failed."),
}
WAITING = mark("Waiting for other participants.")

STATUSES: dict[Status, str] = {
    "not enough participants": mark(
        "waiting for more participants: {participants} of at least {minimum} are here"
    ),
    "updating model": mark("updating the model with the others' contributions"),
    "local training": mark("training on this computer"),
    "connecting to peers": mark("connecting to the other participants"),
    "reconnecting": mark("connection lost; reconnecting"),
    "paused": mark("paused"),
}
STATUS_WAITING = mark("waiting for other participants")

PRESENCES: dict[Presence, str] = {
    "training": mark("Training"),
    "contributed": mark("Contributed"),
    "paused": mark("Paused"),
    "away": mark("Disconnected (waiting)"),
}

EPOCH_ENDED = mark(
    "Epoch {epoch} of {epochs}: loss {loss}, accuracy {accuracy}; validation loss {held_loss}, "
    "accuracy {held_accuracy}"
)
EPOCH_ENDED_LOSS = mark("Epoch {epoch} of {epochs}: loss {loss}; validation loss {held_loss}")
ROUND_ENDED = mark_plural(
    "Round {round} of {rounds} with {participants} contribution: validation loss {loss}, accuracy "
    "{accuracy}",
    "Round {round} of {rounds} with {participants} contributions: validation loss {loss}, "
    "accuracy {accuracy}",
    "participants",
)
ROUND_ENDED_LOSS = mark_plural(
    "Round {round} of {rounds} with {participants} contribution: validation loss {loss}",
    "Round {round} of {rounds} with {participants} contributions: validation loss {loss}",
    "participants",
)
ROUND_ENDED_ALONE = mark("Round {round} of {rounds}: validation loss {loss}, accuracy {accuracy}")
ROUND_ENDED_ALONE_LOSS = mark("Round {round} of {rounds}: validation loss {loss}")
ROUND_TOO_LATE = mark(
    "Round {round}: this computer was too late to contribute and continues with the others."
)
PROBLEM_OVER = mark("The problem is over; it works again.")
PARTICIPANTS = mark_plural(
    "{participants} participant is here; a round needs {minimum}",
    "{participants} participants are here; a round needs {minimum}",
    "participants",
)

LEFT_OUT: dict[str, Sentence] = {
    "rows": mark_plural(
        "{count} of {all} rows was left out; the result describes only the other {used}.",
        "{count} of {all} rows were left out; the result describes only the other {used}.",
        "count",
    ),
    "pictures": mark_plural(
        "{count} of {all} pictures was left out; the result describes only the other {used}.",
        "{count} of {all} pictures were left out; the result describes only the other {used}.",
        "count",
    ),
    "texts": mark_plural(
        "{count} of {all} texts was left out; the result describes only the other {used}.",
        "{count} of {all} texts were left out; the result describes only the other {used}.",
        "count",
    ),
}
LEFT_OUT_BY_OUTCOME = mark("Left out by outcome: {shares}.")
LEFT_OUT_SHARE = mark("{label} {count} of {all}")
BALANCE_CHANGED = mark(
    "This changed the balance of the outcomes: the result may be different for all of the data."
)
NOTABLE_SHIFT = 0.02  # of an outcome's share
NONE = mark("none")
PROTECTIONS: dict[Aspect, tuple[str, dict[str, str]]] = {
    "scheme": (
        mark("Who sees updates"),
        {
            "decentralized": mark("the other participants"),
            "federated": mark("the server"),
            "local": mark("nobody: everyone trains alone"),
        },
    ),
    "aggregation": (
        mark("Secure aggregation"),
        {
            "secure": mark("only the sum of all updates is seen"),
            "mean": mark("each update is seen"),
        },
    ),
    "minimum": (mark("Minimum of participants in a round"), {}),
    "clipping": (mark("Largest length of an update"), {}),
    "noise": (mark("Noise added to an update"), {}),
}


def _filled(sentence: Sentence, arguments: Mapping[str, Any]) -> str:
    """Fill in a marked sentence; each argument in a form that is safe to show."""
    return template(sentence, arguments).format_map(_Shown(arguments))


class _Shown(dict[str, str]):
    """Arguments as they are shown, or a mark where the sender left one out."""

    def __init__(self, arguments: Mapping[str, Any]) -> None:
        super().__init__({name: _shown(value) for name, value in arguments.items()})

    def __missing__(self, name: str) -> str:
        return "?"


def _shown(value: object) -> str:
    match value:
        case bool() | None:
            return str(value)
        case int():
            return f"{value:,}" if abs(value) >= 10_000 else str(value)
        case float():
            return f"{value:.4g}"
        case list() | tuple():
            items = [_shown(item) for item in value[:LONGEST_LIST]]
            return ", ".join(items) + (", …" if len(value) > LONGEST_LIST else "")
        case _:
            return inert(str(value))


def sentence(error: DiscoError) -> str:
    """Say what went wrong and what to do."""
    return sentence_for(error.code, error.arguments)


def sentence_for(code: str, arguments: Mapping[str, Any]) -> str:
    """Say what a code means, for instance one that another process reported."""
    if code not in SENTENCES:
        return _filled(SENTENCES["unknown_code"], {"code": code})
    return _filled(SENTENCES[code], arguments)


def problem_sentence(problem: Problem) -> str:
    """Say what is the matter with somebody's data, and where."""
    said = SENTENCES.get(problem.code, SENTENCES["unknown_problem"])
    return _filled(said, {**problem.told(), "code": problem.code})


def left_out_sentence(left_out: LeftOut, data: Data | None) -> str:
    """Say how much was left out and what that does to the figures; nothing where nothing was."""
    if not left_out.count:
        return ""
    arguments = {
        "count": left_out.count, "all": left_out.of, "used": left_out.of - left_out.count,
    }  # fmt: skip
    said = [_filled(LEFT_OUT[_kind(data)], arguments)]
    if left_out.by_outcome:
        shares = [
            tr(LEFT_OUT_SHARE).format(
                label=inert(label),
                count=left_out.by_outcome.get(label, 0),
                all=left_out.by_outcome.get(label, 0) + left_out.used_by_outcome.get(label, 0),
            )
            for label in {**left_out.used_by_outcome, **left_out.by_outcome}
        ]
        said.append(tr(LEFT_OUT_BY_OUTCOME).format(shares=", ".join(shares)))
    if left_out.shift >= NOTABLE_SHIFT:
        said.append(tr(BALANCE_CHANGED))
    return " ".join(said)


def weakening_words(weakening: Weakening) -> tuple[str, str, str]:
    """Say what protects less, how it is on this computer, and how at the server."""
    name, said = PROTECTIONS[weakening.aspect]
    known, offered = (tr(said.get(value, value) or NONE) for value in weakening[1:])
    return tr(name), known, offered


def problem_lines(problems: Sequence[Problem]) -> list[str]:
    """Return a line for each problem, the first of many, and how many more there are."""
    severities = {"error": tr("error"), "warning": tr("warning")}
    lines = [
        f"{severities[one.severity]}: {problem_sentence(one)}" for one in problems[:LONGEST_LIST]
    ]
    more = len(problems) - len(lines)
    return [*lines, trn("and {count} more", "and {count} more", more).format(count=more)][
        : len(lines) + bool(more)
    ]


def cell_sentence(code: str) -> str:
    """Say what is the matter with a single cell that a problem is about."""
    return tr(CELL_SENTENCES[code]) if code in CELL_SENTENCES else ""


def status_sentence(status: Status, *, participants: int = 0, minimum: int = 0) -> str:
    """Say what a participant is doing or waiting for; how many it takes, once that is known."""
    if status == "not enough participants" and not minimum:
        return tr(STATUS_WAITING)
    return _filled(STATUSES[status], {"participants": participants, "minimum": minimum})


def session_sentence(
    state: SessionState, *, participants: int = 0, minimum: int = 0, short: bool = False
) -> str:
    """Say how a session stands, in a word or in a sentence."""
    if short:
        return tr(STATE_NAMES[state])
    if state == "waiting for participants" and not minimum:
        return tr(WAITING)
    return _filled(STATE_SENTENCES[state], {"participants": participants, "minimum": minimum})


def presence_words(presence: Presence) -> str:
    """Say what a participant does."""
    return tr(PRESENCES[presence])


def key_words(standing: KeyStanding) -> str:
    """Say in a word or two what is known of a participant's key."""
    return tr(KEY_STANDINGS[standing])


def key_sentence(standing: KeyStanding, *, day: str = "") -> str:
    """Say what is known of a participant's key, and what that means."""
    return _filled(KEY_SENTENCES[standing], {"day": day})


def key_changed_sentence(names: Sequence[str]) -> str:
    """Say that a key is new where others were confirmed."""
    return _filled(KEY_CHANGED, {"names": names})


def event_sentence(event: Event) -> str:
    """Say what happened in a training, for its log."""
    match event:
        case EpochTrained():
            said = EPOCH_ENDED_LOSS if event.validation.accuracy is None else EPOCH_ENDED
            return _filled(said, _epoch_arguments(event))
        case RoundEnded():
            return _filled(_round_sentence(event), _round_arguments(event))
        case ParticipantsChanged() if event.minimum:
            return _filled(PARTICIPANTS, structs.asdict(event))
        case ProblemArose():
            return sentence_for(event.code, event.arguments)
        case ProblemOver():
            return tr(PROBLEM_OVER)
        case StatusChanged():
            return status_sentence(event.status)
        case _:
            return ""


def _round_sentence(event: RoundEnded) -> Sentence:
    """Choose what to say of a round; of one alone, nothing of contributions."""
    if not event.is_counted:
        return ROUND_TOO_LATE
    is_alone = event.model_round == 0
    if event.validation.accuracy is None:
        return ROUND_ENDED_ALONE_LOSS if is_alone else ROUND_ENDED_LOSS
    return ROUND_ENDED_ALONE if is_alone else ROUND_ENDED


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.1%}"


def _epoch_arguments(event: EpochTrained) -> dict[str, object]:
    return {
        "epoch": event.epoch,
        "epochs": event.epochs,
        "loss": f"{event.training.loss:.3g}",
        "accuracy": _share(event.training.accuracy),
        "held_loss": f"{event.validation.loss:.3g}",
        "held_accuracy": _share(event.validation.accuracy),
    }


def _round_arguments(event: RoundEnded) -> dict[str, object]:
    return {
        "round": event.round,
        "rounds": event.rounds,
        "participants": event.participants,
        "loss": f"{event.validation.loss:.3g}",
        "accuracy": _share(event.validation.accuracy),
    }


DATA_HELP = mark(
    "a table (CSV, Parquet, Excel) or a folder of them; a folder with one folder of pictures per "
    "label, or a CSV file that lists pictures and labels; a text file (.txt) or a folder of them"
)


def learnt_word(data: Data) -> str:
    """Return what several of what a network learns from are called."""
    return tr("blocks of text") if isinstance(data, TextData) else tr("samples")


def samples_word(data: Data) -> str:
    """Return what several samples are called."""
    return {"pictures": tr("pictures"), "texts": tr("texts"), "rows": tr("rows")}[_kind(data)]


def _kind(data: Data | None) -> str:
    match data:
        case ImageData():
            return "pictures"
        case TextData():
            return "texts"
    return "rows"
