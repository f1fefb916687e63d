"""The set-up of a checkout, run on a small project of its own, so that nothing is fetched."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]

PROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["packaging"]

[project]
name = "small"
version = "1"
dependencies = []

[project.optional-dependencies]
dev = []

[tool.disco.set-up]
build = []
compiled = ["small"]
window = []
programs = {}
"""

# A build backend in a few lines, since the real one would have to be fetched. Where there is a
# pipe named "hold" it waits in the middle of the installation until the pipe's writer has gone.
BACKEND = """
import pathlib, zipfile

METADATA = "Metadata-Version: 2.1\\nName: small\\nVersion: 1\\n"
WHEEL = "Wheel-Version: 1.0\\nGenerator: here\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"

def build_editable(folder, config_settings=None, metadata_directory=None):
    here = pathlib.Path.cwd()
    if (here / "hold").exists():
        (here / "hold").read_bytes()
    name = "small-1-py3-none-any.whl"
    with zipfile.ZipFile(pathlib.Path(folder, name), "w") as wheel:
        wheel.writestr("small.pth", str(here / "source"))
        wheel.writestr("small-1.dist-info/METADATA", METADATA)
        wheel.writestr("small-1.dist-info/WHEEL", WHEEL)
        wheel.writestr("small-1.dist-info/RECORD", "")
    return name
"""


