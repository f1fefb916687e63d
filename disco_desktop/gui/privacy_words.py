"""What a person reads about a task's protection of updates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

if TYPE_CHECKING:
    from disco_desktop.engine.task.privacy import Privacy
    from disco_desktop.engine.task.task import Collaboration


def privacy_words(privacy: Privacy | None) -> str:
    """Say what is done to an update before it leaves."""
    if privacy is None:
        return _tr("no clipping and no noise")
    norm = f"{privacy.clipping_norm:g}"
    if privacy.noise_multiplier == 0:
        return _tr("an update is clipped to a length of {norm}").format(norm=norm)
    said = _tr(
        "an update is clipped to a length of {norm}, and noise of {times} times that is added"
    )
    return said.format(norm=norm, times=f"{privacy.noise_multiplier:g}")


def exchange_words(together: Collaboration) -> str:
    """Say who sees an update."""
    if together.is_secure:
        return _tr("between participants, under masks: nobody sees a single one")
    if together.scheme == "decentralized":
        return _tr("between participants: each sees a part, the server nothing")
    return _tr("through a server, which sees each")


def _tr(text: str) -> str:
    return QCoreApplication.translate("PrivacyWords", text)
