"""The system libraries that installed packages need: which are missing, and how to get them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

ROUNDS = 3  # what was installed may let the search see further

# Debian names a library's package after the library and its version; these are the exceptions.
DEBIAN_EXCEPTIONS = {
    "libz.so.1": "zlib1g",
    "libgio-2.0.so.0": "libglib2.0-0",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgobject-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
}


class LibraryError(Exception):
    """One sentence for a person: what is missing, and what to do."""


def ensure_libraries(python: Path, modules: list[str], files: list[Path]) -> None:
    """Look for system libraries that are missing; install them where that is allowed.

    Args:
        python: the Python that has the modules.
        modules: what is tried by importing it.
        files: compiled files that are looked through. Importing names only the first library that
            is missing, and Qt can miss two dozen; its plug-ins load only when a window opens.

    Raises:
        LibraryError: they stay missing; it names them and the command that installs them.
    """
    for _ in range(ROUNDS):
        missing = {library for module in modules if (library := missing_for(module, python))}
        missing |= missing_for_files(files)
        if not missing:
            return
        install(missing)
    raise LibraryError(f"These system libraries stay missing: {', '.join(sorted(missing))}.")


def ensure_programs(programs: dict[str, str]) -> None:
    """Look for programs that are missing; install them where that is allowed.

    Args:
        programs: the Debian package of each.

    Raises:
        LibraryError: they stay missing; it names them and the command that installs them.
    """
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        lacks = f"These programs are needed and missing: {', '.join(missing)}"
        install_packages({programs[program] for program in missing}, lacks)


def missing_for(module: str, python: Path) -> str | None:
    """Import a module in a process of its own; return the system library that it lacks, if any.

    Raises:
        LibraryError: it cannot be imported for another reason.
    """
    imported = subprocess.run(
        [str(python), "-I", "-c", f"import {module}"], capture_output=True, text=True, check=False
    )
    if imported.returncode == 0:
        return None
    found = re.search(r"([\w.+-]+\.so[.\d]*): cannot open shared object", imported.stderr)
    if found:
        return found[1]
    if imported.returncode < 0:
        signal = -imported.returncode
        raise LibraryError(f"{module} cannot run on this processor (signal {signal}).")
    last = (imported.stderr.strip().splitlines() or [""])[-1]
    raise LibraryError(
        f"{module} cannot be imported ({last}): run `make clean`, then run this again."
    )


def missing_for_files(files: list[Path]) -> set[str]:
    """Return the system libraries that compiled files lack, where the system can tell."""
    if shutil.which("ldd") is None:
        return set()
    missing: set[str] = set()
    for file in files:
        found = subprocess.run(["ldd", str(file)], capture_output=True, text=True, check=False)
        missing.update(re.findall(r"(\S+) => not found", found.stdout))
    return missing


def debian_package(library: str) -> str:
    """Return the name of the Debian package with a library: libX11.so.6 is in libx11-6."""
    name, _, version = library.lower().replace("_", "-").partition(".so.")
    dash = "-" if name[-1].isdigit() else ""
    return DEBIAN_EXCEPTIONS.get(library, f"{name}{dash}{version}")


def install(missing: set[str]) -> None:
    """Install system libraries where that is allowed, or say how to.

    Raises:
        LibraryError: it is not allowed, or failed.
    """
    lacks = f"These system libraries are needed and missing: {', '.join(sorted(missing))}"
    install_packages({debian_package(library) for library in missing}, lacks)


def install_packages(names: set[str], lacks: str) -> None:
    """Install Debian packages where that is allowed, or say how to.

    Args:
        names: the packages.
        lacks: what is missing, to say first.

    Raises:
        LibraryError: it is not allowed, or failed.
    """
    if shutil.which("apt-get") is None:
        raise LibraryError(f"{lacks}. Install the packages that have them, then run this again.")
    command = f"apt-get install -y --no-install-recommends {' '.join(sorted(names))}"
    if os.geteuid() != 0:
        raise LibraryError(f"{lacks}. Run `sudo {command}`, then run this again.")
    print(f"{lacks}. Installing them.", flush=True)
    variables = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update"], env=variables, stdout=subprocess.DEVNULL, check=False)
    done = subprocess.run(command.split(), env=variables, stdout=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        raise LibraryError(f"{lacks}. `{command}` failed: mend that, then run this again.")
