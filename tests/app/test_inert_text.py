from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from disco_desktop.app.words.inert_text import LONGEST, inert, inert_paragraphs


def test_an_honest_name_is_shown_as_it_is() -> None:
    for name in ("Zürich, Spital", "مستشفى", "東京の病院", "क्षेत्र", "Age [years] {x} %s"):
        assert inert(name) == name


def test_escape_sequences_and_direction_marks_become_visible() -> None:
    assert inert("a\x1b[31mb") == "a\ufffd[31mb"
    assert inert("gpj.\u202etxt") == "gpj.\ufffdtxt"
    assert inert("one\r\ntwo\tthree") == "one  two three"


def test_a_long_text_is_cut() -> None:
    assert inert("x" * 1000) == "x" * LONGEST + "…"


def test_paragraphs_keep_their_line_ends_alone() -> None:
    assert inert_paragraphs("one\n\ntwo\x07") == "one\n\ntwo\ufffd"


@given(st.text())
def test_nothing_that_is_shown_controls_a_terminal(text: str) -> None:
    for char in inert(text):
        assert unicodedata.category(char) not in {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
        assert unicodedata.category(char) != "Cf" or char in "\u200c\u200d"
