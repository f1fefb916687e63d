"""How peers find each other: the choice, the way round, and what a cancelled call leaves."""

from __future__ import annotations

import asyncio

import pytest
from msgspec.structs import replace

from disco_desktop.engine.client.address import ServerAddress
from disco_desktop.engine.client.peers.listener import is_reachable, own_hosts
from disco_desktop.engine.client.peers.transport import LinkLimits, LinkLostError
from disco_desktop.engine.messages import Place
from tests.engine.client.peers.conftest import joined, low_and_high, membership, moved
from tests.engine.client.peers.test_listener import closed_place

SOON = LinkLimits(direct=0.2, retry=0.05)


async def talk(near, far) -> None:
    """Show that two ends belong to one link."""
    await near.send(b"here")
    await far.send(b"there")
    assert await far.receive() == b"here"
    assert await near.receive() == b"there"


async def test_both_hold_the_same_link_though_both_call(peers):
    one, other = await peers.pair()
    near, far = await joined(one, other)
    assert near.way == far.way == "direct"
    await talk(near, far)
    assert peers.relay.calls == 0


async def test_many_meet_at_once(peers):
    everybody = [await peers.add() for _ in range(6)]
    cards = [peer.card for peer in everybody]
    for peer in everybody:
        peer.transport.introduce(cards)

    async def meet(one, other):
        await talk(*await joined(one, other))

    await asyncio.gather(
        *(
            meet(one, other)
            for number, one in enumerate(everybody)
            for other in everybody[number + 1 :]
        )
    )


@pytest.mark.parametrize("first", [0, 1], ids=["the chooser", "the other"])
async def test_who_calls_first_waits_for_the_other(peers, first):
    pair = await peers.pair()
    early, late = pair[first], pair[1 - first]
    waiting = asyncio.create_task(early.transport.connect(late.card))
    # The call has arrived at the other, which has not called yet.
    async with asyncio.timeout(10):
        while not late.ledger.bytes_received:  # noqa: ASYNC110 - a ledger tells nobody
            await asyncio.sleep(0)
    link = await late.transport.connect(early.card)
    await talk(await waiting, link)


@pytest.mark.parametrize("caller", [0, 1], ids=["the chooser", "the other"])
async def test_one_direction_is_enough(peers, caller):
    pair = await peers.pair()
    able, hidden = pair[caller], pair[1 - caller]
    links = await asyncio.gather(
        able.transport.connect(hidden.card),
        hidden.transport.connect(moved(able, closed_place())),
    )
    assert {link.way for link in links} == {"direct"}
    await talk(*links)


async def test_where_nobody_can_be_called_the_relay_carries(peers):
    one, other = await peers.pair(limits=SOON)
    nowhere = closed_place()
    near, far = await asyncio.gather(
        one.transport.connect(moved(other, nowhere)), other.transport.connect(moved(one, nowhere))
    )
    assert near.way == far.way == "relayed"
    await talk(near, far)


async def test_an_address_that_swallows_everything_does_not_hold_up_the_relay(peers, wire):
    one, other = await peers.pair(limits=SOON)
    await wire.start(other.card.places[0])
    wire.is_cut = True
    near, far = await asyncio.gather(
        one.transport.connect(moved(other, wire.place)),
        other.transport.connect(moved(one, closed_place())),
    )
    assert near.way == far.way == "relayed"
    await talk(near, far)


async def test_another_certificate_than_the_cards_is_not_talked_to(peers):
    one, other = await peers.pair(limits=SOON)
    wrong = [moved(peer, peer.card.places[0], "ab" * 32) for peer in (one, other)]
    near, far = await asyncio.gather(
        one.transport.connect(wrong[1]), other.transport.connect(wrong[0])
    )
    assert near.way == far.way == "relayed"


async def test_the_relay_alone_needs_no_wait_and_tells_no_address(peers):
    one, other = await peers.pair(is_relay_only=True, limits=LinkLimits(direct=20))
    assert one.card.places == ()
    async with asyncio.timeout(10):
        near, far = await joined(one, other)
    assert near.way == far.way == "relayed"


