"""The agreement: every order of events ends in one model for all, or in a void that all know of."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from disco_desktop.engine.messages import LARGEST_ATTEMPTS, AttemptMember, Outcome
from disco_desktop.engine.task.task import (
    AbsoluteThreshold,
    Collaboration,
    RelativeThreshold,
    SecureAggregation,
)
from disco_desktop.server.rooms.agreement import MOST_FAILURES, Agreed, Agreement, Begin, Void

if TYPE_CHECKING:
    from collections.abc import Iterable

    from disco_desktop.server.rooms.agreement import Decision

NAMES = tuple(letter * 16 for letter in "abcde")
ANNA, BEN, CLEO, DORA, _ = NAMES
FIRST, SECOND, THIRD = "1" * 64, "2" * 64, "3" * 64


def agreement_of(
    number: int, *, minimum: int = 2, rounds: int = 9, is_secure: bool = False, **rest: object
) -> Agreement:
    collaboration = Collaboration(
        scheme="decentralized",
        minimum_participants=minimum,
        aggregation=SecureAggregation() if is_secure else "mean",
        **rest,
    )
    agreement = Agreement(collaboration, rounds=rounds)
    agreement.active = frozenset(NAMES[:number])
    return agreement


def step(agreement: Agreement) -> Decision | None:
    """Do what is to be done, once."""
    match decision := agreement.decision():
        case Begin():
            agreement.begun(decision)
        case Void():
            agreement.voided(decision)
        case Agreed():
            agreement.closed()
    return decision


def begin(agreement: Agreement, names: Iterable[str]) -> Begin:
    for number, name in enumerate(names):
        agreement.say_ready(name, number + 1)
    decision = step(agreement)
    assert isinstance(decision, Begin)
    return decision


def say(agreement: Agreement, name: str, digest: str | None, *blamed: str) -> bool:
    return agreement.say_outcome(
        name,
        Outcome(round=agreement.round, attempt=agreement.attempt, digest=digest, blamed=blamed),
    )


def names_of(decision: Decision | None) -> tuple[str, ...]:
    assert isinstance(decision, Begin)
    return tuple(member.participant for member in decision.members)


# --- when the last words are due


def test_an_attempt_is_ending_once_most_have_the_model() -> None:
    agreement = agreement_of(4)
    assert not agreement.is_ending
    begin(agreement, (ANNA, BEN, CLEO, DORA))
    for name in (ANNA, BEN):
        say(agreement, name, FIRST)
        assert not agreement.is_ending
    say(agreement, CLEO, FIRST)
    assert agreement.is_ending
    agreement.end_attempt()
    decision = step(agreement)
    assert isinstance(decision, Agreed)
    assert decision.holders == {ANNA, BEN, CLEO}
    assert not agreement.is_ending


def test_fewer_than_the_minimum_are_not_most() -> None:
    agreement = agreement_of(3, minimum=3)
    begin(agreement, (ANNA, BEN, CLEO))
    for name in (ANNA, BEN):
        say(agreement, name, FIRST)
    assert not agreement.is_ending


# --- when an attempt begins


@pytest.mark.parametrize("order", [*itertools.permutations(NAMES[:4])])
def test_it_begins_when_the_last_one_is_ready(order: tuple[str, ...]) -> None:
    agreement = agreement_of(4)
    for name in order[:-1]:
        agreement.say_ready(name, 7)
        assert agreement.decision() is None
    agreement.say_ready(order[-1], 7)
    members = tuple(AttemptMember(name, 7) for name in NAMES[:4])
    assert agreement.decision() == Begin(attempt=1, members=members)


@pytest.mark.parametrize("ready", range(6))
@pytest.mark.parametrize("minimum", range(1, 6))
@pytest.mark.parametrize("is_overdue", [False, True])
@pytest.mark.parametrize(
    "threshold",
    [RelativeThreshold(), RelativeThreshold(share=0.5), AbsoluteThreshold(contributions=3)],
)
def test_how_many_it_takes(
    ready: int, minimum: int, is_overdue: bool, threshold: RelativeThreshold | AbsoluteThreshold
) -> None:
    agreement = agreement_of(5, minimum=minimum, threshold=threshold)
    for name in NAMES[:ready]:
        agreement.say_ready(name, 1)
    if is_overdue:
        agreement.hurry()
    needed = {1.0: 5, 0.5: 3}[threshold.share] if hasattr(threshold, "share") else 3
    if is_overdue:
        needed = 1
    assert (agreement.decision() is not None) == (ready >= max(needed, minimum))


def test_whoever_is_not_active_is_neither_in_it_nor_waited_for() -> None:
    agreement = agreement_of(3)
    for name in NAMES[:3]:
        agreement.say_ready(name, 1)
    agreement.active -= {BEN}
    assert names_of(agreement.decision()) == (ANNA, CLEO)
    agreement.active |= {BEN, DORA}
    assert agreement.decision() is None  # Dora is waited for
    agreement.vanish(BEN)
    agreement.hurry()
    assert names_of(agreement.decision()) == (ANNA, CLEO)


def test_haste_ends_when_nobody_is_ready_any_more() -> None:
    agreement = agreement_of(3)
    agreement.say_ready(ANNA, 1)
    agreement.hurry()
    agreement.withdraw(ANNA)
    for name in (ANNA, BEN):
        agreement.say_ready(name, 1)
    assert agreement.decision() is None


def test_none_after_the_last_round_or_the_last_attempt() -> None:
    agreement = agreement_of(2, rounds=1)
    begin(agreement, NAMES[:2])
    for name in NAMES[:2]:
        say(agreement, name, FIRST)
    assert isinstance(step(agreement), Agreed)
    for name in NAMES[:2]:
        agreement.say_ready(name, 1)
    assert agreement.is_finished
    assert agreement.decision() is None
    used_up = Agreement(agreement._collaboration, rounds=9, attempt=LARGEST_ATTEMPTS)
    used_up.active = frozenset(NAMES[:2])
    for name in NAMES[:2]:
        used_up.say_ready(name, 1)
    assert used_up.is_used_up
    assert used_up.decision() is None


def test_who_withdraws_while_the_number_is_stored_is_gone() -> None:
    agreement = agreement_of(3)
    for name in NAMES[:3]:
        agreement.say_ready(name, 1)
    decision = agreement.decision()
    assert isinstance(decision, Begin)
    agreement.vanish(BEN)
    agreement.begun(decision)
    void = step(agreement)
    assert isinstance(void, Void)
    assert (void.message.reason, void.message.missing) == ("peer_left", (BEN,))


# --- how it ends, exhaustively


@pytest.mark.parametrize("number", [3, 4, 5])
@pytest.mark.parametrize("is_secure", [False, True])
def test_one_vanishes_at_each_step(number: int, is_secure: bool) -> None:
    """Whoever it is, and however many have their model before: one end, the same for all."""
    names = NAMES[:number]
    for victim, told in itertools.product(names, range(number + 1)):
        for order in itertools.permutations(names):
            agreement = agreement_of(number, minimum=number - 1, is_secure=is_secure and number > 3)
            begin(agreement, names)
            for name in order[:told]:
                say(agreement, name, FIRST)
            if told == number:
                assert isinstance(agreement.decision(), Agreed)
                continue
            assert agreement.decision() is None
            agreement.vanish(victim)
            agreement.active -= {victim}
            decision = step(agreement)
            if victim in order[:told]:
                # Its word stands: the round hangs on the others.
                assert decision is None
                for name in order[told:]:
                    say(agreement, name, FIRST)
                decision = step(agreement)
                assert isinstance(decision, Agreed)
                assert set(decision.members) == set(decision.holders) == set(names)
            elif told == number - 1:
                assert isinstance(decision, Agreed)
                assert set(decision.members) == set(names)
                assert decision.holders == frozenset(names) - {victim}
            else:
                assert isinstance(decision, Void)
                assert (decision.message.reason, decision.message.missing) == (
                    "peer_left",
                    (victim,),
                )
                check_next_attempt(agreement, set(names) - {victim})


def check_next_attempt(agreement: Agreement, rest: set[str]) -> None:
    """With the mean it begins by itself; a secure one when all are ready again."""
    if agreement._collaboration.is_secure:
        assert agreement.decision() is None
        for name in rest:
            agreement.say_ready(name, 1)
    decision = step(agreement)
    assert names_of(decision) == tuple(sorted(rest))
    assert agreement.attempt == 2


@pytest.mark.parametrize("number", [3, 4])
def test_every_mix_of_outcomes(number: int) -> None:
    """A model, another one, none, or silence, of each: agreed only where no two could differ."""
    names = NAMES[:number]
    for words in itertools.product((FIRST, SECOND, None, "silent", "gone"), repeat=number):
        agreement = agreement_of(number)
        begin(agreement, names)
        for name, word in zip(names, words, strict=True):
            if word == "gone":
                agreement.vanish(name)
            elif word != "silent":
                say(agreement, name, word)
        agreement.end_attempt()
        decision = agreement.decision()
        made = [word for word in words if word in (FIRST, SECOND)]
        is_one = len(set(made)) == 1 and None not in words and len(made) >= 2
        if is_one:
            assert isinstance(decision, Agreed)
            assert decision.digest == made[0]
            assert set(decision.members) == set(names)
        else:
            assert isinstance(decision, Void)
            quiet = {n for n, w in zip(names, words, strict=True) if w in ("silent", "gone")}
            (digest, most) = Counter(made).most_common(1)[0] if made else ("", 0)
            few = {n for n, w in zip(names, words, strict=True) if w in {FIRST, SECOND} - {digest}}
            out = quiet | few if 2 * most > len(made) else quiet
            assert set(decision.message.missing) == out
            expected = "peer_left" if "gone" in words else "peer_silent"
            expected = "digests_differ" if len(set(made)) == 2 else expected
            assert decision.message.reason == expected


@pytest.mark.parametrize("number", [3, 4, 5])
def test_most_have_the_same_model_and_one_another(number: int) -> None:
    agreement = agreement_of(number)
    begin(agreement, NAMES[:number])
    for name in NAMES[: number - 1]:
        say(agreement, name, FIRST)
    say(agreement, NAMES[number - 1], SECOND)
    void = step(agreement)
    assert isinstance(void, Void)
    assert (void.message.reason, void.message.missing) == (
        "digests_differ",
        (NAMES[number - 1],),
    )
    assert names_of(step(agreement)) == NAMES[: number - 1]


@pytest.mark.parametrize("number", [2, 3, 4, 5])
def test_whom_at_least_half_of_the_others_blame(number: int) -> None:
    names = NAMES[:number]
    for blamed in names:
        others = [name for name in names if name != blamed]
        for voters in range(len(others) + 1):
            agreement = agreement_of(number)
            begin(agreement, names)
            for place, name in enumerate(others):
                say(agreement, name, None, *([blamed] if place < voters else []))
            say(agreement, blamed, None, blamed, "f" * 16)  # nobody counts its own or strangers
            void = step(agreement)
            assert isinstance(void, Void)
            is_out = voters > 0 and 2 * voters >= len(others)
            assert void.message.missing == ((blamed,) if is_out else ())


def test_the_others_may_say_why_until_they_had_time() -> None:
    agreement = agreement_of(3)
    begin(agreement, NAMES[:3])
    say(agreement, ANNA, None, CLEO)
    assert agreement.is_settling
    assert agreement.decision() is None
    agreement.end_settling()
    void = step(agreement)
    assert isinstance(void, Void)
    assert void.message.missing == (CLEO,)
    assert not say(agreement, BEN, None, ANNA)


def test_who_is_gone_after_its_word_may_keep_the_others_from_theirs() -> None:
    agreement = agreement_of(3)
    begin(agreement, NAMES[:3])
    say(agreement, CLEO, FIRST)
    agreement.vanish(CLEO)
    assert agreement.is_settling
    assert agreement.decision() is None
    say(agreement, ANNA, FIRST)
    assert agreement.decision() is None
    agreement.end_settling()
    void = step(agreement)
    assert isinstance(void, Void)
    assert (void.message.reason, void.message.missing) == ("peer_left", (CLEO,))


def test_who_is_gone_after_its_word_is_in_the_result_where_the_others_have_it() -> None:
    agreement = agreement_of(3)
    begin(agreement, NAMES[:3])
    say(agreement, CLEO, FIRST)
    agreement.vanish(CLEO)
    for name in (ANNA, BEN):
        say(agreement, name, FIRST)
    agreed = agreement.decision()
    assert isinstance(agreed, Agreed)
    assert set(agreed.members) == set(NAMES[:3])


def test_who_is_paused_after_its_word_still_gives_what_the_others_lack() -> None:
    agreement = agreement_of(3)
    begin(agreement, NAMES[:3])
    say(agreement, CLEO, FIRST)
    agreement.pause(CLEO)
    assert not agreement.is_settling
    for name in (ANNA, BEN):
        say(agreement, name, FIRST)
    assert isinstance(agreement.decision(), Agreed)


def test_the_first_word_counts_and_only_about_this_attempt() -> None:
    agreement = agreement_of(2)
    assert not say(agreement, ANNA, FIRST)
    begin(agreement, NAMES[:2])
    for round_, attempt in ((0, 2), (1, 1), (0, 0)):
        outcome = Outcome(round=round_, attempt=attempt, digest=FIRST)
        assert not agreement.say_outcome(ANNA, outcome)
    assert not say(agreement, CLEO, FIRST)
    assert say(agreement, ANNA, FIRST)
    assert not say(agreement, ANNA, SECOND)
    assert say(agreement, BEN, FIRST)
    assert isinstance(agreement.decision(), Agreed)


# --- what follows a void


def test_who_spoilt_it_is_not_waited_for_until_it_says_so() -> None:
    for call, is_waited_for in (("wait_for", True), ("none", False)):
        agreement = agreement_of(3)
        begin(agreement, NAMES[:3])
        for name in (ANNA, BEN):
            say(agreement, name, None, CLEO)
        say(agreement, CLEO, None)
        assert isinstance(step(agreement), Void)
        if call == "wait_for":
            agreement.wait_for(CLEO)
        assert (agreement.decision() is None) == is_waited_for
        agreement.say_ready(CLEO, 5)
        assert names_of(agreement.decision()) == NAMES[:3]


def test_who_said_meanwhile_that_it_is_ready_is_in_the_next_one() -> None:
    for is_secure in (False, True):
        agreement = agreement_of(4, minimum=3, is_secure=is_secure)
        begin(agreement, NAMES[:4])
        agreement.say_ready(DORA, 9)
        for name in NAMES[:3]:
            say(agreement, name, None, DORA)
        say(agreement, DORA, None)
        assert isinstance(step(agreement), Void)
        if is_secure:  # it cannot be told from the update that is spent
            assert agreement.ready == frozenset()
        else:
            assert names_of(agreement.decision()) == NAMES[:4]


def test_secure_updates_of_those_who_were_not_in_it_are_not_spent() -> None:
    agreement = agreement_of(4, minimum=3, is_secure=True)
    agreement.active = frozenset(NAMES[:3])
    begin(agreement, NAMES[:3])
    agreement.active |= {DORA}
    agreement.say_ready(DORA, 1)
    agreement.end_attempt()
    assert isinstance(step(agreement), Void)
    assert agreement.ready == {DORA}


def test_attempts_get_further_apart_and_numbers_are_never_used_twice() -> None:
    agreement = agreement_of(2)
    seen = []
    for number in range(1, 6):
        seen.append(begin(agreement, NAMES[:2]).attempt)
        for name in NAMES[:2]:
            say(agreement, name, None)
        assert isinstance(step(agreement), Void)
        assert agreement.voids == number
        assert agreement.is_resting == (number > 1)
        if agreement.is_resting:
            assert agreement.decision() is None
            agreement.end_rest()
    assert seen == [1, 2, 3, 4, 5]


def test_who_spoils_one_after_the_other_is_left_out_where_the_rest_is_enough() -> None:
    for minimum, is_left_out in ((2, True), (3, False)):
        agreement = agreement_of(3, minimum=minimum)
        for _round in range(MOST_FAILURES):
            begin(agreement, NAMES[:3])
            for name in (ANNA, BEN):
                say(agreement, name, None, CLEO)
            say(agreement, CLEO, None)
            step(agreement)
            agreement.end_rest()
        agreement.say_ready(CLEO, 1)
        members = NAMES[:2] if is_left_out else NAMES[:3]
        assert names_of(step(agreement)) == members
        for name in members:
            say(agreement, name, FIRST)
        assert isinstance(step(agreement), Agreed)
        assert names_of(begin(agreement, NAMES[:3])) == NAMES[:3]  # a new round, a new chance


# --- any order of anything

_events = st.lists(
    st.tuples(
        st.sampled_from(
            (
                *("ready", "vanish", "withdraw", "back", "first", "second", "none", "blame"),
                *("hurry", "end_attempt", "end_settling", "end_rest"),
            )
        ),
        st.sampled_from(NAMES),
    ),
    max_size=60,
)


@given(events=_events, is_secure=st.booleans(), minimum=st.integers(3, 4))
@settings(max_examples=400, deadline=None)
def test_whatever_happens(events: list[tuple[str, str]], is_secure: bool, minimum: int) -> None:
    """Rounds only rise, numbers are never used twice, and no sum is made of too few."""
    agreement = agreement_of(5, minimum=minimum, rounds=3, is_secure=is_secure)
    used: set[tuple[int, int]] = set()
    spent: set[str] = set()  # whose update was in an attempt since it said that it is ready
    for event, name in events:
        match event:
            case "ready":
                agreement.say_ready(name, 1)
                if name not in agreement.members:
                    spent.discard(name)
            case "vanish":
                agreement.vanish(name)
                agreement.active -= {name}
            case "withdraw":
                agreement.withdraw(name)
            case "back":
                agreement.active |= {name}
                agreement.wait_for(name)
            case "first" | "second" | "none" | "blame":
                digest = {"first": FIRST, "second": SECOND}.get(event)
                say(agreement, name, digest, *([ANNA] if event == "blame" else []))
            case _:
                getattr(agreement, event)()
        for _step in range(10):
            round_, running = agreement.round, agreement.members
            decision = step(agreement)
            if decision is None:
                break
            match decision:
                case Begin():
                    assert not running
                    assert (round_, decision.attempt) not in used
                    used.add((round_, decision.attempt))
                    members = names_of(decision)
                    assert minimum <= len(members)
                    assert set(members) <= agreement.active
                    assert not (is_secure and spent & set(members))
                    spent |= set(members)
                case Void():
                    assert decision.members == running
                    assert agreement.round == round_
                    assert set(decision.message.missing) <= running
                case Agreed():
                    assert set(decision.members) == running
                    assert len(decision.holders) >= minimum
                    assert agreement.round == round_ + 1
        else:
            pytest.fail("it never comes to rest")
