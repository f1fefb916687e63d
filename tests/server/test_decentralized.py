"""Decentralized sessions over real sockets: who is introduced, who exchanges, what is agreed."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING

import aiohttp
import msgspec
import pytest

from disco_desktop.engine.client.identity import Identity, node_id
from disco_desktop.engine.errors import StorageError
from disco_desktop.engine.messages import (
    LARGEST_ATTEMPTS,
    LARGEST_MESSAGE,
    LARGEST_PEERS,
    Attempt,
    AttemptMember,
    Introduction,
    Leave,
    Outcome,
    Participants,
    Pause,
    Peers,
    Place,
    Problem,
    Resume,
    RoundClosed,
    Trouble,
    Voided,
    encode_message,
)
from disco_desktop.engine.task.task import SecureAggregation
from disco_desktop.server.rooms.relays import Introductions
from disco_desktop.server.store.sqlite_store import SqliteStore
from tests.server.raw_peer import RawPeer, card_of, connected, joined
from tests.server.running_server import RunningServer, running_server, task_with, weights_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

INITIAL = weights_of([1.0, -2.0])
FIRST, SECOND = "1" * 64, "2" * 64
SOON = 0.05  # seconds; what waits so long does so in earnest

AT_EASE = {"reconnect_seconds": 60.0, "vanished_seconds": 60.0, "notice_seconds": 1e-3}
HASTY = {**AT_EASE, "vanished_seconds": SOON}


@contextlib.asynccontextmanager
async def served(
    folder: Path, *, limits: dict[str, float] | None = None, port: int = 0, **collaboration: object
) -> AsyncIterator[RunningServer]:
    task = task_with(scheme="decentralized", **collaboration)
    async with running_server(
        folder, initial=INITIAL, task=task, port=port, **(limits or AT_EASE)
    ) as server:
        yield server


@contextlib.asynccontextmanager
async def group(server: RunningServer, number: int) -> AsyncIterator[list[RawPeer]]:
    """So many participants, in the order of their ids."""
    async with contextlib.AsyncExitStack() as stack:
        peers = [await stack.enter_async_context(joined(server)) for _ in range(number)]
        for peer in peers:
            while len((await peer.told(Peers)).peers) < number:
                pass
        yield sorted(peers, key=lambda peer: peer.id)


async def begin(peers: list[RawPeer], **ready: object) -> Attempt:
    """All of them are ready, and are told that the attempt begins."""
    for peer in peers:
        await peer.ready(**ready)
    told = [await peer.told(Attempt) for peer in peers]
    assert told == told[:1] * len(peers)
    return told[0]


async def close_round(peers: list[RawPeer], digest: str, **ready: object) -> None:
    attempt = await begin(peers, **ready)
    for peer in peers:
        await peer.outcome(attempt, digest)
    for peer in peers:
        assert (await peer.told(RoundClosed)).model.digest == digest


def ids(*peers: RawPeer) -> tuple[str, ...]:
    return tuple(sorted(peer.id for peer in peers))


async def status(peer: RawPeer) -> str:
    """What the server's page says that the room does."""
    async with peer.http.get(peer.server.url) as response:
        found = re.search(r'<p class="status"><bdi>(.*?)</bdi>', await response.text())
    return found[1]


# --- routes


@pytest.mark.parametrize(
    ("scheme", "path"), [("federated", "decentralized"), ("decentralized", "federated")]
)
async def test_a_task_of_another_scheme(tmp_path: Path, scheme: str, path: str) -> None:
    task = task_with(scheme=scheme)
    async with (
        running_server(tmp_path, initial=INITIAL, task=task) as server,
        aiohttp.ClientSession() as http,
        http.get(f"{server.url}/{path}/{task.id}") as response,
    ):
        assert response.status == 404
        problem = msgspec.msgpack.decode(await response.read(), type=Problem)
        assert problem.code == "task_of_other_scheme"
        assert problem.arguments == {"task": task.id, "scheme": scheme}


async def test_uploads_are_not_for_decentralized_tasks(tmp_path: Path) -> None:
    async with served(tmp_path) as server, joined(server) as anna:
        url = f"{server.url}/tasks/{server.task.id}/sessions/1/contributions"
        headers = {"Authorization": f"Bearer {anna.welcome.token}"}
        async with anna.http.post(url, headers=headers) as response:
            assert response.status == 404


