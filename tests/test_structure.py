"""What may be imported where, seen while running: what starts quickly must not load torch."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

IMPORT_ALL = """
import importlib, json, pkgutil, sys
package = importlib.import_module(sys.argv[1])
names = [found.name for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
for name in names:
    importlib.import_module(name)
print(json.dumps({"imported": names, "torch": "torch" in sys.modules}))
"""

SHOW_HELP = """
import importlib, json, sys
main = importlib.import_module(sys.argv[1]).main
sys.argv = [sys.argv[2], *sys.argv[3:], "--help"]
code = None
try:
    code = main()
except SystemExit as end:
    code = end.code
print(json.dumps({"code": code, "torch": "torch" in sys.modules}))
"""


def outcome(program: str, *arguments: str) -> dict[str, object]:
    """Run a program text in a process of its own; return what its last line tells as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize(
    "package",
    [
        "disco_desktop.app",
        "disco_desktop.assistant",
        "disco_desktop.server",
        "disco_desktop.engine.aggregator",
        "disco_desktop.engine.client",
        "disco_desktop.engine.dataset",
        "disco_desktop.engine.default_tasks",
        "disco_desktop.engine.memory",
        "disco_desktop.engine.privacy",
        "disco_desktop.engine.task",
        "disco_desktop.engine.weights",
    ],
)
def test_everything_in_a_light_package_imports_without_torch(package: str) -> None:
    result = outcome(IMPORT_ALL, package)
    assert result["imported"], f"{package} is empty"
    assert not result["torch"]


@pytest.mark.parametrize(
    ("module", "command"),
    [
        ("disco_desktop.cli.main", ["disco"]),
        ("disco_desktop.cli.main", ["disco", "train"]),
        ("disco_desktop.cli.main", ["disco", "serve"]),
        ("disco_desktop.server.main", ["disco-server"]),
    ],
)
def test_help_shows_without_torch(module: str, command: list[str]) -> None:
    result = outcome(SHOW_HELP, module, *command)
    assert result["code"] in (0, None)
    assert not result["torch"]


def test_the_check_itself_sees_torch() -> None:
    result = outcome(IMPORT_ALL, "disco_desktop.engine.models")
    assert result["torch"]
