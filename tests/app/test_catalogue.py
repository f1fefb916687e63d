"""Each code that the program uses has its sentence, and the sentence mentions nothing else."""

from __future__ import annotations

import ast
import inspect
import re
import string
from dataclasses import dataclass
from pathlib import Path

import disco_desktop
from disco_desktop.app.words.sentences import SENTENCES, STATUSES
from disco_desktop.engine import errors
from disco_desktop.engine.events import Status
from disco_desktop.translation import Plural, Said, Sentence

SOURCE = Path(disco_desktop.__file__).parent
ERRORS = {
    name
    for name, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, errors.DiscoError)
}


@dataclass(frozen=True)
class Use:
    """A place in the source where a code is given to an error.

    Attributes:
        arguments: names of the arguments given with it; None where they cannot be read there.
    """

    code: str
    arguments: frozenset[str] | None
    place: str


def uses(source: str, file: str) -> list[Use]:
    """Find the errors that a source text makes with a code that stands there."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        called = node.func
        first = node.args[0]
        if not isinstance(first, ast.Constant) or not isinstance(first.value, str):
            continue
        name = called.id if isinstance(called, ast.Name) else None
        if name in ERRORS:
            given = [keyword.arg for keyword in node.keywords]
            known = None if None in given else frozenset(map(str, given)) - {"detail"}
            found.append(Use(first.value, known, f"{file}:{node.lineno}"))
        elif isinstance(called, ast.Attribute) and called.attr == "told":
            found.append(Use(first.value, None, f"{file}:{node.lineno}"))
    return found


def all_uses() -> list[Use]:
    return [
        use
        for path in sorted(SOURCE.rglob("*.py"))
        for use in uses(path.read_text(), str(path.relative_to(SOURCE)))
    ]


def forms(sentence: Sentence) -> list[str]:
    """Return all forms of a sentence: of both interfaces, for one and for many."""
    match sentence:
        case Said(window, terminal):
            return forms(window) + forms(terminal)
        case Plural(one, many, _):
            return [one, many]
    return [sentence]


def mentioned(sentence: Sentence) -> set[str]:
    return {
        name
        for form in forms(sentence)
        for _, name, _, _ in string.Formatter().parse(form)
        if name is not None
    }


def test_the_scan_sees_an_error_with_its_arguments() -> None:
    text = 'raise ServerError("gone", address=url, detail=str(error))'
    assert uses(text, "here.py") == [Use("gone", frozenset({"address"}), "here.py:1")]


def test_the_scan_finds_the_errors_of_the_program() -> None:
    codes = {use.code for use in all_uses()}
    assert {"task_unknown", "identity_damaged", "server_address_invalid"} <= codes
    assert len(codes) > 50


def test_each_code_has_a_sentence() -> None:
    assert [f"{use.place}: {use.code}" for use in all_uses() if use.code not in SENTENCES] == []


def test_each_sentence_mentions_only_what_its_error_gives() -> None:
    lacking = [
        f"{use.place}: {use.code} lacks {name}"
        for use in all_uses()
        if use.arguments is not None
        for name in sorted(mentioned(SENTENCES.get(use.code, "")) - use.arguments)
    ]
    assert lacking == []


def other_codes() -> set[str]:
    """Find the codes that are given by name, returned from a function, or made into a problem."""
    found = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.keyword) and node.arg == "code":
                found |= _constants(node.value)
            elif isinstance(node, ast.FunctionDef) and node.name.endswith("_code"):
                for inner in ast.walk(node):
                    if isinstance(inner, ast.Return) and inner.value is not None:
                        found |= _constants(inner.value)
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                is_code_first = node.func.id in {"refuse", "problem", "DeniedError"} and node.args
                found |= _constants(node.args[0]) if is_code_first else set()
    return found


def _constants(node: ast.expr) -> set[str]:
    if isinstance(node, ast.IfExp):
        return _constants(node.body) | _constants(node.orelse)
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return {node.value} if is_text else set()


def test_codes_given_in_other_ways_have_sentences_too() -> None:
    codes = other_codes()
    assert {"worker_died", "server_unreachable", "not_the_creator", "one_outcome_only"} <= codes
    assert sorted(codes - set(SENTENCES)) == []


def test_no_sentence_is_left_over() -> None:
    texts = {
        node.value
        for path in SOURCE.rglob("*.py")
        if not path.name.endswith("_sentences.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert sorted(set(SENTENCES) - texts) == []


def test_each_status_has_its_words() -> None:
    assert set(STATUSES) == set(Status.__args__)


def test_templates_can_be_filled_in() -> None:
    for code, sentence in SENTENCES.items():
        for form in forms(sentence):
            for _, name, spec, conversion in string.Formatter().parse(form):
                assert name is None or name.isidentifier(), code
                assert not spec, code
                assert conversion is None, code


def test_a_number_is_among_the_arguments_that_count() -> None:
    for code, sentence in SENTENCES.items():
        for one in [sentence] if not isinstance(sentence, Said) else list(sentence):
            if isinstance(one, Plural):
                assert one.by in mentioned(one.many), code


TERMINAL_WORDS = re.compile(r"(?<![\w-])--[a-z]|DISCO_|`disco|command|option\b")
WINDOW_WORDS = re.compile(r"\b(button|click|press|choose below)\b", re.IGNORECASE)
# What only an operator of a server, who has a terminal, ever reads.
OPERATORS = {
    "no_tasks_in_folder", "data_dir_in_use", "certificate_half_given", "server_failed",
}  # fmt: skip


def test_the_window_speaks_of_no_command_and_the_terminal_of_no_button() -> None:
    for code, sentence in SENTENCES.items():
        window, terminal = sentence if isinstance(sentence, Said) else (sentence, sentence)
        if code not in OPERATORS:
            said = [form.replace("{option}", "") for form in forms(window)]
            assert not [form for form in said if TERMINAL_WORDS.search(form)], code
        assert not [form for form in forms(terminal) if WINDOW_WORDS.search(form)], code