async def test_the_model_on_offer_is_the_first_one(tmp_path: Path) -> None:
    async with served(tmp_path) as server, group(server, 2) as peers:
        await close_round(peers, FIRST)
        http = peers[0].http
        async with http.get(f"{server.url}/tasks/{server.task.id}/model") as response:
            assert response.status == 200
            assert response.headers["X-Disco-Round"] == "0"
            assert response.headers["X-Disco-Models-Kept-By"] == "participants"
            assert (await response.read()).endswith(INITIAL.buffer.tobytes())
        async with http.get(f"{server.url}/models/{FIRST}") as response:
            assert response.status == 404
        async with http.get(f"{server.url}/tasks") as response:
            (summary,) = await response.json()
            assert (summary["round"], summary["participants"]) == (1, 2)
        async with http.get(server.url) as response:
            assert "models stay with the participants" in await response.text()


# --- introductions


async def test_everybody_is_told_who_is_there_and_who_has_the_model(tmp_path: Path) -> None:
    async with served(tmp_path) as server, joined(server) as anna:
        first = await anna.told(Peers)
        assert [card.public_key for card in first.peers] == [anna.identity.public_key]
        assert first.holders == (anna.id,)
        async with joined(server, holds=None) as ben, joined(server, role="observer") as olga:
            for reader in (anna, ben):
                while len((peers := await reader.told(Peers)).peers) < 2:
                    pass
                assert peers.holders == (anna.id,)
                cards = [card_of(one.identity, server.task, 1) for one in (anna, ben)]
                assert sorted(peers.peers, key=repr) == sorted(cards, key=repr)
            assert len((await olga.told(Peers)).peers) == 2
            await ben.say(Leave())
            while len((peers := await olga.told(Peers)).peers) == 2:
                pass
            assert peers.peers == first.peers


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"certificate": "d" * 64}, "card_not_proved"),
        ({"places": (Place("127.0.0.1", 9),)}, "card_not_proved"),
        ({"signature": bytes(64)}, "card_not_proved"),
        ({"public_key": Identity.generate().public_key}, "card_not_proved"),
        ({"public_key": bytes(32)}, "card_not_proved"),
        ({"signed_places": (Place("example.org", 9),)}, "card_not_usable"),
        ({"signed_places": (Place("fe80::1%" + "e" * 50, 9),) * 8}, "card_not_usable"),
    ],
)
async def test_a_forged_card(tmp_path: Path, changes: dict, code: str) -> None:
    async with served(tmp_path) as server, joined(server) as anna, connected(server) as eve:
        await anna.told(Peers)
        await eve.enter()
        await eve.introduce(**changes)
        assert await eve.refused() == code
        async with joined(server) as ben:
            while ids(anna, ben) != tuple(sorted(peer_ids(await anna.told(Peers)))):
                pass


def peer_ids(peers: Peers) -> list[str]:
    return [node_id(card.public_key) for card in peers.peers]


async def test_somebody_elses_card_or_one_of_another_session(tmp_path: Path) -> None:
    async with served(tmp_path) as server, joined(server) as anna:
        await anna.told(Peers)
        for of, session in ((anna.identity, 1), (None, 2)):
            async with connected(server) as eve:
                await eve.enter()
                card = card_of(of or eve.identity, server.task, session)
                await eve.introduce(
                    **{name: getattr(card, name) for name in card.__struct_fields__}
                )
                assert await eve.refused() == "card_not_proved"


async def test_a_card_comes_first(tmp_path: Path) -> None:
    async with served(tmp_path) as server:
        for early in ("ready", "outcome"):
            async with connected(server) as anna:
                await anna.enter()
                if early == "ready":
                    await anna.ready()
                else:
                    await anna.say(Outcome(round=0, attempt=1))
                assert await anna.close_code() == 1002


async def test_who_does_not_introduce_itself_is_let_go(tmp_path: Path) -> None:
    async with (
        served(tmp_path, limits={**AT_EASE, "hello_seconds": 0.3}) as server,
        connected(server) as mute,
    ):
        await mute.enter()
        assert await mute.close_code() == 1000


async def test_who_only_watches_may_say_nothing(tmp_path: Path) -> None:
    async with served(tmp_path) as server, joined(server, role="observer") as olga:
        await olga.ready()
        assert await olga.refused() == "not_a_participant"


