"""Codes and their arguments, made into the sentences that a person reads."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from msgspec import structs

from disco_desktop.app.words.catalogue import SENTENCES, STATUSES
from disco_desktop.app.words.inert_text import inert
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

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from disco_desktop.app.training.session_state import SessionState
    from disco_desktop.engine.dataset.report import LeftOut, Problem
    from disco_desktop.engine.errors import DiscoError
    from disco_desktop.engine.events import Event, Presence, Status
    from disco_desktop.engine.task.data import Data
    from disco_desktop.engine.task.protection import Aspect, Weakening

CELL_SENTENCES: dict[str, str] = {
    "cell_not_number": "This should be a number. The row is left out.",
    "cell_decimal_comma": "Write this number with a point. The row is left out.",
    "cell_too_large": "This number is too large to learn from. The row is left out.",
    "cell_missing": "This must not be empty. The row is left out.",
    "cell_far_out": "This is very far from what is expected. Check the unit; it is used.",
    "cells_filled_center": "This is empty and counts as average.",
    "cells_filled_zero": "This is empty and counts as zero.",
    "cells_filled_own": "This is empty and counts as not known.",
    "category_filled_own": "The task does not know this value. It counts as not known.",
    "category_unknown": "The task does not know this value. The row is left out.",
    "values_respelt": "The task writes this value in another case. It is used.",
    "column_unknown": "The task does not know this value. It counts as not known.",
    "column_empty": "This is empty and is filled in.",
    "outcome_missing": "The outcome is missing. The row is left out.",
    "outcome_unknown": "The task does not know this outcome. The row is left out.",
    "pictures_without_label": "Nothing says what this shows. The picture is left out.",
    "label_folders_unknown": "The task does not know this label. The picture is left out.",
    "listed_file_two_labels": "The list gives two labels. The picture is left out.",
    "pictures_not_opened": "This could not be opened. It is left out.",
    "pictures_empty": "There is nothing in this file. It is left out.",
    "pictures_unreadable": "This is damaged or no picture. It is left out.",
    "pictures_too_large": "This is too large to be decoded. It is left out.",
    "pictures_tiny": "This has very few pixels. It is used.",
    "pictures_repeated": "The same picture is there more than once. It is used.",
    "pictures_contradictory": "The same picture has another label too. It is left out.",
    "pictures_without_group": "Its path does not say to whom it belongs. It is left out.",
    "group_missing": "It is not said whom this belongs to. The row is left out.",
}


# `here`: of a participant that this computer plays.
KeyStanding: TypeAlias = Literal["confirmed", "refused", "unconfirmed", "here"]

KEY_STANDINGS: dict[KeyStanding, str] = {
    "confirmed": "confirmed",
    "refused": "refused",
    "unconfirmed": "not confirmed",
    "here": "this computer's",
}

KEY_SENTENCES: dict[KeyStanding, str] = {
    "unconfirmed": (
        "The server has introduced this participant, and nobody has checked for you that it told "
        "the truth. Whoever runs the server could have put a participant of their own in this "
        "one's place."
    ),
    "confirmed": (
        "You compared the codes on {day}, and they were the same. Nobody else can take this "
        "participant's place, not even the server."
    ),
    "refused": (
        "You said on {day} that the codes differ. Either you compared with somebody else, or "
        "somebody stands between the two of you and may read what this computer sends there. "
        "Leave the training, and tell whoever runs the server, by another way than the server."
    ),
    "here": "This computer plays this participant, so there is nothing to compare.",
}

KEY_CHANGED = (
    "For this task you have confirmed {names} with another key, which nobody here has now. If this "
    "is meant to be one of them, its key has changed: the program may have been set up anew "
    "there, or somebody pretends to be them."
)

HOW_TO_COMPARE = (
    "Call the person behind this participant, or meet, and read this code to each other. Both of "
    "you see the same one if, and only if, nobody stands between you. Do not send it through the "
    "server."
)


STATE_NAMES: dict[SessionState, str] = {
    "idle": "Ready",
    "checking data": "Checking data",
    "connecting": "Connecting",
    "waiting for participants": "Waiting",
    "training": "Training",
    "sharing": "Exchanging",
    "paused": "Paused",
    "meeting peers": "Meeting peers",
    "reconnecting": "Reconnecting",
    "finished": "Finished",
    "stopped": "Stopped",
    "failed": "Not finished",
}

STATE_SENTENCES: dict[SessionState, str] = {
    "idle": "Ready to train.",
    "checking data": "Checking the data.",
    "connecting": "Preparing the training.",
    "waiting for participants": (
        "Waiting for more participants: {participants} of at least {minimum} are here."
    ),
    "training": "Training on this computer.",
    "sharing": "Updating the model with the others' contributions.",
    "paused": "Paused. The others do not wait for you.",
    "meeting peers": "Waiting for the other participants to be ready.",
    "reconnecting": "The connection was lost. Connecting again.",
    "finished": "The training is complete.",
    "stopped": "The training was stopped.",
    "failed": "The training could not be finished.",
}

PRESENCES: dict[Presence, str] = {
    "training": "Training",
    "contributed": "Has contributed",
    "paused": "Paused",
    "away": "Away, and waited for",
}

EPOCH_ENDED = (
    "Epoch {epoch} of {epochs}: loss {loss}, accuracy {accuracy}; on data held out {held_loss}, "
    "{held_accuracy}"
)
EPOCH_ENDED_LOSS = "Epoch {epoch} of {epochs}: loss {loss}; on data held out {held_loss}"
ROUND_ENDED = (
    "Round {round} of {rounds} with {participants:contribution|contributions}: on data held out "
    "loss {loss}, accuracy {accuracy}"
)
ROUND_ENDED_LOSS = (
    "Round {round} of {rounds} with {participants:contribution|contributions}: on data held out "
    "loss {loss}"
)
ROUND_ENDED_ALONE = "Round {round} of {rounds}: on data held out loss {loss}, accuracy {accuracy}"
ROUND_ENDED_ALONE_LOSS = "Round {round} of {rounds}: on data held out loss {loss}"
ROUND_TOO_LATE = (
    "Round {round}: this computer was too late to contribute, and goes on with the others."
)
NONE = "none"
PROTECTIONS: dict[Aspect, tuple[str, dict[str, str]]] = {
    "scheme": (
        "Who sees updates",
        {
            "decentralized": "the other participants",
            "federated": "the server",
            "local": "nobody: everyone trains alone",
        },
    ),
    "aggregation": (
        "Secure aggregation",
        {"secure": "only the sum of all updates is seen", "mean": "each update is seen"},
    ),
    "minimum": ("Participants a round needs at least", {}),
    "clipping": ("Largest length of an update", {}),
    "noise": ("Noise added to an update", {}),
}
LEFT_OUT = "{count} of {all} {samples} were left out; the result describes only the other {used}."
BALANCE_CHANGED = (
    "This changed the balance of the outcomes: the result may be different for all of the data."
)
NOTABLE_SHIFT = 0.02  # of an outcome's share
PROBLEM_OVER = "What had failed works again."
PARTICIPANTS = "{participants:participant is|participants are} here; a round needs {minimum}"


LONGEST_LIST = 20


class _Template(string.Formatter):
    """Fills in a template; `{rows:row|rows}` gives `1 row` or `2 rows`."""

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Return an argument, or a mark where the sender left it out."""
        return kwargs.get(str(key), "?")

    def format_field(self, value: Any, format_spec: str) -> str:
        """Write one argument, in a form that is safe to show."""
        singular, bar, plural = format_spec.partition("|")
        shown = _shown(value)
        return f"{shown} {singular if value == 1 else plural}" if bar else shown


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


