from __future__ import annotations

import pytest

from disco_desktop.gui.theme.tokens import DARK, LIGHT


def test_what_is_chosen_is_in_force(theme, qapp, qtbot):
    assert theme.tokens is LIGHT
    for choice, tokens in (("dark", DARK), ("light", LIGHT)):
        with qtbot.waitSignal(theme.changed):
            theme.choose(choice)
        assert theme.choice == choice
        assert theme.tokens is tokens
        assert tokens.accent in qapp.styleSheet()


@pytest.mark.parametrize("choice", ["light", "dark"])
def test_choosing_what_is_in_force_styles_nothing_anew(theme, qtbot, choice):
    theme.choose(choice)
    with qtbot.assertNotEmitted(theme.changed):
        theme.choose(choice)
    assert theme.choice == choice
