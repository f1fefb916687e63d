from __future__ import annotations

import unicodedata

import pytest

from disco_desktop.app.words.sentences import (
    SENTENCES,
    problem_sentence,
    sentence,
    sentence_for,
    status_sentence,
)
from disco_desktop.engine.dataset.report import Problem
from disco_desktop.engine.errors import ServerError, TaskError
from tests.app.test_catalogue import forms


def test_a_sentence_mentions_the_arguments_of_its_error() -> None:
    error = TaskError("task_unknown", task="titanc", known=["mnist", "titanic"])
    assert sentence(error) == (
        "There is no task called titanc on this computer. Available tasks: mnist, titanic."
    )


def test_a_number_takes_the_word_that_goes_with_it() -> None:
    assert "for 1 minute." in sentence(ServerError("server_away", address="x", minutes=1))
    assert "for 30 minutes." in sentence(ServerError("server_away", address="x", minutes=30))


def test_an_unknown_code_still_gives_a_sentence() -> None:
    told = sentence_for("of_a_later_version", {"anything": 3})
    assert "of_a_later_version" in told
    assert told.endswith(".")


def test_an_argument_that_another_program_left_out_is_no_error() -> None:
    assert "?" in sentence_for("server_away", {})


def test_what_is_mentioned_can_neither_format_nor_control_anything() -> None:
    told = sentence_for("task_not_on_server", {"task": "{0.__class__}\x1b[2J\u202e"})
    assert "{0.__class__}" in told
    assert not any(unicodedata.category(char) in {"Cc", "Cf"} for char in told)


def test_a_long_list_is_cut() -> None:
    problem = Problem(
        code="outcome_missing",
        severity="warning",
        file="data.csv",
        column="Survived",
        lines=list(range(2, 500)),
        count=498,
    )
    told = problem_sentence(problem)
    assert "498 rows have no outcome in data.csv" in told
    assert "21, …" in told


def test_a_problem_that_only_a_later_version_knows_is_told_too() -> None:
    assert "colour_odd" in problem_sentence(Problem(code="colour_odd", severity="warning"))


def test_waiting_says_for_how_many() -> None:
    told = status_sentence("not enough participants", participants=1, minimum=3)
    assert "1 of at least 3" in told


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_a_sentence_is_whole(code: str) -> None:
    for template in forms(SENTENCES[code]):
        assert template[0].isupper() or template[0] in '{"'
        assert template.endswith(".") or template.endswith("{reason}")
        assert "  " not in template