_template = _Template()


def sentence(error: DiscoError) -> str:
    """Say what went wrong and what to do."""
    return sentence_for(error.code, error.arguments)


def sentence_for(code: str, arguments: Mapping[str, Any]) -> str:
    """Say what a code means, for instance one that another process reported."""
    template = SENTENCES.get(code)
    if template is None:
        return _template.vformat(SENTENCES["unknown_code"], (), {"code": code})
    return _template.vformat(template, (), arguments)


def problem_sentence(problem: Problem) -> str:
    """Say what is the matter with somebody's data, and where."""
    template = SENTENCES.get(problem.code, SENTENCES["unknown_problem"])
    return _template.vformat(template, (), {**problem.told(), "code": problem.code})


def left_out_sentence(left_out: LeftOut, data: Data | None) -> str:
    """Say how much was left out and what that does to the figures; nothing where nothing was."""
    if not left_out.count:
        return ""
    said = _template.vformat(
        LEFT_OUT,
        (),
        {
            "count": left_out.count,
            "all": left_out.of,
            "samples": samples_word(data) if data is not None else "samples",
            "used": left_out.of - left_out.count,
        },
    )
    if left_out.by_outcome:
        labels = {**left_out.used_by_outcome, **left_out.by_outcome}
        shares = ", ".join(
            f"{inert(label)} {left_out.by_outcome.get(label, 0)} of "
            f"{left_out.by_outcome.get(label, 0) + left_out.used_by_outcome.get(label, 0)}"
            for label in labels
        )
        said += f" Left out by outcome: {shares}."
    if left_out.shift >= NOTABLE_SHIFT:
        said += f" {BALANCE_CHANGED}"
    return said


