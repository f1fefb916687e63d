"""The steps of a task's way, and why one cannot be gone to yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from disco_desktop.gui.widgets.stepper import Step

if TYPE_CHECKING:
    from disco_desktop.app.journey import Journey
    from disco_desktop.app.session import CurrentSession


def _tr(text: str) -> str:
    return QCoreApplication.translate("Steps", text)


def steps_of(journey: Journey, current: CurrentSession) -> list[Step]:
    """Return the five steps as they stand."""
    session = current.session
    is_here = session is not None and session.folder.plan.task.id == journey.task.id
    obstacles = {
        "": "",
        "no data": _tr("Choose data first."),
        "unusable data": _tr("These data cannot be trained on: see the problems found."),
    }
    to_training = "" if is_here else obstacles[journey.obstacle_to_training]
    without_model = "" if journey.model_id else _tr("Train a model first.")
    has_data = journey.report is not None and journey.report.is_usable
    return [
        Step(name="task", title=_tr("Task"), is_done=True),
        Step(name="data", title=_tr("Data"), is_done=has_data),
        Step(
            name="train",
            title=_tr("Train"),
            is_done=journey.model_id is not None,
            obstacle=to_training,
        ),
        Step(name="test", title=_tr("Test"), obstacle=without_model),
        Step(name="predict", title=_tr("Use"), obstacle=without_model),
    ]
