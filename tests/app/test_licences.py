from __future__ import annotations

from disco_desktop.app.words.licences import components


def test_each_library_that_is_needed_has_a_licence():
    found = {component.name.lower().replace("_", "-"): component for component in components()}
    assert {"numpy", "aiohttp", "torch", "pyside6-essentials", "shiboken6", "yarl"} <= set(found)
    assert "pytest" not in found
    assert "disco-desktop" not in found
    assert found["qasync"].licence == "BSD-2-Clause"
    assert all(component.licence not in ("", "?") for component in found.values())
    assert all("\n" not in component.licence for component in found.values())
