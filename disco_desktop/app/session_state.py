"""The states of a session, and what a person may do in each."""

from __future__ import annotations

from typing import Literal, TypeAlias

SessionState: TypeAlias = Literal[
    "idle",
    "checking data",
    "connecting",
    "waiting for participants",
    "training",
    "sharing",
    "paused",
    "meeting peers",
    "reconnecting",
    "finished",
    "stopped",
    "failed",
]
SessionAction: TypeAlias = Literal["start", "pause", "resume", "stop"]

ENDS: frozenset[SessionState] = frozenset(("finished", "stopped", "failed"))
_RUNNING: frozenset[SessionAction] = frozenset(("pause", "stop"))

ACTIONS: dict[SessionState, frozenset[SessionAction]] = {
    "idle": frozenset(("start",)),
    "checking data": frozenset(("stop",)),
    "connecting": frozenset(("stop",)),
    "waiting for participants": _RUNNING,
    "training": _RUNNING,
    "sharing": _RUNNING,
    "paused": frozenset(("resume", "stop")),
    "meeting peers": _RUNNING,
    "reconnecting": _RUNNING,
    "finished": frozenset(("start",)),
    "stopped": frozenset(("start",)),
    "failed": frozenset(("start",)),
}

# From where each state may be come to. A message that would lead elsewhere is a mistake of ours.
_AT_REST: frozenset[SessionState] = ENDS | {"idle"}
_FROM: dict[SessionState, frozenset[SessionState]] = {
    "idle": ENDS,
    "checking data": _AT_REST,
    "connecting": _AT_REST | {"checking data", "paused"},
}


def may_follow(state: SessionState, after: SessionState) -> bool:
    """Tell whether a session may come to a state from another."""
    if state == after:
        return True
    if state in _FROM:
        return after in _FROM[state]
    return after not in _AT_REST
