"""Requests that a foreign page makes a browser send, over real sockets."""

from __future__ import annotations

import asyncio
import socket

import pytest

FOREIGN_HOST = "calls this server"
FOREIGN_ORIGIN = "from a page of another origin"


async def status(port, *headers):
    """Ask for the server's health with these headers, and no others."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    request = "\r\n".join(["GET /health HTTP/1.1", *headers, "Connection: close", "", ""])
    writer.write(request.encode("latin-1"))
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    head, _, body = answer.decode().partition("\r\n\r\n")
    return int(head.split()[1]), body


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST:{port}",
        "127.0.0.1:{port}",
        "192.0.2.7:8080",
        "[::1]:{port}",
        "[2001:db8::7]",
        socket.gethostname(),
        f"{socket.gethostname().partition('.')[0]}.local:1",
        "disco.example.org",
        "Disco.Example.org.:443",
    ],
)
async def test_our_own_names_and_any_address_are_ours(serve, host):
    async with serve(public_hosts=("disco.example.org",)) as port:
        assert (await status(port, f"Host: {host.format(port=port)}"))[0] == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "example.org",
        "sub.disco.example.org",
        "disco",
        "",
        "[::1",
        "localhost@evil.example",
        "evil.example#localhost",
        "\xe9vil.example",
        "2130706433",
    ],
)
async def test_a_foreign_host_is_refused_in_words(serve, host, expect_log):
    expect_log(FOREIGN_HOST)
    async with serve(public_hosts=("disco.example.org",)) as port:
        code, words = await status(port, f"Host: {host}")
        assert code == 403
        assert "--public-host" in words
        assert "evil" not in words


@pytest.mark.parametrize("hosts", [[], ["Host: localhost", "Host: localhost"]])
async def test_there_must_be_one_host(serve, hosts, expect_log):
    expect_log("malformed request")
    async with serve() as port:
        assert (await status(port, *hosts))[0] == 400


async def test_our_own_pages_may_ask(serve):
    async with serve(public_hosts=("disco.example.org",)) as port:
        for host in (f"localhost:{port}", "disco.example.org", "192.0.2.7:8080"):
            for scheme in ("http", "https"):
                answer = await status(port, f"Host: {host}", f"Origin: {scheme}://{host}")
                assert answer[0] == 200


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "http://localhost.evil.example",
        "http://192.0.2.66",
        "http://localhost:1",
        "http://localhost",
        "null",
        "",
        "file://",
        "chrome-extension://localhost:{port}",
        "localhost:{port}",
    ],
)
async def test_a_foreign_origin_is_refused(serve, origin, expect_log):
    expect_log(FOREIGN_ORIGIN)
    async with serve() as port:
        headers = f"Host: localhost:{port}", f"Origin: {origin.format(port=port)}"
        assert (await status(port, *headers))[0] == 403


async def test_every_path_is_protected(serve, expect_log):
    expect_log(FOREIGN_HOST)
    async with serve() as port:
        for path in ("/", "/metrics", "/tasks", "/nothing-here"):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            request = f"GET {path} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
            writer.write(request.encode())
            assert (await reader.read()).split()[1] == b"403"
            writer.close()
            await writer.wait_closed()
