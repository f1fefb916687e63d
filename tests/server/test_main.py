"""The program `disco-server`, run as a process."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import socket
import subprocess
import sys

import aiohttp
import pytest

from disco_desktop.engine.client.address import ServerAddress, client_session
from disco_desktop.server.certificates import own_certificate
from disco_desktop.server.main import main

PATIENCE = 60.0  # seconds in which a process must come to the state that a test waits for
READY = re.compile(r"Disco server listening on (https?://\S+?)(?: fingerprint ([0-9a-f]{64}))?\n")


class Program:
    """A running `disco-server`."""

    def __init__(self, process):
        self.process = process
        self.address = None

    async def ready(self):
        async with asyncio.timeout(PATIENCE):
            line = (await self.process.stdout.readline()).decode()
        found = READY.fullmatch(line)
        assert found, line
        self.url, self.fingerprint = found.groups()

    async def end(self):
        """Wait for the end; return the code, and what else it wrote."""
        async with asyncio.timeout(PATIENCE):
            out, err = await self.process.communicate()
        return self.process.returncode, out.decode(), err.decode()


@pytest.fixture
async def start(tmp_path, tasks_dir):
    """Start the program with some arguments; it ends with the test."""
    programs = []

    async def started(*arguments, environment=(), port="0", options=()):
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *options,
            *("-m", "disco_desktop.server.main", "--port", port),
            *("--data-dir", str(tmp_path / "data"), "--tasks", str(tasks_dir)),
            *arguments,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=1 << 24,
            env={**os.environ, **dict(environment)},
        )
        programs.append(process)
        return Program(process)

    yield started
    for process in programs:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.communicate()


async def health(url, fingerprint=None):
    address = ServerAddress(url, fingerprint)
    async with (
        client_session(address) as session,
        session.get(address.endpoint("/health")) as response,
    ):
        return (await response.json())["status"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_says_where_it_listens_and_stops_gracefully(start, number):
    program = await start()
    await program.ready()
    assert program.url.startswith("http://127.0.0.1:")
    assert program.fingerprint is None
    assert await health(program.url) == "ok"
    program.process.send_signal(number)
    program.process.send_signal(number)  # a second one changes nothing
    code, out, err = await program.end()
    assert (code, out) == (0, "")
    assert "Traceback" not in err
    with pytest.raises(aiohttp.ClientConnectorError):
        await health(program.url)


async def test_it_stops_although_somebody_is_connected(start):
    program = await start()
    await program.ready()
    port = int(program.url.rpartition(":")[2])
    silent = await asyncio.open_connection("127.0.0.1", port)
    asking = await asyncio.open_connection("127.0.0.1", port)
    asking[1].write(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert (await asking[0].readline()).split()[1] == b"200"
    program.process.terminate()
    assert (await program.end())[0] == 0
    for _, writer in (silent, asking):
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


@pytest.mark.parametrize("arguments", [["--tls"], ["--host", "0.0.0.0"]])
async def test_beyond_this_computer_everything_is_encrypted(start, tmp_path, arguments):
    program = await start(*arguments, "--public-host", "disco.example.org")
    await program.ready()
    assert program.url.startswith("https://disco.example.org:")
    own = own_certificate(tmp_path / "data", [])
    assert program.fingerprint == own.fingerprint
    port = program.url.rpartition(":")[2]
    assert await health(f"https://127.0.0.1:{port}", program.fingerprint) == "ok"
    with pytest.raises((aiohttp.ClientError, TimeoutError)):
        await health(f"http://127.0.0.1:{port}")


async def test_the_certificate_stays_over_a_restart(start):
    fingerprints = set()
    for _ in range(2):
        program = await start("--tls")
        await program.ready()
        fingerprints.add(program.fingerprint)
        program.process.kill()
        await program.end()
    assert len(fingerprints) == 1


async def test_the_operators_certificate_is_shown(start, tmp_path):
    given = own_certificate(tmp_path / "operator", [])
    [file] = (tmp_path / "operator").iterdir()
    program = await start("--tls-cert", str(file), "--tls-key", str(file))
    await program.ready()
    assert program.fingerprint == given.fingerprint
    assert await health(program.url, given.fingerprint) == "ok"


async def test_a_start_that_fails_is_told_in_one_line(start):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, out, err = await (await start(port=str(port))).end()
    assert (code, out) == (1, "")
    [line] = err.splitlines()
    assert line.startswith(f"disco-server: Port {port} is already in use")


def refusal(capsys, tasks_dir, *arguments):
    """Start the program in this process, where it cannot start; return what it says."""
    code = main(["--port", "0", "--tasks", str(tasks_dir), *map(str, arguments)])
    out, err = capsys.readouterr()
    assert (code, out) == (1, "")
    [line] = [line for line in err.splitlines() if line.startswith("disco-server: ")]
    assert "Traceback" not in err
    return line


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--host", "192.0.2.7"], "no address 192.0.2.7"),
        (["--host", "disco.invalid"], "no address disco.invalid"),
        (["--tls-cert", "cert.pem"], "--tls-key"),
        (["--tls-cert", "gone.pem", "--tls-key", "gone.pem"], "gone.pem"),
        (["--tasks", "no-such-folder"], "no-such-folder"),
        (["--public-host", "https://disco.example.org"], "https://disco.example.org"),
    ],
)
def test_a_start_that_cannot_be_is_told(capsys, tasks_dir, tmp_path, arguments, words):
    assert words in refusal(capsys, tasks_dir, "--data-dir", tmp_path / "data", *arguments)


def test_a_data_folder_that_cannot_be_made_is_told(capsys, tasks_dir, tmp_path):
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / "data"
    assert str(folder) in refusal(capsys, tasks_dir, "--data-dir", folder)


def test_a_disk_that_takes_nothing_is_told_to_the_operator(tmp_path, tasks_dir):
    resource = pytest.importorskip("resource")  # POSIX alone
    limit = 4_000  # bytes of a file: less than the database needs
    data = tmp_path / "data"
    # Coverage could write nothing either, and would say so on the standard error.
    unmeasured = {k: v for k, v in os.environ.items() if not k.startswith("COVERAGE_")}
    done = subprocess.run(
        [
            *(sys.executable, "-m", "disco_desktop.server.main", "--port", "0"),
            *("--data-dir", str(data), "--tasks", str(tasks_dir)),
        ],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env=unmeasured,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    assert (done.returncode, done.stdout) == (1, "")
    [line] = done.stderr.splitlines()
    assert f"Nothing could be saved in {data}" in line
    assert "ask whoever runs it" not in line


async def test_a_data_folder_has_one_server_at_a_time(start, tmp_path):
    first = await start()
    await first.ready()
    code, out, err = await (await start()).end()
    assert (code, out) == (1, "")
    assert "Another Disco server is using the folder" in err
    assert str(tmp_path / "data") in err
    first.process.kill()
    await first.end()
    await (await start()).ready()


def test_a_damaged_certificate_is_told(capsys, tasks_dir, tmp_path):
    own_certificate(tmp_path / "data", [])
    (tmp_path / "data" / "certificate.pem").write_bytes(b"damaged")
    said = refusal(capsys, tasks_dir, "--data-dir", tmp_path / "data", "--tls")
    assert str(tmp_path / "data" / "certificate.pem") in said


@pytest.mark.parametrize(
    ("arguments", "mentioned"),
    [
        (["--port", "70000"], "from 0 to 65535, not '70000'"),
        (["--port", "x"], "from 0 to 65535, not 'x'"),
        (["--nonsense"], "--nonsense"),
        (["--rel"], "--rel"),
        (["--data-dir"], "--data-dir"),
    ],
)
def test_a_wrong_command_line_is_told_in_one_sentence(capsys, arguments, mentioned):
    assert main(arguments) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("disco-server: ")
    assert mentioned in line
    assert line.endswith("`disco-server --help` shows how to call it.")


async def test_the_server_never_imports_torch(start):
    program = await start(options=["-X", "importtime"])
    await program.ready()
    program.process.terminate()
    code, _, err = await program.end()
    assert code == 0
    imported = {line.rpartition("|")[2].strip() for line in err.splitlines()}
    assert "aiohttp.web" in imported
    assert not {name for name in imported if name.partition(".")[0] == "torch"}