def weakening_words(weakening: Weakening) -> tuple[str, str, str]:
    """Say what protects less, how it is on this computer, and how at the server."""
    name, said = PROTECTIONS[weakening.aspect]
    known, offered = (said.get(value, value) or NONE for value in weakening[1:])
    return name, known, offered


def problem_lines(problems: Sequence[Problem]) -> list[str]:
    """Return a line for each problem, the first of many, and how many more there are."""
    lines = [f"{one.severity}: {problem_sentence(one)}" for one in problems[:LONGEST_LIST]]
    more = len(problems) - len(lines)
    return [*lines, f"and {more} more"] if more else lines


def cell_sentence(code: str) -> str:
    """Say what is the matter with a single cell that a problem is about."""
    return CELL_SENTENCES.get(code, "")


def status_sentence(status: Status, *, participants: int = 0, minimum: int = 0) -> str:
    """Say what a participant is doing or waiting for."""
    return _template.vformat(
        STATUSES[status], (), {"participants": participants, "minimum": minimum}
    )


def session_sentence(
    state: SessionState, *, participants: int = 0, minimum: int = 0, short: bool = False
) -> str:
    """Say how a session stands, in a word or in a sentence."""
    template = (STATE_NAMES if short else STATE_SENTENCES)[state]
    arguments = {"participants": participants, "minimum": minimum}
    return _template.vformat(template, (), arguments)


def presence_words(presence: Presence) -> str:
    """Say what a participant does."""
    return PRESENCES[presence]


def key_words(standing: KeyStanding) -> str:
    """Say in a word or two what is known of a participant's key."""
    return KEY_STANDINGS[standing]


def key_sentence(standing: KeyStanding, *, day: str = "") -> str:
    """Say what is known of a participant's key, and what that means."""
    return _template.vformat(KEY_SENTENCES[standing], (), {"day": day})


def key_changed_sentence(names: Sequence[str]) -> str:
    """Say that a key is new where others were confirmed."""
    return _template.vformat(KEY_CHANGED, (), {"names": names})


def event_sentence(event: Event) -> str:
    """Say what happened in a training, for its log."""
    match event:
        case EpochTrained():
            template = EPOCH_ENDED_LOSS if event.validation.accuracy is None else EPOCH_ENDED
            return _template.vformat(template, (), _epoch_arguments(event))
        case RoundEnded():
            return _template.vformat(_round_template(event), (), _round_arguments(event))
        case ParticipantsChanged():
            return _template.vformat(PARTICIPANTS, (), structs.asdict(event))
        case ProblemArose():
            return sentence_for(event.code, event.arguments)
        case ProblemOver():
            return PROBLEM_OVER
        case StatusChanged():
            return status_sentence(event.status)
        case _:
            return ""


def _round_template(event: RoundEnded) -> str:
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


DATA_HELP = (
    "a table (CSV, Parquet, Excel) or a folder of them; a folder with a folder of pictures for "
    "each label, or a CSV file that names pictures and labels; a text "
    "file (.txt) or a folder of them"
)


def learnt_word(data: Data) -> str:
    """Return what several of what a network learns from are called."""
    return "blocks of text" if isinstance(data, TextData) else "samples"


def samples_word(data: Data) -> str:
    """Return what several samples are called."""
    match data:
        case ImageData():
            return "pictures"
        case TextData():
            return "texts"
    return "rows"
