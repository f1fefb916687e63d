"""Set up this checkout: everything it needs, pinned, in the virtual environment `.venv`.

`make` calls this before each run; where the environment is complete and current it does nothing.
It runs before anything is installed, so it uses the standard library alone.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import importlib.metadata
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import tomllib
import urllib.error
import urllib.request
import venv
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from system_libraries import LibraryError, ensure_libraries, ensure_programs

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKOUT = Path(__file__).resolve().parent.parent
ENVIRONMENT = CHECKOUT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
STAMP = ENVIRONMENT / "set-up.json"
LOG = ENVIRONMENT / "set-up.log"
LOCK = CHECKOUT / ".venv.lock"
CONSTRAINTS = CHECKOUT / "packaging" / "constraints.txt"

NEEDED_SPACE = 3_000_000_000  # bytes: what the environment takes, and what pip unpacks meanwhile
OLDEST_PIP = (22, 3)  # the first with --python
INDEX_PATIENCE = 5.0  # seconds until PyTorch's index counts as out of reach
LOCK_PATIENCE = 1800.0  # seconds to wait for another set-up of this checkout

# What pip's output says when it fails, and what a person can do about it; the first that fits.
CAUSES = (
    (r"No space left on device", "The disk is full: free some space, then run this again."),
    (
        r"CERTIFICATE_VERIFY_FAILED|SSLError",
        "The package index shows a certificate that pip does not trust: behind a company's proxy,"
        " set PIP_CERT to its certificate file, then run this again.",
    ),
    (
        r"NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|ProxyError"
        r"|Network is unreachable|Temporary failure in name resolution",
        "pip cannot reach the package index: check the network connection (and HTTPS_PROXY, where"
        " there is a proxy), then run this again.",
    ),
    (
        r"No matching distribution found for (?P<package>\S+)",
        "There is no build of {package} for this Python ({python}) on this kind of machine: run"
        " this again with another one, such as `make PYTHON=python3.11 run`.",
    ),
)


class SetUpError(Exception):
    """One sentence for a person: what is wrong, and what to do."""


@dataclass(frozen=True)
class Stamp:
    """What an environment was made for; written when everything is in it."""

    python: str
    requirements: str
    is_dev: bool
    is_checked: bool  # what a terminal needs of the system is there
    is_window_checked: bool  # what a window needs of the system is there


def main() -> int:
    """Make the environment complete and current; return the exit code."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--dev", action="store_true", help="the tools for tests and checks too")
    arguments.add_argument("--torch-index", help="an index with PyTorch's builds without CUDA")
    options = arguments.parse_args()
    try:
        wanted = Stamp(
            this_python(),
            requirements_digest(),
            is_dev=options.dev,
            is_checked=True,
            is_window_checked=options.dev or has_screen(),
        )
        if not is_enough(read_stamp(), wanted):
            with exclusive() as lock:
                # Another set-up may have done it while this one waited.
                if not is_enough(read_stamp(), wanted):
                    set_up(wanted, options.torch_index, lock)
    except (SetUpError, LibraryError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"\nThe set-up cannot go on: {error}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted: the next run begins the set-up again.", file=sys.stderr)
        return 130
    return 0


def this_python() -> str:
    """Return what an environment is bound to: it cannot be moved, nor change Python."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return f"{sys.implementation.name} {version} in {sys.base_prefix} for {CHECKOUT}"


def project() -> dict[str, Any]:
    """Return the content of pyproject.toml."""
    return tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))


def requirements_digest() -> str:
    """Return a digest of what decides what is installed; a linter's settings do not."""
    content = project()
    tools = content["tool"]
    deciding = [content["build-system"], content["project"], tools["disco"], tools.get("hatch")]
    text = json.dumps(deciding, sort_keys=True) + CONSTRAINTS.read_text(encoding="utf-8")
    return hashlib.sha256(text.encode()).hexdigest()


