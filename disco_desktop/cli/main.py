"""The program `disco`: runs a command, or says in one sentence what is wrong."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, TextIO

from disco_desktop import __version__, logs
from disco_desktop.app.words.command_line import WRONG_CALL, Parser, WrongCallError
from disco_desktop.app.words.sentences import problem_lines, sentence, sentence_for, weakening_words
from disco_desktop.engine.errors import DiscoError
from disco_desktop.engine.task.protection import LessProtectionError
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = ("tasks", "sample", "check", "train", "test", "predict", "models", "demo", "serve")

FAILED = 1
OUR_MISTAKE = 70  # EX_SOFTWARE of sysexits.h
INTERRUPTED = 130
NOBODY_READS = 141

_log = logs.logger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        _show_what_it_can(stream)
    logs.configure()
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _run(given)
    except WrongCallError as error:
        _complain(str(error))
        return WRONG_CALL
    except LessProtectionError as error:
        for weakening in error.weakenings:
            name, known, offered = weakening_words(weakening)
            sys.stderr.write(f"{name}: {known} on this computer, {offered} at the server\n")
        _complain(
            tr("{error} To train anyway, add --accept-less-protection.").format(
                error=sentence(error)
            )
        )
        return FAILED
    except DiscoError as error:
        _log.debug("%s", error)
        for line in problem_lines(getattr(error, "problems", ())):
            sys.stderr.write(f"{line}\n")
        _complain(sentence(error))
        return FAILED
    except KeyboardInterrupt:
        _complain(sentence_for("interrupted", {}))
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough; Python must not try to flush the rest.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return NOBODY_READS
    except Exception:
        _log.debug("the command failed", exc_info=True)
        _complain(sentence_for("program_failed", {}))
        return OUR_MISTAKE


def _run(given: Sequence[str]) -> int:
    if given[:1] == ["serve"]:
        # Its options are the server's own.
        return int(import_module("disco_desktop.cli.serve").run(given[1:]))
    parsed = _parser().parse_args(given)
    return int(parsed.run(parsed))


def _parser() -> Parser:
    """Make the parser; each command's module tells its own options."""
    parser = Parser(
        prog="disco",
        description=tr("Train one model together, without sharing the data."),
        epilog=tr("`disco COMMAND --help` describes a command."),
    )
    parser.add_argument("--version", action="version", version=f"disco {__version__}")
    commands = parser.add_subparsers(title=tr("commands"), metavar="COMMAND", required=True)
    for name in COMMANDS:
        import_module(f"disco_desktop.cli.{name}").add_command(commands)
    return parser


def _complain(text: str) -> None:
    sys.stderr.write(f"disco: {text}\n")


def _show_what_it_can(stream: TextIO) -> None:
    """Have a terminal of another encoding show a sign in place of what it cannot."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")


if __name__ == "__main__":
    sys.exit(main())
