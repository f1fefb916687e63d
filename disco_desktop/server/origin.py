"""Keeps other people's web pages from using a visitor's browser to talk with this server.

A page may send requests to any address, and its domain may point at ours (DNS rebinding). What it
cannot do is to forge the headers that tell where the page is from (`Origin`) and by what name it
called us (`Host`).
"""

from __future__ import annotations

import functools
import ipaddress
import socket
from logging import WARNING
from typing import TYPE_CHECKING

from aiohttp import web
from yarl import URL

from disco_desktop.logs import logger
from disco_desktop.server.rate import OccasionalLog

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiohttp.typedefs import Handler, Middleware

_log = logger(__name__)


def own_origin_only(public_hosts: Iterable[str] = (), *, log_seconds: float = 60.0) -> Middleware:
    """Return the middleware that answers 403 to a foreign `Origin` or `Host`.

    Args:
        public_hosts: names by which the server is known, besides those of this machine. An IP
            address needs no mention, since no foreign domain can pose as one.
        log_seconds: how long after a refusal was logged no other of its kind is.
    """
    incidents = OccasionalLog(_log, log_seconds)
    ours = {"localhost", *_machine_names(), *map(_normal, public_hosts)}

    def is_ours(name: str) -> bool:
        return _normal(name) in ours or _is_address(name)

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        host = _only(request, "Host")
        if host is None or not is_ours(_host_name(host)):
            incidents.tell(
                "host", "refused a request that calls this server %.100r", host, level=WARNING
            )
            raise web.HTTPForbidden(
                text="This server does not go by that name. If it should, start it with "
                "--public-host and the name.\n"
            )
        if "Origin" in request.headers and not _is_from(_only(request, "Origin"), host):
            incidents.tell(
                "origin", "refused a request from a page of another origin", level=WARNING
            )
            raise web.HTTPForbidden(text="Pages from elsewhere may not use this server.\n")
        return await handler(request)

    return check


def _normal(name: str) -> str:
    return name.lower().rstrip(".")


def _machine_names() -> set[str]:
    """Return the names that others on the same network call this machine by."""
    name = _normal(socket.gethostname())
    short = name.partition(".")[0]
    return {name, short, f"{short}.local"}


def _only(request: web.Request, header: str) -> str | None:
    """Return a header that must be there once."""
    values = request.headers.getall(header, [])
    return values[0] if len(values) == 1 else None


def _host_name(host: str) -> str:
    """Take the port and the brackets of an IPv6 address away; empty if that is no host."""
    try:
        return URL(f"//{host}").host or ""
    except ValueError:
        return ""


@functools.lru_cache(maxsize=128)
def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_from(origin: str | None, host: str) -> bool:
    """Tell whether an origin is the very server that was asked, under the same name and port."""
    if origin is None:
        return False
    scheme, _, rest = origin.partition("://")
    return scheme in {"http", "https"} and rest.lower() == host.lower()
