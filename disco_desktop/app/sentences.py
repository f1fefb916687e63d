"""What a person reads: codes and their arguments, made into sentences.

The templates stand in `catalogue.py`. Whatever a sentence mentions may come from elsewhere (a
file's name, a server's answer), so it is made inert; and a sentence is always found, even for a
code that only a newer program knows.
"""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Any

from msgspec import structs

from disco_desktop.app.catalogue import SENTENCES, STATUSES
from disco_desktop.app.cell_words import CELL_SENTENCES
from disco_desktop.app.inert_text import inert
from disco_desktop.app.key_words import KEY_CHANGED, KEY_SENTENCES, KEY_STANDINGS
from disco_desktop.app.session_words import (
    EPOCH_ENDED,
    EPOCH_ENDED_LOSS,
    PARTICIPANTS,
    PRESENCES,
    PROBLEM_OVER,
    ROUND_ENDED,
    ROUND_ENDED_ALONE,
    ROUND_ENDED_ALONE_LOSS,
    ROUND_ENDED_LOSS,
    ROUND_TOO_LATE,
    STATE_NAMES,
    STATE_SENTENCES,
)
from disco_desktop.engine.events import (
    EpochTrained,
    ParticipantsChanged,
    ProblemArose,
    ProblemOver,
    RoundEnded,
    StatusChanged,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from disco_desktop.app.key_words import KeyStanding
    from disco_desktop.app.session_state import SessionState
    from disco_desktop.engine.dataset.report import Problem
    from disco_desktop.engine.errors import DiscoError
    from disco_desktop.engine.events import Event, Presence, Status

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