class SmallCheckout:
    """A checkout that is set up by this project's own script."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.variables = os.environ | {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1"}
        self.variables["PATH"] = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
        for name in (
            "PIP_FIND_LINKS",
            "PIP_EXTRA_INDEX_URL",
            "PIP_CONSTRAINT",
            "DISPLAY",
            "WAYLAND_DISPLAY",
        ):
            self.variables.pop(name, None)
        self.write("pyproject.toml", PROJECT)
        self.write("packaging/constraints.txt", "")
        self.write("packaging/backend.py", BACKEND)
        self.write("source/small.py", "")
        for script in ("set_up.py", "system_libraries.py"):
            shutil.copy(CHECKOUT / "packaging" / script, folder / "packaging")

    def write(self, name: str, content: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        return path

    def install_with(self, script: str) -> None:
        """Put a script in the place of the system's installer, which tests must not run."""
        self.write("bin/apt-get", f"#!/bin/sh\n{script}\n").chmod(0o755)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        # The Python that the environment of these tests was made from: that is what has a pip.
        python = getattr(sys, "_base_executable", sys.executable)
        return subprocess.Popen(
            [python, "packaging/set_up.py", *arguments],
            cwd=self.folder,
            env=self.variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def set_up(self, *arguments: str) -> tuple[int, str, str]:
        with self.start(*arguments) as process:
            output, errors = process.communicate()
        return process.returncode, output, errors

    def hold(self) -> None:
        """Make the next installation wait in its middle."""
        os.mkfifo(self.folder / "hold")

    def wait_until_held(self) -> int:
        """Wait until an installation waits; return what to close to let it go on."""
        writer = os.open(self.folder / "hold", os.O_WRONLY)
        (self.folder / "hold").unlink()
        return writer

    def can_import(self) -> bool:
        program = "import small, sys; print(small.__file__)"
        done = subprocess.run(
            [self.folder / ".venv/bin/python", "-c", program], capture_output=True, text=True
        )
        return done.stdout.strip() == str(self.folder / "source" / "small.py")


@pytest.fixture
def checkout(tmp_path: Path) -> SmallCheckout:
    folder = tmp_path / "a folder with spaces"
    folder.mkdir()
    return SmallCheckout(folder)


def test_is_done_once_and_what_development_needs_is_added(checkout: SmallCheckout) -> None:
    code, output, errors = checkout.set_up()
    assert (code, errors) == (0, "")
    assert "Setting up" in output
    assert checkout.can_import()
    assert checkout.set_up() == (0, "", "")
    kept = checkout.write(".venv/kept", "")
    code, output, _ = checkout.set_up("--dev")
    assert code == 0
    assert "Setting up" in output
    assert kept.exists()
    assert checkout.set_up("--dev") == (0, "", "")
    assert checkout.set_up() == (0, "", "")


def test_a_linters_settings_do_not_matter_and_a_constraint_does(checkout: SmallCheckout) -> None:
    checkout.set_up()
    checkout.write("pyproject.toml", PROJECT + "[tool.ruff]\nline-length = 99\n")
    assert checkout.set_up() == (0, "", "")
    checkout.write("packaging/constraints.txt", "torch==2.13.0\n")
    assert "Setting up" in checkout.set_up()[1]


def test_a_checkout_that_moved_is_set_up_anew(checkout: SmallCheckout) -> None:
    checkout.set_up()
    checkout.folder = checkout.folder.rename(checkout.folder.parent / "moved")
    assert not checkout.can_import()
    assert checkout.set_up()[0] == 0
    assert checkout.can_import()


def test_killed_in_the_middle_is_repaired_by_the_next_run(checkout: SmallCheckout) -> None:
    checkout.hold()
    with checkout.start() as killed:
        writer = checkout.wait_until_held()
        killed.kill()
        killed.wait()
        half = checkout.write(".venv/half", "")
        with checkout.start() as following:
            # pip outlives the one that started it: nobody may work beside it.
            assert "Waiting for another set-up" in following.stdout.readline()
            os.close(writer)
            output, errors = following.communicate()
    assert (following.returncode, errors) == (0, "")
    assert "Setting up" in output
    assert not half.exists()
    assert checkout.can_import()


def test_two_at_once_do_the_work_once(checkout: SmallCheckout) -> None:
    checkout.hold()
    with checkout.start() as first:
        writer = checkout.wait_until_held()
        with checkout.start() as second:
            assert "Waiting for another set-up" in second.stdout.readline()
            os.close(writer)
            assert "Setting up" in first.communicate()[0]
            assert second.communicate() == ("", "")
    assert (first.returncode, second.returncode) == (0, 0)
    assert checkout.can_import()


def test_a_missing_system_library_is_named_with_its_command(checkout: SmallCheckout) -> None:
    checkout.write("source/small.py", "import ctypes\nctypes.CDLL('libnowhere.so.7')\n")
    checkout.install_with("exit 100")
    code, _, errors = checkout.set_up()
    assert code == 1
    assert errors.startswith("\nThese system libraries are needed and missing: libnowhere.so.7.")
    assert "apt-get install -y --no-install-recommends libnowhere7`" in errors
    assert len(errors.strip().splitlines()) == 1
    # Once it is there, nothing is installed again.
    checkout.write("source/small.py", "")
    assert checkout.set_up() == (0, "", "")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may install system libraries")
def test_root_has_missing_system_libraries_installed(checkout: SmallCheckout) -> None:
    message = "libX11.so.6: cannot open shared object file"
    checkout.write(
        "source/small.py",
        f"import os\nif not os.path.exists('asked'): raise ImportError('{message}')\n",
    )
    checkout.install_with(f"echo $* >> '{checkout.folder}/asked'")
    code, _, errors = checkout.set_up()
    assert (code, errors) == (0, "")
    asked = (checkout.folder / "asked").read_text(encoding="utf-8").splitlines()
    assert asked == ["update", "install -y --no-install-recommends libx11-6"]


def test_what_a_window_needs_is_looked_for_where_there_is_a_screen(checkout: SmallCheckout) -> None:
    checkout.write("bin/ldd", "#!/bin/sh\necho libxcb-cursor.so.0 '=>' not found\n").chmod(0o755)
    checkout.write("pyproject.toml", PROJECT.replace("window = []", 'window = ["qt.so"]'))
    checkout.install_with("exit 100")
    assert checkout.set_up()[0] == 0
    checkout.variables["DISPLAY"] = ":0"
    code, output, errors = checkout.set_up()
    assert code == 1
    assert "Setting up" not in output
    assert "libxcb-cursor0`" in errors
    del checkout.variables["DISPLAY"]
    assert checkout.set_up() == (0, "", "")
    assert checkout.set_up("--dev")[0] == 1


def with_dependency(name: str) -> str:
    return PROJECT.replace("dependencies = []", f"dependencies = {json.dumps([name])}", 1)


def test_a_failed_update_leaves_what_was_there(checkout: SmallCheckout) -> None:
    checkout.set_up()
    checkout.write("pyproject.toml", with_dependency("no-such-package-anywhere"))
    code, _, errors = checkout.set_up()
    assert code == 1
    assert errors.startswith("\nThere is no build of no-such-package-anywhere for this Python")
    assert checkout.can_import()
    checkout.write("pyproject.toml", PROJECT)
    assert checkout.set_up() == (0, "", "")


def test_no_network_is_told_in_one_sentence(checkout: SmallCheckout) -> None:
    checkout.write("pyproject.toml", with_dependency("numpy"))
    # Nothing listens on port 1.
    checkout.variables |= {
        "PIP_NO_INDEX": "0",
        "PIP_INDEX_URL": "http://127.0.0.1:1/simple",
        "PIP_RETRIES": "1",
    }
    code, _, errors = checkout.set_up()
    assert code == 1
    assert errors.startswith("\npip cannot reach the package index")
    assert len(errors.strip().splitlines()) == 1


def test_make_says_that_python_is_missing(tmp_path: Path) -> None:
    assert "Python is missing" in make_with(tmp_path / "nowhere")


def test_make_says_that_python_is_too_old(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.2 || exit 1\n')
    old.chmod(0o755)
    assert "Python 3.9.2 is too old: install Python 3.11 or newer" in make_with(old)


def make_with(python: Path) -> str:
    """Return what `make run` says with this Python, for which it has to fail."""
    done = subprocess.run(
        ["make", "run", f"PYTHON={python}"],
        cwd=CHECKOUT,
        env={name: value for name, value in os.environ.items() if not name.startswith("MAKE")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    return done.stderr