# --- rounds


async def test_a_round(tmp_path: Path) -> None:
    async with (
        served(tmp_path) as server,
        joined(server, role="observer") as olga,
        group(server, 3) as peers,
    ):
        assert await status(peers[0]) == "training: 0 of 3 are ready"
        for number, peer in enumerate(peers):
            await peer.ready(samples=number + 5)
        for peer in peers:
            attempt = await peer.told(Attempt)
            assert await status(peer) == "exchange among 3 participants"
            members = tuple(AttemptMember(one.id, n + 5) for n, one in enumerate(peers))
            assert attempt.members == members
            assert (attempt.round, attempt.attempt) == (0, 1)
            assert attempt.seconds >= server.task.collaboration.round_deadline
            await peer.outcome(attempt, FIRST)
        for reader in (*peers, olga):
            closed = await reader.told(RoundClosed)
            assert (closed.round, closed.contributors) == (1, 3)
            assert (closed.model.digest, closed.model.size) == (FIRST, 8)
            assert (await reader.told(Peers)).holders == ids(*peers)
        await close_round(peers, SECOND, round=1, holds=FIRST)
        async with joined(server, holds=None) as late:
            welcome = late.welcome
            assert (welcome.round, welcome.model.digest, welcome.contributed) == (2, SECOND, None)
            assert welcome.contributors == 3
            assert (await late.told(Peers)).holders == ids(*peers)


async def test_models_that_differ(tmp_path: Path) -> None:
    async with served(tmp_path) as server, group(server, 2) as peers:
        attempt = await begin(peers)
        await peers[0].outcome(attempt, FIRST)
        await peers[1].outcome(attempt, SECOND)
        for peer in peers:
            voided = await peer.told(Voided)
            assert (voided.reason, voided.missing) == ("digests_differ", ())
            again = await peer.told(Attempt)
            assert (again.round, again.attempt) == (0, 2)
            await peer.outcome(again, FIRST)
        for peer in peers:
            assert (await peer.told(RoundClosed)).round == 1


async def test_one_vanishes_before_it_is_ready(tmp_path: Path) -> None:
    limits = {**HASTY, "reconnect_seconds": SOON}
    async with served(tmp_path, limits=limits) as server, group(server, 3) as peers:
        for peer in peers[:2]:
            await peer.ready()
        await peers[2].vanish()
        for peer in peers[:2]:
            attempt = await peer.told(Attempt)
            assert tuple(member.participant for member in attempt.members) == ids(*peers[:2])
            await peer.outcome(attempt, FIRST)
        assert (await peers[0].told(RoundClosed)).contributors == 2


@pytest.mark.parametrize("is_leaving", [True, False])
async def test_one_vanishes_during_the_exchange(tmp_path: Path, is_leaving: bool) -> None:
    limits = {**HASTY, "reconnect_seconds": 2 * SOON}
    async with served(tmp_path, limits=limits) as server, group(server, 3) as peers:
        await begin(peers)
        if is_leaving:
            await peers[1].say(Leave())
        else:
            await peers[1].vanish()
        rest = [peers[0], peers[2]]
        for peer in rest:
            voided = await peer.told(Voided)
            assert (voided.reason, voided.missing) == ("peer_left", (peers[1].id,))
            attempt = await peer.told(Attempt)
            assert attempt.attempt == 2
            assert tuple(member.participant for member in attempt.members) == ids(*rest)
            await peer.outcome(attempt, FIRST)
        assert (await peers[0].told(RoundClosed)).contributors == 2


async def test_one_vanishes_after_its_outcome(tmp_path: Path) -> None:
    async with served(tmp_path, limits=HASTY) as server, group(server, 3) as peers:
        attempt = await begin(peers)
        await peers[1].outcome(attempt, FIRST)
        await peers[1].say(Leave())
        while (await peers[0].told(Participants)).participants == 3:
            pass
        for peer in (peers[0], peers[2]):
            await peer.outcome(attempt, FIRST)
        for peer in (peers[0], peers[2]):
            assert (await peer.told(RoundClosed)).contributors == 3