async def test_one_who_wants_the_relay_alone_gets_it(peers):
    first, second = low_and_high()
    shy, open_ = (
        await peers.add(first, is_relay_only=True, limits=SOON),
        await peers.add(second, limits=SOON),
    )
    near, far = await joined(shy, open_)
    assert near.way == far.way == "relayed"
    await talk(near, far)


@pytest.mark.parametrize("caller", [0, 1], ids=["the chooser", "the other"])
async def test_a_peer_that_never_calls_is_given_up(peers, caller):
    pair = await peers.pair(limits=LinkLimits(direct=0.1, connect=0.5))
    with pytest.raises(LinkLostError, match="in time"):
        await pair[caller].transport.connect(pair[1 - caller].card)


async def test_the_peer_that_lets_nobody_in_who_was_not_introduced_is_given_up(peers):
    one, other = await peers.pair(limits=LinkLimits(direct=5, connect=0.5))
    one.transport.introduce([])
    with pytest.raises(LinkLostError):
        await other.transport.connect(one.card)


async def test_a_card_that_others_have_changed_is_refused(peers):
    one, other = await peers.pair()
    changed = replace(other.card, places=(Place("192.0.2.1", 22),))
    with pytest.raises(LinkLostError, match="signed"):
        await one.transport.connect(changed)
    elsewhere = membership(identity=other.member.identity, session=9).card("0" * 64, ())
    with pytest.raises(LinkLostError, match="signed"):
        await one.transport.connect(elsewhere)
    with pytest.raises(LinkLostError):
        await one.transport.connect(one.card)


async def test_an_introduction_with_a_changed_card_lets_nobody_in(peers, expect_log):
    one, other = await peers.pair(limits=LinkLimits(direct=5, connect=0.5))
    expect_log("not signed by its key")
    one.transport.introduce([replace(other.card, certificate="0" * 64)])
    with pytest.raises(LinkLostError):
        await other.transport.connect(one.card)


async def test_a_peer_is_called_once_at_a_time(peers):
    one, other = await peers.pair()
    first = asyncio.create_task(one.transport.connect(other.card))
    await asyncio.sleep(0)
    with pytest.raises(LinkLostError, match="already"):
        await one.transport.connect(other.card)
    link = await other.transport.connect(one.card)
    await talk(await first, link)


@pytest.mark.parametrize("caller", [0, 1], ids=["the chooser", "the other"])
async def test_who_is_introduced_a_little_later_is_still_called_directly(peers, caller):
    """The way that works leads to somebody who has not heard of us when we call first."""
    pair = await peers.pair(limits=LinkLimits(direct=20, retry=0.05))
    early, late = pair[caller], pair[1 - caller]
    late.transport.introduce([])
    call = asyncio.create_task(early.transport.connect(late.card))
    async with asyncio.timeout(10):
        while late.ledger.bytes_received < 4_000:  # noqa: ASYNC110 - more than one call
            await asyncio.sleep(0)
    link = await late.transport.connect(moved(early, closed_place()))
    await talk(await call, link)
    assert link.way == "direct"


async def test_after_a_lost_link_there_is_another(peers):
    one, other = await peers.pair()
    for _ in range(3):
        near, far = await joined(one, other)
        await talk(near, far)
        await near.close()
        with pytest.raises(LinkLostError):
            await far.receive()


async def test_a_server_that_does_not_relay_is_asked_again(peers):
    one, other = await peers.pair(is_relay_only=True, limits=LinkLimits(retry=0.01))
    refusals = 0
    whole = peers.relay.refuses

    def refuse() -> bool:
        nonlocal refusals
        refusals += 1
        return refusals < 5

    peers.relay.refuses = refuse
    near, far = await joined(one, other)
    await talk(near, far)
    peers.relay.refuses = whole
    assert refusals >= 5


