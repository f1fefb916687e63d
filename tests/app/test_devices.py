from __future__ import annotations

import sys
from importlib.metadata import version

import pytest

from disco_desktop.app.library.devices import obstacle_to


def test_the_processor_is_always_there():
    assert obstacle_to("cpu") == ""


@pytest.mark.skipif(sys.platform == "darwin", reason="there it may be")
def test_apples_graphics_are_not_elsewhere():
    assert obstacle_to("mps") == "not this system"


@pytest.mark.skipif(not version("torch").endswith("+cpu"), reason="this torch may use a card")
def test_a_torch_without_cuda_cannot_use_a_card():
    assert obstacle_to("cuda") in ("no card", "no support")