def read_stamp() -> Stamp | None:
    """Return the stamp of the environment, or nothing where a set-up never came to its end."""
    try:
        stamp = Stamp(**json.loads(STAMP.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return stamp if PYTHON.exists() else None


def write_stamp(stamp: Stamp) -> None:
    """Write the stamp, after all that it vouches for has reached the disk."""
    os.sync()
    beside = STAMP.with_suffix(".new")
    beside.write_text(json.dumps(asdict(stamp)), encoding="utf-8")
    beside.replace(STAMP)


def is_enough(stamp: Stamp | None, wanted: Stamp) -> bool:
    """Tell whether an environment with this stamp has all that is wanted."""
    return stamp is not None and stamp == united(wanted, stamp)


def united(one: Stamp, other: Stamp) -> Stamp:
    """Return the first stamp, with what the second one has over and above it."""
    return replace(
        one,
        is_dev=one.is_dev or other.is_dev,
        is_checked=one.is_checked or other.is_checked,
        is_window_checked=one.is_window_checked or other.is_window_checked,
    )


@contextlib.contextmanager
def exclusive() -> Iterator[int]:
    """Keep other set-ups of this checkout out; give the lock's file descriptor."""
    with LOCK.open("w") as lock:
        deadline = time.monotonic() + LOCK_PATIENCE
        is_told = False
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                pass
            if time.monotonic() > deadline:
                message = "Another set-up of this folder does not end: end it, then run this again."
                raise SetUpError(message)
            if not is_told:
                print("Waiting for another set-up of this folder to end.", flush=True)
                is_told = True
            time.sleep(0.2)
        yield lock.fileno()


def set_up(wanted: Stamp, torch_index: str | None, lock: int) -> None:
    """Make, repair or bring up to date the environment."""
    had = read_stamp()
    if had is not None and had.python == wanted.python:
        wanted = united(wanted, had)
    else:
        had = None
        create_environment()
    unchecked = replace(wanted, is_checked=False, is_window_checked=False)
    if had is None or replace(had, is_checked=False, is_window_checked=False) != unchecked:
        print(f"Setting up {ENVIRONMENT}: this is done once and takes some minutes.", flush=True)
        # Whatever ends this before the stamp is back leaves an environment that is made anew.
        STAMP.unlink(missing_ok=True)
        try:
            install(wanted, torch_index, lock)
        except SetUpError:
            # pip takes back what it did when it fails: the environment is as it was.
            if had is not None:
                write_stamp(had)
            raise
        write_stamp(unchecked)
    check_system_libraries(is_window_wanted=wanted.is_window_checked, is_dev=wanted.is_dev)
    write_stamp(wanted)


def create_environment() -> None:
    """Make an empty virtual environment, in place of whatever is there."""
    free = shutil.disk_usage(CHECKOUT).free
    if free < NEEDED_SPACE:
        raise SetUpError(
            f"The set-up needs {NEEDED_SPACE / 1e9:.0f} GB of disk space, and {CHECKOUT} has"
            f" {free / 1e9:.1f} GB: free some space, then run this again."
        )
    if ENVIRONMENT.is_symlink():
        ENVIRONMENT.unlink()
    elif ENVIRONMENT.exists():
        print("Replacing .venv, which is not complete or was made for another Python.", flush=True)
        shutil.rmtree(ENVIRONMENT)
    venv.create(ENVIRONMENT, symlinks=True)


def install(wanted: Stamp, torch_index: str | None, lock: int) -> None:
    """Install the project in editable form with its pinned dependencies."""
    content = project()
    requirements = [*content["project"]["dependencies"], *content["build-system"]["requires"]]
    requirements += content["tool"]["disco"]["set-up"]["build"]
    if wanted.is_dev:
        for extra in ("dev", "docs"):
            requirements += content["project"]["optional-dependencies"].get(extra, [])
    pip = [*pip_command(), "install", "--no-warn-script-location"]
    with LOG.open("w", encoding="utf-8") as log:
        torch = pinned("torch")
        if torch and torch_index and sys.platform == "linux":
            # For Linux the general index has builds with CUDA, of several GB. Nothing but torch
            # is taken from the other index, so that it cannot give another package's name.
            if answers(torch_index):
                with contextlib.suppress(SetUpError):
                    run([*pip, "--no-deps", "--index-url", torch_index, torch], log, lock)
            else:
                print(f"{torch_index} does not answer: taking the PyTorch that pip finds.")
        if requirements:
            run([*pip, "-c", str(CONSTRAINTS), *requirements], log, lock)
        # Without isolation the pinned build backend is used, and no other is fetched.
        run([*pip, "--no-deps", "--no-build-isolation", "-e", str(CHECKOUT)], log, lock)


def pip_command() -> list[str]:
    """Return the command of a pip that installs into the environment.

    Debian's Python has no ensurepip unless python3-venv is installed, so the environment is made
    without a pip of its own and this Python's pip works on it from outside.
    """
    if importlib.util.find_spec("pip") is not None:
        version = importlib.metadata.version("pip").split(".")
        if (int(version[0]), int(version[1])) >= OLDEST_PIP:
            return [sys.executable, "-m", "pip", "--python", str(PYTHON)]
    if importlib.util.find_spec("ensurepip") is not None:
        made = subprocess.run(
            [str(PYTHON), "-m", "ensurepip"],
            env=clean_environment(), capture_output=True, check=False,
        )  # fmt: skip
        if made.returncode == 0:
            return [str(PYTHON), "-m", "pip"]
    raise SetUpError(
        f"pip {OLDEST_PIP[0]}.{OLDEST_PIP[1]} or newer is missing: install it with"
        " `sudo apt-get install python3-pip` (or your system's own command), then run this again."
    )


def clean_environment() -> dict[str, str]:
    """Return the variables for a child, without those that lead it out of the environment."""
    leading_out = {"PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT"}
    variables = {name: value for name, value in os.environ.items() if name not in leading_out}
    settings = {"PIP_USER": "0", "PIP_NO_INPUT": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    return variables | settings


def run(command: list[str], log: IO[str], lock: int) -> None:
    """Run pip; show what takes time, log the rest, and turn a failure into a sentence."""
    output = []
    # pip keeps the lock too: where this process is killed, the next one waits until pip has ended.
    with subprocess.Popen(
        command, cwd=CHECKOUT, env=clean_environment(), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", errors="replace",
        pass_fds=(lock,),
    ) as pip:  # fmt: skip
        assert pip.stdout is not None  # it is a pipe
        for line in pip.stdout:
            log.write(line)
            output.append(line)
            if re.match(r"\s*(Downloading|Installing)", line):
                print(f"  {line.strip()[:120]}", flush=True)
            elif "Retrying" in line:
                print("  The package index does not answer: asking again.", flush=True)
    if pip.returncode != 0:
        raise SetUpError(cause("".join(output)))


def cause(output: str) -> str:
    """Return the sentence for a failure, given what pip said."""
    for pattern, sentence in CAUSES:
        if found := re.search(pattern, output):
            return sentence.format(python=sys.version.split()[0], **found.groupdict())
    return f"pip cannot install what the program needs: {LOG} has what it said."


def pinned(package: str) -> str | None:
    """Return the constraint of one package, such as `torch==2.13.0`."""
    lines = CONSTRAINTS.read_text(encoding="utf-8").splitlines()
    return next((line for line in lines if line.startswith(f"{package}==")), None)


def answers(url: str) -> bool:
    """Tell whether an address answers within a few seconds."""
    answered = threading.Event()

    def ask() -> None:
        try:
            urllib.request.urlopen(url, timeout=INDEX_PATIENCE).close()
        except urllib.error.HTTPError:
            return
        except OSError as error:
            # Something answered; whether to trust it is for pip, which has its own certificates.
            if "CERTIFICATE_VERIFY_FAILED" not in str(error):
                return
        answered.set()

    # In a thread, since looking up a name has no time-out of its own.
    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(INDEX_PATIENCE)
    return answered.is_set()


def has_screen() -> bool:
    """Tell whether there is a screen to open a window on."""
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def check_system_libraries(*, is_window_wanted: bool, is_dev: bool) -> None:
    """Make sure of the system libraries that what was installed needs, with or without a window."""
    settings = project()["tool"]["disco"]["set-up"]
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = ENVIRONMENT / "lib" / version / "site-packages"
    files = [packages / name for name in settings["window"]] if is_window_wanted else []
    ensure_libraries(PYTHON, settings["compiled"], files)
    if is_dev:
        ensure_programs(settings["programs"])


if __name__ == "__main__":
    sys.exit(main())
