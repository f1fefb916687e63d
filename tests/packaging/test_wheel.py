"""The built package: what it must contain to work away from the source tree."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]

SHOW = """
from importlib.metadata import distribution
from disco_desktop.resource_files import resource
print(resource("tasks", "titanic", "sample", "titanic.csv"))
for point in distribution("disco-desktop").entry_points:
    print(point.group, point.name, callable(point.load()))
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel and lay it out as pip would."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=CHECKOUT,
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as content:
        content.extractall(folder / "installed")
    return folder / "installed"


def test_commands_tasks_and_data_are_found(installed: Path) -> None:
    shown = subprocess.run(
        [sys.executable, "-c", SHOW],
        cwd=installed.parent,
        env=os.environ | {"PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
    )
    assert shown.returncode == 0, shown.stderr
    data, *points = shown.stdout.splitlines()
    assert (
        Path(data)
        == installed
        / "disco_desktop"
        / "resources"
        / "tasks"
        / "titanic"
        / "sample"
        / "titanic.csv"
    )
    assert Path(data).is_file()
    assert "console_scripts disco True" in points
    assert "console_scripts disco-server True" in points


def test_every_file_of_the_package_is_in_it(installed: Path) -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "disco_desktop"], cwd=CHECKOUT, capture_output=True, text=True
    ).stdout.splitlines()
    if not tracked:
        pytest.skip("this is no git checkout")
    assert [name for name in tracked if not (installed / name).is_file()] == []


def test_only_the_package_is_in_it(installed: Path) -> None:
    top = {path.name for path in installed.iterdir() if not path.name.endswith(".dist-info")}
    assert top == {"disco_desktop"}
    assert list(installed.glob("*.dist-info/licenses/LICENSE"))
