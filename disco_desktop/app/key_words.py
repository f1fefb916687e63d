"""What a person reads about the key of another participant, in the form of the catalogue."""

from __future__ import annotations

from typing import Literal, TypeAlias

# `here`: of a participant that this computer plays.
KeyStanding: TypeAlias = Literal["confirmed", "refused", "unconfirmed", "here"]

KEY_STANDINGS: dict[KeyStanding, str] = {
    "confirmed": "confirmed",
    "refused": "refused",
    "unconfirmed": "not confirmed",
    "here": "this computer's",
}

KEY_SENTENCES: dict[KeyStanding, str] = {
    "unconfirmed": (
        "The server has introduced this participant, and nobody has checked for you that it told "
        "the truth. Whoever runs the server could have put a participant of their own in this "
        "one's place."
    ),
    "confirmed": (
        "You compared the codes on {day}, and they were the same. Nobody else can take this "
        "participant's place, not even the server."
    ),
    "refused": (
        "You said on {day} that the codes differ. Either you compared with somebody else, or "
        "somebody stands between the two of you and may read what this computer sends there. "
        "Leave the training, and tell whoever runs the server, by another way than the server."
    ),
    "here": "This computer plays this participant, so there is nothing to compare.",
}

KEY_CHANGED = (
    "For this task you have confirmed {names} with another key, which nobody here has now. If this "
    "is meant to be one of them, its key has changed: the program may have been set up anew "
    "there, or somebody pretends to be them."
)

HOW_TO_COMPARE = (
    "Call the person behind this participant, or meet, and read this code to each other. Both of "
    "you see the same one if, and only if, nobody stands between you. Do not send it through the "
    "server."
)