async def test_one_vanishes_when_all_others_have_the_model(tmp_path: Path) -> None:
    async with served(tmp_path, limits=HASTY) as server, group(server, 3) as peers:
        attempt = await begin(peers)
        for peer in peers[:2]:
            await peer.outcome(attempt, FIRST)
        await peers[2].vanish()
        for peer in peers[:2]:
            closed = await peer.told(RoundClosed)
            assert (closed.model.digest, closed.contributors) == (FIRST, 3)
        async with joined(server, peers[2].identity, session=1, holds=None) as back:
            assert (back.welcome.round, back.welcome.contributed) == (1, 0)


async def test_a_short_loss_of_the_connection_spoils_nothing(tmp_path: Path) -> None:
    async with served(tmp_path) as server, group(server, 2) as peers:
        attempt = await begin(peers)
        await peers[0].vanish()
        async with joined(server, peers[0].identity, session=1) as back:
            await back.outcome(attempt, FIRST)
            await peers[1].outcome(attempt, FIRST)
            for peer in (back, peers[1]):
                assert (await peer.told(RoundClosed)).contributors == 2


async def test_the_blamed_one_is_left_out_until_it_is_ready_again(tmp_path: Path) -> None:
    async with served(tmp_path) as server, group(server, 3) as peers:
        attempt = await begin(peers)
        anna, ben, cleo = peers
        for peer in (anna, ben):
            await peer.outcome(attempt, None, cleo.id)
        await cleo.outcome(attempt, None)
        for peer in peers:
            voided = await peer.told(Voided)
            assert (voided.reason, voided.missing) == ("peer_silent", (cleo.id,))
        for peer in (anna, ben):
            attempt = await peer.told(Attempt)
            assert len(attempt.members) == 2
        await cleo.ready()
        for peer in (anna, ben):
            await peer.outcome(attempt, None)
        attempts = [await peer.told(Attempt) for peer in peers]
        assert len(attempts[0].members) == 3
        assert attempts[0].attempt == 3


async def test_others_may_say_why_for_a_moment_only(tmp_path: Path) -> None:
    async with served(tmp_path, limits=HASTY) as server, group(server, 3) as peers:
        attempt = await begin(peers)
        await peers[0].outcome(attempt, None, peers[2].id)
        voided = await peers[1].told(Voided)
        assert voided.missing == (peers[2].id,)  # one of the other two is half of them


async def test_an_attempt_that_takes_too_long(tmp_path: Path) -> None:
    limits = {**AT_EASE, "attempt_seconds": SOON}
    async with (
        served(tmp_path, limits=limits, round_deadline=SOON) as server,
        group(server, 2) as peers,
    ):
        attempt = await begin(peers)
        assert SOON < attempt.seconds < 2 * SOON
        await peers[0].outcome(attempt, FIRST)
        for peer in peers:
            voided = await peer.told(Voided)
            assert (voided.reason, voided.missing) == ("peer_silent", (peers[1].id,))


async def test_most_do_not_wait_long_for_the_last_word_of_one(tmp_path: Path) -> None:
    limits = {**AT_EASE, "attempt_seconds": SOON}
    async with served(tmp_path, limits=limits) as server, group(server, 3) as peers:
        attempt = await begin(peers)
        assert attempt.seconds == 600
        assert attempt.silence < 1
        for peer in peers[:2]:
            await peer.outcome(attempt, FIRST)
        for peer in peers:
            assert (await peer.told(RoundClosed)).contributors == 3


async def test_the_deadline_of_a_round(tmp_path: Path) -> None:
    async with served(tmp_path, round_deadline=SOON) as server, group(server, 3) as peers:
        for peer in peers[:2]:
            await peer.ready()
        for peer in peers[:2]:
            attempt = await peer.told(Attempt)
            assert len(attempt.members) == 2
            await peer.outcome(attempt, FIRST)
        for peer in peers:
            assert (await peer.told(RoundClosed)).contributors == 2
        await peers[2].ready(round=0)  # it crossed the news, and changes nothing
        await close_round(peers, SECOND, round=1, holds=FIRST)


async def test_never_fewer_than_the_minimum(tmp_path: Path) -> None:
    async with (
        served(tmp_path, minimum_participants=3, round_deadline=SOON) as server,
        group(server, 2) as peers,
    ):
        for peer in peers:
            await peer.ready()
        async with joined(server) as third:
            await third.ready()
            assert len((await third.told(Attempt)).members) == 3
        for peer in peers:
            assert (await peer.told(Attempt)).attempt == 1


