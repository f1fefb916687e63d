"""The status page, the health and the figures of a real server."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import re
from html.parser import HTMLParser

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from disco_desktop import __version__
from disco_desktop.server.metrics import RoomView
from disco_desktop.server.pages import duration, status_page
from disco_desktop.server.services import METRICS, ROOM_VIEWS

ROOM = RoomView(
    task_id="titanic",
    title="Who survives the Titanic",
    scheme="federated",
    session="main",
    round=3,
    rounds=10,
    participants=2,
    minimum=2,
    status="Waiting for one more contribution",
    last_round_seconds=3.21,
)


class Page(HTMLParser):
    """A page as a browser takes it apart."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self._text = [], [], []
        self._is_style = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        self._is_style = tag == "style"

    def handle_endtag(self, tag):
        self._is_style = False

    def handle_data(self, data):
        if not self._is_style:
            self._text.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self._text).split())


def room(**changes):
    return dataclasses.replace(ROOM, **changes)


def show(*rooms, uptime=7_500.0):
    return Page(status_page("1.2.3", uptime, rooms))


def test_the_page_tells_what_goes_on():
    page = show(ROOM, room(session="second", participants=1, round=0, last_round_seconds=None))
    for told in (
        "Version 1.2.3",
        "up for 2 h 5 min",
        "3 participants",
        "1 task",
        "Who survives the Titanic",
        "titanic · session main",
        "Waiting for one more contribution",
        "3 of 10",
        "2, at least 2 needed",
        "via this server",
        "3.2 s",
        "none yet",
    ):
        assert told in page.text


def test_without_rooms_the_page_says_so():
    assert "Nobody is training at the moment." in show().text


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=https://evil.example/x onerror=alert(1)>",
    "</style></title><h1>",
    '"><a href="https://evil.example">',
    "{style}{0}%s",
    "a\u202egnp.exe\u202c",
    "one\ntwo\x1b[31m\0",
    "x" * 100_000,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_from_elsewhere_is_inert(text):
    honest = show(ROOM)
    page = show(room(title=text, session=text, status=text, task_id=text))
    assert page.tags == honest.tags
    assert page.attributes == honest.attributes
    assert not re.search("[\x00-\x09\x0b-\x1f\u202a-\u202e]", page.text)
    assert len(page.text) < 2_000


def test_an_honest_name_in_another_script_is_shown_as_it_is():
    for title in ("תאומים", "می‌خواهم", "患者の予後", "Überleben"):
        assert title in show(room(title=title)).text


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.04, "0.0 s"),
        (3.21, "3.2 s"),
        (42, "42 s"),
        (61, "1 min"),
        (3_599, "1 h"),
        (7_500, "2 h 5 min"),
        (90_000, "1 day"),
        (900_000, "10 days"),
    ],
)
def test_durations_are_as_people_say_them(seconds, words):
    assert duration(seconds) == words


@pytest.fixture
async def client():
    timeout = aiohttp.ClientTimeout(total=20)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        yield session


async def get(client, port, path):
    async with client.get(f"http://127.0.0.1:{port}{path}") as response:
        assert response.status == 200
        return response.headers, await response.text()


async def test_the_page_loads_nothing_and_runs_nothing(serve, client):
    async with serve() as port:
        headers, text = await get(client, port, "/")
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "script-src" not in policy
    page = Page(text)
    assert "script" not in page.tags
    values = [value or "" for name, value in page.attributes]
    assert not [value for value in values if "//" in value]
    assert not [name for name, _ in page.attributes if name.startswith("on") or name == "style"]
    assert "url(" not in text
    assert "@import" not in text
    assert f"Version {__version__}" in page.text


async def test_the_policy_names_the_style_that_is_sent(serve, client):
    async with serve() as port:
        headers, text = await get(client, port, "/")
    [style] = re.findall("<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in headers["Content-Security-Policy"]


async def test_every_answer_has_the_careful_headers(serve, client):
    async with serve() as port:
        for path in ("/", "/health", "/metrics", "/nothing-here"):
            async with client.get(f"http://127.0.0.1:{port}{path}") as response:
                assert "default-src 'none'" in response.headers["Content-Security-Policy"]
                assert response.headers["X-Content-Type-Options"] == "nosniff"
                assert response.headers["Cache-Control"] == "no-store"
                assert response.headers["Server"] == "Disco"


def with_rooms(*rooms):
    def prepare(app):
        app[ROOM_VIEWS] = lambda: rooms

    return prepare


async def test_health(serve, client):
    async with serve(prepare=with_rooms(ROOM, ROOM)) as port:
        _, text = await get(client, port, "/health")
    health = aiohttp.client.json.loads(text)
    assert health.pop("uptime_seconds") >= 0
    assert health == {"status": "ok", "version": __version__, "rooms": 2, "participants": 4}


async def test_the_figures_can_be_read_by_prometheus(serve, client):
    apps = []

    def prepare(app):
        apps.append(app)
        with_rooms(ROOM, room(session="second", participants=5))(app)

    async with serve(prepare=prepare) as port:
        metrics = apps[0][METRICS]
        metrics.rounds.labels("titanic").inc()
        metrics.round_seconds.labels("titanic").observe(2.0)
        metrics.accepted.labels("titanic").inc(2)
        metrics.refused.labels("titanic", "not_finite").inc()
        metrics.bytes_received.inc(1_000)
        await get(client, port, "/metrics")
        _, text = await get(client, port, "/metrics")
    samples = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert samples["disco_participants", "titanic"] == 7
    assert samples["disco_rounds_total", "titanic"] == 1
    assert samples["disco_round_seconds_count", "titanic"] == 1
    assert samples["disco_contributions_accepted_total", "titanic"] == 2
    assert samples["disco_contributions_refused_total", "not_finite", "titanic"] == 1
    assert samples["disco_received_bytes_total",] == 1_000
    assert samples["disco_open_connections",] == 1
    assert ("disco_event_loop_lag_seconds_count",) in samples
