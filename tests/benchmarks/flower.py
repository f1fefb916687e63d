"""Flower's rounds beside ours: the same two models, two participants, no training.

Flower is installed into an environment of its own, the first time. Its rounds are timed by its own
server, from the model's leaving to the next one; ours by the participants, from the update's
leaving to the new model. Flower keeps nothing on the disk here, ours everything.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import msgspec

from tests.benchmarks.benchmark import Benchmark, Setting
from tests.benchmarks.fleet import fleet
from tests.benchmarks.models import ELEMENTS
from tests.benchmarks.result import Result
from tests.benchmarks.server_process import disco_server

if TYPE_CHECKING:
    from collections.abc import Iterator

PARTICIPANTS = 2
INSTALL_SECONDS = 300.0
START_SECONDS = 60.0
RUN_SECONDS = 180.0
APP = Path(__file__).parent / "flower_app"


class FlowerError(Exception):
    """Flower could not be measured, for the reason given."""


def run(setting: Setting) -> Iterator[Result]:
    """Measure Flower and ours one after the other; they cannot share a round."""
    rounds = 1 if setting.is_quick else 3
    try:
        programs = _installed(setting.cache / "flower")
    except FlowerError as error:
        yield Result(name="Flower", unit="s", note=str(error))
        return
    version = _output(programs / "flwr", "--version").split()[-1]
    for model, elements in list(ELEMENTS.items())[: 1 if setting.is_quick else None]:
        place = setting.folder / model.replace(" ", "")
        ours = _our_rounds(place / "disco", elements, rounds)
        try:
            flower = _flower_rounds(programs, place / "flower", elements, rounds)
        except FlowerError as error:
            yield Result(name=model, unit="s", ours=median(ours), note=str(error))
            continue
        yield Result(
            name=f"{model}, {PARTICIPANTS} participants",
            unit="s",
            ours=median(ours),
            reference=median(flower),
            ratio=median(ours) / median(flower),
            note=f"reference: Flower {version}, in memory",
            samples={"ours": ours, "reference": flower},
        )


def _our_rounds(folder: Path, elements: int, rounds: int) -> list[float]:
    size = {"elements": elements, "participants": PARTICIPANTS}
    with disco_server(folder, **size) as server, fleet("disco", server.url, **size) as everybody:
        return [everybody.exchange() for _ in range(rounds + 1)][1:]


# --- Flower


def _installed(environment: Path) -> Path:
    """Return the folder of Flower's programs."""
    programs = environment / "bin"
    if (programs / "flower-superlink").exists():
        return programs
    shutil.rmtree(environment, ignore_errors=True)
    try:
        subprocess.run([sys.executable, "-m", "venv", environment], check=True, timeout=60)
        subprocess.run(
            [programs / "pip", "install", "--quiet", "flwr", "numpy"],
            check=True,
            timeout=INSTALL_SECONDS,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError) as error:
        shutil.rmtree(environment, ignore_errors=True)
        raise FlowerError("Flower could not be installed") from error
    return programs


def _output(*command: object) -> str:
    return subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=True
    ).stdout


def _flower_rounds(programs: Path, folder: Path, elements: int, rounds: int) -> list[float]:
    """Run a server, two participants and the app; return the seconds of its rounds."""
    port = _free_port()
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(
        f'[superlink]\ndefault = "here"\n\n'
        f'[superlink.here]\naddress = "127.0.0.1:{port}"\ninsecure = true\n'
    )
    environment = os.environ | {
        "FLWR_HOME": str(folder),
        "FLWR_TELEMETRY_ENABLED": "0",
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
    }
    times = folder / "times.json"
    link = ["flower-superlink", "--insecure", "--port", port]
    link += ["--disable-runtime-dependency-installation"]
    with contextlib.ExitStack() as stack:
        stack.enter_context(_running(link, programs, environment, folder))
        _wait_until_listening(port)
        for _ in range(PARTICIPANTS):
            node = ["flower-supernode", "--insecure", "--superlink", f"127.0.0.1:{port}"]
            node += ["--port", _free_port()]
            stack.enter_context(_running(node, programs, environment, folder))
        settings = (
            f'elements={elements} rounds={rounds} participants={PARTICIPANTS} times="{times}"'
        )
        command = [programs / "flwr", "run", APP, "here", "--stream", "--run-config", settings]
        with (folder / "run.log").open("wb") as log:
            try:
                subprocess.run(
                    command, env=environment, stdout=log, stderr=log, timeout=RUN_SECONDS
                )
            except subprocess.TimeoutExpired as error:
                raise FlowerError(f"Flower took more than {RUN_SECONDS:g} s") from error
    if not times.exists():
        raise FlowerError("Flower's run failed")
    return msgspec.json.decode(times.read_bytes(), type=list[float])


@contextlib.contextmanager
def _running(
    command: list[object], programs: Path, environment: dict[str, str], folder: Path
) -> Iterator[None]:
    """Run one of Flower's programs, which starts others, and end all of them."""
    name, *arguments = (str(part) for part in command)
    with (folder / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(
            [programs / name, *arguments],
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_listening(port: int) -> None:
    """Try to connect until it works: the program does not say when it is ready."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise FlowerError("Flower's server did not start")


BENCHMARK = Benchmark(name="flower", title="Rounds without training, beside Flower", run=run)
