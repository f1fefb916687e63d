"""Who exchanges when, and what came of it: what the participants of a decentralized room agree."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from disco_desktop.engine.messages import LARGEST_ATTEMPTS, AttemptMember, Voided
from disco_desktop.engine.task.task import AbsoluteThreshold

if TYPE_CHECKING:
    from collections.abc import Mapping

    from disco_desktop.engine.messages import Outcome
    from disco_desktop.engine.task.task import Collaboration

# Who spoilt so many attempts of a round is left out of the others, where they are enough.
MOST_FAILURES = 3


@dataclass(frozen=True, kw_only=True)
class Begin:
    """An attempt is to begin."""

    attempt: int
    members: tuple[AttemptMember, ...]


@dataclass(frozen=True, kw_only=True)
class Void:
    """The running attempt came to nothing."""

    message: Voided
    members: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Agreed:
    """The running attempt made a model.

    Attributes:
        members: those whose updates are in it, with their numbers of samples.
        holders: those who said that they have it.
    """

    digest: str
    members: Mapping[str, int]
    holders: frozenset[str]


Decision: TypeAlias = Begin | Void | Agreed


@dataclass
class _Running:
    """An attempt under way.

    Attributes:
        gone: those who will say no more about it.
        again: those who said meanwhile that they are ready for another one.
        is_overdue: whether its time is up.
        is_settling_over: whether, after a first bad sign, the others had time for their word.
    """

    members: dict[str, int]
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    again: set[str] = field(default_factory=set)
    is_overdue: bool = False
    is_settling_over: bool = False

    @property
    def silent(self) -> set[str]:
        """Those whose outcome is not known."""
        return self.members.keys() - self.outcomes.keys()

    @property
    def missing(self) -> set[str]:
        """Those whose outcome will not be known."""
        return self.silent if self.is_overdue else self.silent & self.gone

    @property
    def awaited(self) -> set[str]:
        """Those whose outcome may still come."""
        return self.silent - self.missing

    @property
    def digests(self) -> Counter[str]:
        """The models that were made, and by how many."""
        made = (outcome.digest for outcome in self.outcomes.values())
        return Counter(digest for digest in made if digest is not None)

    @property
    def has_failed(self) -> bool:
        """Whether somebody had no model, or another one than somebody else."""
        has_none = any(outcome.digest is None for outcome in self.outcomes.values())
        return has_none or len(self.digests) > 1

    @property
    def is_doubtful(self) -> bool:
        """Whether it may come to nothing.

        So it may when somebody is gone: what the others lack of it, nobody will give them.
        """
        return self.has_failed or bool(self.gone and self.awaited)

    @property
    def blamed(self) -> set[str]:
        """Those blamed by at least half of the other members."""
        votes = Counter(
            name
            for by, outcome in self.outcomes.items()
            for name in set(outcome.blamed) - {by}
            if name in self.members
        )
        return {name for name, number in votes.items() if 2 * number >= len(self.members) - 1}

    @property
    def deviating(self) -> set[str]:
        """Those whose model is not that of most, where most have the same one."""
        made = self.digests
        ((digest, number),) = made.most_common(1) or [("", 0)]
        if 2 * number <= made.total():
            return set()
        return {
            name
            for name, outcome in self.outcomes.items()
            if outcome.digest is not None and outcome.digest != digest
        }


class Agreement:
    """Says when an attempt begins, and whether it made a model or nothing.

    It knows no network and no clock: whoever owns it says what was heard and which times are up,
    asks what is to be done, does it, and says that it is done.

    Attributes:
        active: the participants that the round waits for; whoever is paused or gone is none.
        round: how many rounds are done.
        attempt: the number of this round's last attempt.
        voids: how many attempts of this round came to nothing.
        is_overdue: whether the round waits for no more participants than it needs.
        is_resting: whether the next attempt has to wait a little.
    """

    def __init__(
        self,
        collaboration: Collaboration,
        *,
        rounds: int,
        round: int = 0,  # noqa: A002
        attempt: int = 0,
    ) -> None:
        self.active: frozenset[str] = frozenset()
        self.round = round
        self.attempt = attempt
        self.voids = 0
        self.is_overdue = False
        self.is_resting = False
        self._collaboration = collaboration
        self._rounds = rounds
        self._ready: dict[str, int] = {}
        self._aside: set[str] = set()
        self._failures: Counter[str] = Counter()
        self._running: _Running | None = None

    @property
    def ready(self) -> frozenset[str]:
        """Those who wait for the next attempt, or are in this one."""
        return frozenset(self._ready) & self.active

    @property
    def members(self) -> frozenset[str]:
        """Those in the running attempt."""
        return frozenset(self._running.members) if self._running else frozenset()

    @property
    def is_running(self) -> bool:
        """Whether an attempt is under way."""
        return self._running is not None

    @property
    def is_settling(self) -> bool:
        """Whether the running attempt may come to nothing, and others have yet to say so."""
        return self._running is not None and self._running.is_doubtful

    @property
    def is_ending(self) -> bool:
        """Whether most members of the running attempt have a model: the others' are due too.

        Where only a few have one, somebody may keep from the others what they need for it. They
        say so when they have waited for that long enough.
        """
        if self._running is None:
            return False
        made = self._running.digests.total()
        return made >= self._minimum and 2 * made > len(self._running.members)

    @property
    def is_used_up(self) -> bool:
        """Whether this round has had all its attempts."""
        return self._running is None and self.attempt >= LARGEST_ATTEMPTS

    @property
    def is_finished(self) -> bool:
        """Whether all rounds are done."""
        return self.round >= self._rounds

    # --- what was heard

    def say_ready(self, participant: str, samples: int) -> None:
        """Count on a participant for the next attempt."""
        self._aside.discard(participant)
        self._ready[participant] = samples
        if self._running is not None and participant in self._running.members:
            self._running.again.add(participant)

    def wait_for(self, participant: str) -> None:
        """Wait again for somebody who was set aside."""
        self._aside.discard(participant)

    def withdraw(self, participant: str) -> None:
        """Do not count on a participant until it says that it is ready."""
        self._ready.pop(participant, None)
        if self._running is not None:
            self._running.again.discard(participant)
        self._forget_haste()

    def vanish(self, participant: str) -> None:
        """Hear no more from a participant about the running attempt."""
        self.withdraw(participant)
        if self._running is not None and participant in self._running.members:
            self._running.gone.add(participant)

    def pause(self, participant: str) -> None:
        """Count on a participant no longer; having had its outcome, it still gives its part."""
        self.withdraw(participant)
        if self._running is not None and participant in self._running.silent:
            self._running.gone.add(participant)

    def say_outcome(self, participant: str, outcome: Outcome) -> bool:
        """Take a member's word about the running attempt; tell whether it was one, and new."""
        running = self._running
        is_about_it = (outcome.round, outcome.attempt) == (self.round, self.attempt)
        if running is None or not is_about_it or participant not in running.members:
            return False
        if participant in running.outcomes:
            return False
        running.outcomes[participant] = outcome
        return True

    def hurry(self) -> None:
        """Wait for no more participants than the round needs."""
        self.is_overdue = True

    def end_rest(self) -> None:
        """Let the next attempt begin."""
        self.is_resting = False

    def end_attempt(self) -> None:
        """Wait no longer for any outcome of the running attempt."""
        if self._running is not None:
            self._running.is_overdue = True

    def end_settling(self) -> None:
        """Wait no longer for others, where the running attempt may come to nothing."""
        if self._running is not None:
            self._running.is_settling_over = True

    # --- what is to be done

    def decision(self) -> Decision | None:
        """Return what is to be done now, if anything is."""
        return self._end() if self._running is not None else self._beginning()

    def _beginning(self) -> Begin | None:
        if self.is_resting or self.is_finished or self.attempt >= LARGEST_ATTEMPTS:
            return None
        ready, awaited = self.ready, self.active - self._aside
        if len(self._steady(ready)) >= self._minimum:
            ready, awaited = self._steady(ready), self._steady(awaited)
        if len(ready) < self._minimum:
            return None
        if not self.is_overdue and len(ready) < self._needed(len(awaited)):
            return None
        members = tuple(AttemptMember(name, self._ready[name]) for name in sorted(ready))
        return Begin(attempt=self.attempt + 1, members=members)

    def _steady(self, participants: frozenset[str]) -> frozenset[str]:
        """Return those who have not spoilt too many attempts of this round."""
        return frozenset(name for name in participants if self._failures[name] < MOST_FAILURES)

    @property
    def _minimum(self) -> int:
        return self._collaboration.minimum_participants

    def _needed(self, awaited: int) -> int:
        threshold = self._collaboration.threshold
        if isinstance(threshold, AbsoluteThreshold):
            return threshold.contributions
        # The product of a share such as 0.07 with 100 is a little above 7.
        return math.ceil(threshold.share * awaited - 1e-9)

    def _end(self) -> Void | Agreed | None:
        running = self._running
        if running is None:
            return None
        made = running.digests
        if not running.has_failed and not running.awaited and made.total() >= self._minimum:
            (digest,) = made
            holders = frozenset(running.outcomes)
            return Agreed(digest=digest, members=dict(running.members), holders=holders)
        if running.awaited and not running.missing and not running.is_settling_over:
            return None
        return self._void(self._reason(running), running)

    @staticmethod
    def _reason(running: _Running) -> str:
        if len(running.digests) > 1:
            return "digests_differ"
        return "peer_left" if running.gone else "peer_silent"

    def _void(self, reason: str, running: _Running) -> Void:
        missing = running.missing | running.gone | running.blamed | running.deviating
        message = Voided(
            round=self.round, attempt=self.attempt, reason=reason, missing=tuple(sorted(missing))
        )
        return Void(message=message, members=frozenset(running.members))

    # --- what is done

    def begun(self, begin: Begin) -> None:
        """Note that an attempt has begun; whoever withdrew meanwhile is gone from it."""
        members = {member.participant: member.samples for member in begin.members}
        self.attempt = begin.attempt
        self._running = _Running(members)
        self._running.gone |= members.keys() - self.ready

    def voided(self, void: Void) -> None:
        """Note that the running attempt came to nothing.

        With the mean the others' updates are as good as before. With secure aggregation those of
        all members are spent: masked once, they must never be part of another sum.
        """
        again = self._running.again if self._running is not None else set()
        self._running = None
        self.voids += 1
        self.is_resting = self.voids > 1
        for name in void.message.missing:
            self._failures[name] += 1
            if name not in again:
                self._ready.pop(name, None)
                self._aside.add(name)
        if self._collaboration.is_secure:
            for name in void.members:
                self._ready.pop(name, None)
        self._forget_haste()

    def _forget_haste(self) -> None:
        """Let the time that a round waits begin anew where nobody is ready any more."""
        if not self._ready:
            self.is_overdue = False

    def closed(self) -> None:
        """Note that the round is done."""
        self.round += 1
        self.attempt = self.voids = 0
        self.is_overdue = self.is_resting = False
        self._running = None
        self._ready.clear()
        self._aside.clear()
        self._failures.clear()
