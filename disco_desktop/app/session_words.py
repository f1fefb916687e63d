"""What a session's states and events are called, in the form of the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from disco_desktop.app.session_state import SessionState
    from disco_desktop.engine.events import Presence

STATE_NAMES: dict[SessionState, str] = {
    "idle": "Ready",
    "checking data": "Checking data",
    "connecting": "Connecting",
    "waiting for participants": "Waiting",
    "training": "Training",
    "sharing": "Exchanging",
    "paused": "Paused",
    "meeting peers": "Meeting peers",
    "reconnecting": "Reconnecting",
    "finished": "Finished",
    "stopped": "Stopped",
    "failed": "Not finished",
}

STATE_SENTENCES: dict[SessionState, str] = {
    "idle": "Ready to train.",
    "checking data": "Checking the data.",
    "connecting": "Preparing the training.",
    "waiting for participants": (
        "Waiting for more participants: {participants} of at least {minimum} are here."
    ),
    "training": "Training on this computer.",
    "sharing": "Updating the model with the others' contributions.",
    "paused": "Paused. The others do not wait for you.",
    "meeting peers": "Waiting for the other participants to be ready.",
    "reconnecting": "The connection was lost. Connecting again.",
    "finished": "The training is complete.",
    "stopped": "The training was stopped.",
    "failed": "The training could not be finished.",
}

PRESENCES: dict[Presence, str] = {
    "training": "Training",
    "contributed": "Has contributed",
    "paused": "Paused",
    "away": "Away, and waited for",
}

EPOCH_ENDED = (
    "Epoch {epoch} of {epochs}: loss {loss}, accuracy {accuracy}; on data held out {held_loss}, "
    "{held_accuracy}"
)
EPOCH_ENDED_LOSS = "Epoch {epoch} of {epochs}: loss {loss}; on data held out {held_loss}"
ROUND_ENDED = (
    "Round {round} of {rounds} with {participants:contribution|contributions}: on data held out "
    "loss {loss}, accuracy {accuracy}"
)
ROUND_ENDED_LOSS = (
    "Round {round} of {rounds} with {participants:contribution|contributions}: on data held out "
    "loss {loss}"
)
ROUND_ENDED_ALONE = "Round {round} of {rounds}: on data held out loss {loss}, accuracy {accuracy}"
ROUND_ENDED_ALONE_LOSS = "Round {round} of {rounds}: on data held out loss {loss}"
ROUND_TOO_LATE = (
    "Round {round}: this computer was too late to contribute, and goes on with the others."
)
PROBLEM_OVER = "What had failed works again."
PARTICIPANTS = "{participants:participant is|participants are} here; a round needs {minimum}"
