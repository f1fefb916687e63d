"""What may be imported where, seen while running: what starts quickly must not load torch."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

# Each in turn in one process: the first that loads torch is told of, and all that come after it.
IMPORT_ALL = """
import importlib, json, pkgutil, sys
outcomes = {}
for name in sys.argv[1:]:
    package = importlib.import_module(name)
    names = [found.name for found in pkgutil.walk_packages(package.__path__, f"{name}.")]
    for name_below in names:
        importlib.import_module(name_below)
    outcomes[name] = {"imported": len(names), "torch": "torch" in sys.modules}
print(json.dumps(outcomes))
"""

SHOW_HELP = """
import importlib, json, sys
outcomes = {}
for call in sys.argv[1:]:
    module, *words = call.split()
    sys.argv = [*words, "--help"]
    code = None
    try:
        code = importlib.import_module(module).main()
    except SystemExit as end:
        code = end.code
    outcomes[call] = {"code": code or 0, "torch": "torch" in sys.modules}
print(json.dumps(outcomes))
"""

TRAIN = """
import json, sys
import torch
from disco_desktop.engine.task.task import Adam
from disco_desktop.engine.training.optimizer import bare_step, build_optimizer
network = torch.nn.Linear(2, 1)
optimizer = build_optimizer(Adam(learning_rate=0.1), network.parameters())
step = bare_step(optimizer)
for _ in range(2):
    optimizer.zero_grad()
    network(torch.ones(1, 2)).sum().backward()
    step()
optimizer.load_state_dict(optimizer.state_dict())
print(json.dumps({"compiler": "torch._dynamo" in sys.modules}))
"""


def outcome(program: str, *arguments: str) -> dict[str, Any]:
    """Run a program text in a process of its own; return what its last line tells as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


START_WINDOW = """
import json, sys
from disco_desktop.engine.default_tasks.registry import task_providers
import disco_desktop.gui.desktop
tasks = [provider.get_task().id for provider in task_providers().values()]
heavy = ("torch", "numpy", "polars", "PIL", "cryptography")
print(json.dumps({"tasks": len(tasks), "loaded": [name for name in heavy if name in sys.modules]}))
"""

LIGHT_PACKAGES = (
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
)


def test_everything_in_a_light_package_imports_without_torch() -> None:
    outcomes = outcome(IMPORT_ALL, *LIGHT_PACKAGES)
    assert list(outcomes) == list(LIGHT_PACKAGES)
    assert [name for name, told in outcomes.items() if not told["imported"]] == []
    assert [name for name, told in outcomes.items() if told["torch"]] == []


def test_help_shows_without_torch() -> None:
    outcomes = outcome(
        SHOW_HELP,
        "disco_desktop.cli.main disco",
        "disco_desktop.cli.main disco train",
        "disco_desktop.cli.main disco serve",
        "disco_desktop.server.main disco-server",
    )
    assert len(outcomes) == 4
    assert all(told == {"code": 0, "torch": False} for told in outcomes.values()), outcomes


def test_a_window_with_its_tasks_loads_nothing_that_handles_data() -> None:
    """Numpy and Pillow alone would take a tenth of the memory that a window may have."""
    told = outcome(START_WINDOW)
    assert told["tasks"] >= 8
    assert told["loaded"] == []


def test_the_check_itself_sees_torch() -> None:
    outcomes = outcome(IMPORT_ALL, "disco_desktop.engine.models")
    assert outcomes["disco_desktop.engine.models"]["torch"]


def test_a_step_of_training_loads_no_compiler() -> None:
    """That of torch would make every training begin two seconds later."""
    assert outcome(TRAIN) == {"compiler": False}