@pytest.mark.parametrize("steps", [0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144])
@pytest.mark.parametrize("is_relay_only", [False, True], ids=["direct", "relayed"])
async def test_a_call_that_is_cancelled_leaves_nothing_and_can_be_made_again(
    peers, steps, is_relay_only
):
    """The fixture looks for what is left."""
    one, other = await peers.pair(is_relay_only=is_relay_only, limits=SOON)
    calls = [
        asyncio.create_task(peer.transport.connect(to.card))
        for peer, to in ((one, other), (other, one))
    ]
    for _ in range(steps):
        await asyncio.sleep(0)
    calls[0].cancel()
    await asyncio.wait([calls[0]])
    if not calls[0].cancelled():
        await calls[0].result().close()
    again = asyncio.create_task(one.transport.connect(other.card))
    # The second may have got the end that was given up; then it calls again, as its user would.
    async with asyncio.timeout(20):
        far = await calls[1]
        while not again.done():
            lost = asyncio.create_task(far.receive())
            await asyncio.wait([lost, again], return_when=asyncio.FIRST_COMPLETED)
            if again.done():
                lost.cancel()
                await asyncio.wait([lost])
            else:
                with pytest.raises(LinkLostError):
                    await lost
                far = await other.transport.connect(one.card)
    await talk(await again, far)


async def test_closing_in_the_middle_of_a_call_ends_it(peers):
    one, other = await peers.pair()
    call = asyncio.create_task(one.transport.connect(other.card))
    await asyncio.sleep(0)
    await one.transport.close()
    with pytest.raises(LinkLostError):
        await call


async def test_others_are_told_the_port_that_was_wished(peers):
    port = closed_place().port
    for _ in range(2):  # the second time right after the first has ended
        one, other = await peers.add(port=port), await peers.add()
        assert {place.port for place in one.card.places} == {port}
        assert one.transport.trouble is None
        for peer in (one, other):
            peer.transport.introduce([one.card, other.card])
        near, far = await asyncio.gather(
            one.transport.connect(moved(other, closed_place())), other.transport.connect(one.card)
        )
        assert near.way == far.way == "direct"
        await talk(near, far)
        await one.transport.close()


async def test_a_port_that_is_taken_is_told_and_leaves_the_other_ways(peers):
    first = await peers.add()
    [place] = first.card.places
    one, other = await peers.add(port=place.port), await peers.add()
    assert one.card.places == ()
    assert one.transport.trouble is not None
    assert one.transport.trouble.code == "peer_port_unusable"
    assert one.transport.trouble.arguments["port"] == place.port
    for peer in (one, other):
        peer.transport.introduce([one.card, other.card])
    near, far = await joined(one, other)
    assert near.way == far.way == "direct"
    await talk(near, far)


async def test_on_this_computer_the_card_names_this_computer_alone(peers):
    one = await peers.add()
    assert [place.host for place in one.card.places] == ["127.0.0.1"]


async def test_elsewhere_the_card_names_what_others_can_reach():
    hosts = await own_hosts(ServerAddress("https://192.0.2.1:8443"))
    assert len(hosts) <= 8
    assert len(set(hosts)) == len(hosts)
    assert all(is_reachable(host) for host in hosts)


async def test_peers_of_a_server_elsewhere_meet_at_the_addresses_of_their_machines(peers):
    here = peers.relay.address
    peers.relay.address = ServerAddress("https://192.0.2.1:8443")
    try:
        one, other = await peers.pair(limits=LinkLimits(direct=20))
    finally:
        peers.relay.address = here
    if not one.card.places:
        pytest.skip("this machine has no address but that of itself")
    assert all(is_reachable(place.host) for place in one.card.places)
    await talk(*await joined(one, other))


async def test_an_address_of_this_computer_is_not_called_for_a_peer_elsewhere(peers, wire):
    here = peers.relay.address
    peers.relay.address = ServerAddress("https://192.0.2.1:8443")
    try:
        one, other = await peers.pair(limits=LinkLimits(direct=5, connect=0.3))
    finally:
        peers.relay.address = here
    await wire.start(Place("127.0.0.1", 9))
    with pytest.raises(LinkLostError):
        await one.transport.connect(moved(other, wire.place))
    assert wire.calls == 0


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("10.0.0.5", True),
        ("2001:db8::7", True),
        ("127.0.0.1", False),
        ("::1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("fe80::1", False),
        ("localhost", False),
        ("", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:10.0.0.5", True),
        ("255.255.255.255", False),
    ],
)
def test_which_addresses_another_machine_could_call(host, expected):
    assert is_reachable(host) is expected
