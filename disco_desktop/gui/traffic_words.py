"""What the kinds of message are called, and what is in them, in plain words."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from disco_desktop.engine.client.ledger import FRAMING


def _tr(text: str) -> str:
    return QCoreApplication.translate("TrafficWords", text)


def known_kinds() -> dict[str, tuple[str, str]]:
    """Return name and content of each kind of message, those that matter most first."""
    return {
        "update": (
            _tr("Update"),
            _tr("How your model has changed in a round: numbers only"),
        ),
        "part of an update": (
            _tr("Part of an update"),
            _tr("Numbers for the peer that sums them, masked or plain"),
        ),
        "sum of a part": (
            _tr("Sum of a part"),
            _tr("What the updates of all came to, in the part that one peer sums"),
        ),
        "announcement": (
            _tr("Announcement"),
            _tr("The update's size and check sums, and your number of samples"),
        ),
        "model": (_tr("Common model"), _tr("What all updates of a round were made into")),
        "piece digests": (_tr("Check sums"), _tr("To see that the model arrives undamaged")),
        "hello": (
            _tr("Hello"),
            _tr("Your public key for this task, and which task it is"),
        ),
        "challenge": (_tr("Challenge"), _tr("The server proves its key, and asks for yours")),
        "proof": (_tr("Proof"), _tr("A signature that proves your key")),
        "welcome": (_tr("Welcome"), _tr("How the training stands, and a pass for the uploads")),
        "participants": (_tr("Participants"), _tr("How many take part")),
        "roster": (_tr("Who takes part"), _tr("Their numbers on the network, and what each does")),
        "round closed": (_tr("End of a round"), _tr("That a new common model is there")),
        "introduction": (
            _tr("Introduction"),
            _tr("Where this computer is reached, and its key"),
        ),
        "peers": (_tr("Peers"), _tr("Where the others are reached, and their keys")),
        "ready": (_tr("Ready"), _tr("That you have trained, and a number of samples")),
        "attempt": (_tr("Beginning of an exchange"), _tr("Who takes part in it")),
        "exchange key": (_tr("Exchange key"), _tr("A public key for the masks of one exchange")),
        "promise": (_tr("Promise"), _tr("Check sums of what will be sent under masks")),
        "digest": (_tr("Comparison"), _tr("The check sum of the model that you came to")),
        "outcome": (_tr("Outcome"), _tr("The check sum of the new model, or that there is none")),
        "voided": (_tr("Void exchange"), _tr("That an exchange came to nothing, and why")),
        "pause": (_tr("Pause"), _tr("That the others need not wait for you")),
        "resume": (_tr("Resume"), _tr("That you train again")),
        "leave": (_tr("Leave"), _tr("That you have left")),
        "refused": (_tr("Refusal"), _tr("Why the server does not let you take part")),
        "trouble": (_tr("Trouble"), _tr("Why the server cannot go on at the moment")),
        FRAMING: (
            _tr("Framing and encryption"),
            _tr("HTTP, WebSocket and TLS around all messages"),
        ),
    }


def words_for(kind: str) -> tuple[str, str]:
    """Return name and content of a kind of message, a newer one's too."""
    return known_kinds().get(kind, (kind, _tr("A message that this page has no words for")))


def in_order(kind: str) -> tuple[int, str]:
    """Return what to sort kinds of message by: framing last, unknown ones before it."""
    order = list(known_kinds())
    last = len(order)
    if kind == FRAMING:
        return last, ""
    return (order.index(kind) if kind in order else last - 1), kind