async def test_who_is_paused_is_not_waited_for(tmp_path: Path) -> None:
    async with served(tmp_path) as server, group(server, 3) as peers:
        await peers[2].say(Pause())
        for peer in peers[:2]:
            await peer.ready()
        attempt = await peers[0].told(Attempt)
        assert len(attempt.members) == 2
        await peers[0].say(Pause())
        voided = await peers[1].told(Voided)
        assert (voided.reason, voided.missing) == ("peer_left", (peers[0].id,))
        await peers[0].say(Resume())
        await peers[0].ready()
        assert (await peers[1].told(Attempt)).attempt == 2


async def test_secure_aggregation_trains_afresh_after_a_void(tmp_path: Path) -> None:
    async with (
        served(tmp_path, aggregation=SecureAggregation(), minimum_participants=3) as server,
        group(server, 4) as peers,
    ):
        attempt = await begin(peers)
        await peers[3].say(Leave())
        for peer in peers[:3]:
            assert (await peer.told(Voided)).reason == "peer_left"
        for peer in peers[:2]:
            await peer.ready()
        assert attempt.attempt == 1
        await peers[2].ready()
        again = [await peer.told(Attempt) for peer in peers[:3]]
        assert again[0].attempt == 2
        assert len(again[0].members) == 3


async def test_who_has_another_model_is_refused(tmp_path: Path) -> None:
    async with served(tmp_path) as server, joined(server) as anna:
        await anna.ready(holds=FIRST)
        assert await anna.refused() == "model_not_agreed"
    async with served(tmp_path) as server, joined(server) as anna:
        await anna.ready(round=3)
        assert await anna.close_code() == 1002


async def test_words_about_other_attempts_change_nothing(tmp_path: Path) -> None:
    async with served(tmp_path) as server, group(server, 2) as peers:
        await peers[0].say(Outcome(round=0, attempt=1, digest=SECOND))
        attempt = await begin(peers)
        for round_, number in ((0, 2), (1, 1), (7, 900)):
            await peers[0].say(Outcome(round=round_, attempt=number, digest=SECOND))
        await peers[0].outcome(attempt, FIRST)
        await peers[0].outcome(attempt, SECOND)  # the first word counts
        await peers[1].outcome(attempt, FIRST)
        assert (await peers[1].told(RoundClosed)).model.digest == FIRST


# --- sessions


async def test_who_comes_when_nobody_has_the_model_begins_anew(tmp_path: Path) -> None:
    async with served(tmp_path, limits={**AT_EASE, "reconnect_seconds": SOON}) as server:
        async with group(server, 2) as peers:
            await close_round(peers, FIRST)
            async with joined(server, holds=None) as late:
                assert (late.welcome.session, late.welcome.round) == (1, 1)
                for peer in peers:
                    await peer.say(Leave())
                assert await late.refused() == "model_lost"
        async with joined(server) as fresh:
            assert (fresh.welcome.session, fresh.welcome.round) == (2, 0)
            assert fresh.welcome.model.digest != FIRST
            async with joined(server, peers[0].identity, session=1, holds=FIRST) as back:
                assert (back.welcome.session, back.welcome.round) == (1, 1)
                assert (back.welcome.model.digest, back.welcome.contributed) == (FIRST, 0)


# --- after a restart of the server


async def test_a_restart_in_the_middle(tmp_path: Path) -> None:
    async with served(tmp_path) as server, group(server, 3) as peers:
        await close_round(peers, FIRST)
        attempt = await begin(peers, round=1, holds=FIRST)
        assert (attempt.round, attempt.attempt) == (1, 1)
    async with served(tmp_path) as server, contextlib.AsyncExitStack() as stack:
        again = []
        for peer in peers:
            back = joined(server, peer.identity, session=1, holds=FIRST)
            again.append(await stack.enter_async_context(back))
            assert (again[-1].welcome.round, again[-1].welcome.contributed) == (1, 0)
            voided = await again[-1].told(Voided)
            assert (voided.round, voided.attempt) == (1, 1)
            assert voided.reason == "server_restarted"
            await again[-1].ready()
        for peer in again:
            attempt = await peer.told(Attempt)
            assert (attempt.round, attempt.attempt) == (1, 2)
            assert tuple(member.participant for member in attempt.members) == ids(*peers)
            await peer.outcome(attempt, SECOND)
        for peer in again:
            assert (await peer.told(RoundClosed)).round == 2


