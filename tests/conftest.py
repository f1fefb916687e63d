"""What holds for every test: a home of its own, no unexpected warning, nothing left running."""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from hypothesis import settings

from tests.forked_children.children import forked_child_command, quick_children, real_children
from tests.limited_files import limit_file_size, pytest_pyfunc_call

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = [
    "forked_child_command",
    "limit_file_size",
    "pytest_pyfunc_call",
    "quick_children",
    "real_children",
]

# A busy machine is no fault of the code: an example may take as long as it needs.
settings.register_profile("disco", deadline=None, max_examples=60)
settings.load_profile("disco")

ENDING_PATIENCE = 10.0  # seconds a process may take to end by itself once nobody needs it

TESTS = Path(__file__).parent
LONGEST = TESTS / "window"

# What `--quick` leaves out: places whose tests take longer than a second or two each, and tests
# that start programs. A new test is quick unless it lies there, uses those, or is marked `slow`.
SLOW_PLACES = [
    TESTS / place
    for place in (
        "app/test_assistant_job.py", "app/test_background.py", "app/test_generation.py",
        "app/test_hosting.py", "app/test_joint_training.py", "app/test_server_in_use.py",
        "app/test_session.py", "assistant", "cli", "end_to_end", "engine/client/peers",
        "engine/default_tasks", "engine/test_front_door.py", "engine/training",
        "engine/validation/test_generation.py", "faults", "gui", "packaging",
        "server/test_connection_guard.py", "server/test_main.py", "server/test_offering.py",
        "server/test_open_files.py", "server/test_relay.py", "server/test_reload.py",
        "test_structure.py", "window", "worker",
    )
]  # fmt: skip
SLOW_FIXTURES = {"forked_child_command", "limit_file_size", "quick_children", "real_children"}

# Handed on to whatever a test starts, so that a process whose parent is gone is found too.
MARK = "DISCO_TEST_PROCESS"

# The event loop's own logger tells of what nobody waited for: tasks that failed or were dropped.
LOGGERS = ("disco", "asyncio")

# Said in asyncio's debug mode alone, of a machine that was busy.
SLOW = re.compile(r"Executing .* took [\d.]+ seconds", re.DOTALL)

os.environ[MARK] = str(os.getpid())
os.environ.pop("DISCO_DEBUG", None)


@pytest.fixture(scope="session", autouse=True)
def _session_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep fixtures that outlive a test out of the models and settings of whoever runs them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DISCO_HOME", str(tmp_path_factory.mktemp("disco-home")))
        yield


@pytest.fixture(scope="session", autouse=True)
def _lasting_objects() -> Iterator[None]:
    """Leave the tests and what they import out of garbage collections, which look at all objects.

    The tests of the window collect garbage after each: that took a third of a second.
    """
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(autouse=True)
def disco_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test, and the programs it starts, a home without models or settings."""
    home = tmp_path / "disco-home"
    monkeypatch.setenv("DISCO_HOME", str(home))
    return home


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer what `make check` runs."""
    parser.addoption("--quick", action="store_true", help="leave out what takes long")


def pytest_configure(config: pytest.Config) -> None:
    """Notice when a place that `--quick` leaves out has moved."""
    gone = [str(place) for place in SLOW_PLACES if not place.exists()]
    if gone and config.getoption("--quick"):
        raise pytest.UsageError(f"SLOW_PLACES in {__file__} names what is not there: {gone}")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Import nothing of what `--quick` leaves out, which may need another system."""
    return True if config.getoption("--quick") and collection_path in SLOW_PLACES else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let the longest begin first, so that nobody waits for one of them at the end."""
    items.sort(key=lambda item: not item.path.is_relative_to(LONGEST))
    if config.getoption("--quick"):
        slow = [item for item in items if _is_slow(item)]
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if not _is_slow(item)]


def _is_slow(item: pytest.Item) -> bool:
    starts_programs = not SLOW_FIXTURES.isdisjoint(getattr(item, "fixturenames", ()))
    return starts_programs or item.get_closest_marker("slow") is not None


class _Collector(logging.Handler):
    """Keeps the messages from warnings up."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []
        self.expected: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if SLOW.match(record.getMessage()):
            return
        self.messages.append(f"{record.levelname} {record.name}: {record.getMessage()}")


@contextlib.contextmanager
def _collecting(log: logging.Logger, collector: _Collector) -> Iterator[None]:
    """Collect a logger's warnings; a test may configure it as a program does when it starts."""
    handlers, level, propagates = log.handlers[:], log.level, log.propagate
    log.addHandler(collector)
    yield
    log.handlers[:] = handlers
    log.setLevel(level)
    log.propagate = propagates


@pytest.fixture(autouse=True)
def _log() -> Iterator[_Collector]:
    """Fail a test in which this program, or its event loop, logs an unexpected warning or worse."""
    collector = _Collector()
    with contextlib.ExitStack() as stack:
        for name in LOGGERS:
            stack.enter_context(_collecting(logging.getLogger(name), collector))
        yield collector
    unexpected = [
        message
        for message in collector.messages
        if not any(re.search(pattern, message) for pattern in collector.expected)
    ]
    missed = [
        pattern
        for pattern in collector.expected
        if not any(re.search(pattern, message) for message in collector.messages)
    ]
    if unexpected:
        pytest.fail("logged unexpectedly:\n" + "\n".join(unexpected), pytrace=False)
    if missed:
        pytest.fail("expected in the log but not there:\n" + "\n".join(missed), pytrace=False)


@pytest.fixture
def expect_log(_log: _Collector) -> Callable[[str], None]:
    """Give a function to expect a warning or worse in the log, as a regular expression.

    A line looks like `WARNING disco.server.rooms: the message`. The test fails if it never comes.
    """
    return _log.expected.append


@pytest.fixture(scope="session", autouse=True)
def _no_process_left(_session_home: None) -> Iterator[None]:
    """Fail the session when something that a test started is still running at its end."""
    before = set(_started_here())  # by a plug-in of pytest, such as an X server
    yield
    started = [process for process in _started_here() if process not in before]
    _, left = psutil.wait_procs(started, timeout=ENDING_PATIENCE)
    descriptions = [_description(process) for process in left]
    for process in left:
        process.kill()
    psutil.wait_procs(left, timeout=ENDING_PATIENCE)
    if descriptions:
        pytest.fail("left running:\n" + "\n".join(descriptions), pytrace=False)


def _started_here() -> list[psutil.Process]:
    """Return the processes that carry this one's mark, its children and their orphans alike."""
    own = os.getpid()
    started = []
    for process in psutil.process_iter():
        try:
            if process.pid != own and process.environ().get(MARK) == str(own):
                started.append(process)
        except psutil.Error:
            continue  # ended meanwhile, or somebody else's
    return started


def _description(process: psutil.Process) -> str:
    try:
        return f"{process.pid} {' '.join(process.cmdline())}"
    except psutil.Error:
        return f"{process.pid}, which is ending"