async def test_numbers_are_never_used_twice(tmp_path: Path) -> None:
    """Not after a restart either, whenever it was cut: the number is stored before it is told."""
    used: list[tuple[int, int]] = []
    identities = [Identity.generate() for _ in range(2)]
    for start in range(4):
        async with served(tmp_path) as server, contextlib.AsyncExitStack() as stack:
            peers = [
                await stack.enter_async_context(joined(server, who, session=1 if start else None))
                for who in identities
            ]
            attempt = await begin(peers)
            used.append((attempt.round, attempt.attempt))
    assert used == [(0, 1), (0, 2), (0, 3), (0, 4)]


async def test_when_all_attempts_are_used_up(tmp_path: Path) -> None:
    async with served(tmp_path) as server, group(server, 2) as peers:
        task = server.task
    store = SqliteStore(server.data_dir)
    store.begin_attempt(store.room(task.digest), LARGEST_ATTEMPTS)
    store.close()
    async with served(tmp_path) as server:
        async with joined(server, peers[0].identity, session=1) as back:
            assert await back.refused() == "attempts_used_up"
        async with group(server, 2) as fresh:
            assert fresh[0].welcome.session == 2
            await close_round(fresh, FIRST)


# --- what is too much


async def test_trouble_with_the_disk_is_told_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expect_log: Callable[[str], None]
) -> None:
    expect_log("round 1 cannot close")
    for method in ("begin_attempt", "agree"):
        works = getattr(SqliteStore, method)
        with monkeypatch.context() as full:
            async with (
                served(tmp_path / method, limits={**AT_EASE, "retry_seconds": SOON}) as server,
                group(server, 2) as peers,
            ):

                def fail(*_: object) -> None:
                    raise StorageError("server_storage")

                full.setattr(SqliteStore, method, fail)
                for peer in peers:
                    await peer.ready()
                if method == "agree":
                    for peer in peers:
                        await peer.outcome(await peer.told(Attempt), FIRST)
                for peer in peers:
                    assert (await peer.told(Trouble)).code == "server_storage"
                full.setattr(SqliteStore, method, works)
                if method == "begin_attempt":
                    for peer in peers:
                        await peer.outcome(await peer.told(Attempt), FIRST)
                for peer in peers:
                    assert (await peer.told(RoundClosed)).model.digest == FIRST


def test_the_largest_cards_of_all_fit_into_one_message() -> None:
    task = task_with()
    introductions = Introductions(task.digest, 1)
    places = tuple(Place(f"2001:0db8:85a3:0000:0000:8a2e:0370:{n:04x}", 65_535) for n in range(8))
    for _number in range(LARGEST_PEERS):
        who = Identity.generate()
        card = card_of(who, task, 1, signed_places=places)
        introductions.add(who.node_id, Introduction(card=card, holds=FIRST))
    told = introductions.told(FIRST)
    assert len(told.peers) == len(told.holders) == LARGEST_PEERS
    assert LARGEST_MESSAGE // 2 < len(encode_message(told)) <= LARGEST_MESSAGE


async def test_a_room_has_room_for_so_many(tmp_path: Path) -> None:
    async with (
        served(tmp_path, limits={**AT_EASE, "participants": 2}) as server,
        group(server, 2) as peers,
        connected(server) as third,
    ):
        await third.ask()
        assert await third.refused() == "room_full"
        async with joined(server, peers[0].identity, session=1) as again:
            assert len((await again.told(Peers)).peers) == 2


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xc1", 1007),
        (b"\x81\xa4kind\xa7attempt", 1007),
        (b"\x91" * 50_000, 1007),
        (b"\xdd\xff\xff\xff\xff", 1007),
        (bytes(70_000), 1009),
    ],
)
async def test_what_is_no_message(tmp_path: Path, content: bytes, code: int) -> None:
    async with served(tmp_path) as server, group(server, 2) as peers, joined(server) as eve:
        await eve.socket.send_bytes(content)
        assert await eve.close_code() == code
        for peer in peers:
            await peer.ready()
        eve_again = joined(server, eve.identity, session=1)
        async with eve_again as back:
            await back.say(Leave())
            assert len((await peers[0].told(Attempt)).members) == 2
