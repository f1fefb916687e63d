"""The tasks on offer, for a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from disco_desktop.app.inert_text import inert
from disco_desktop.gui.widgets.card_delegate import CARD, CardContent
from disco_desktop.gui.wording import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from disco_desktop.engine.messages import TaskSummary

Index = QModelIndex | QPersistentModelIndex


class TaskModel(QAbstractListModel):
    """One row a task; what a search looks at is the row's text."""

    def __init__(self) -> None:
        super().__init__()
        self._tasks: Sequence[TaskSummary] = ()
        self._texts: list[str] = []

    def show_tasks(self, tasks: Sequence[TaskSummary]) -> None:
        """Show these tasks; where only figures have changed, the rows stay."""
        if tasks is self._tasks:
            return
        if [task.id for task in tasks] == [task.id for task in self._tasks]:
            pairs = zip(tasks, self._tasks, strict=True)
            changed = [row for row, (new, old) in enumerate(pairs) if new != old]
            self._tasks = tasks
            for row in changed:
                self._texts[row] = _text(tasks[row])
            if changed:
                self.dataChanged.emit(self.index(changed[0]), self.index(changed[-1]))
            return
        self.beginResetModel()
        self._tasks = tasks
        self._texts = [_text(task) for task in tasks]
        self.endResetModel()

    def task_id(self, index: Index) -> str:
        """Return a row's task."""
        return self._tasks[index.row()].id

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008
        """Return how many tasks there are."""
        return 0 if parent.isValid() else len(self._tasks)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what is shown, searched or read aloud."""
        if not index.isValid():
            return None
        task = self._tasks[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._texts[index.row()]
            case Qt.ItemDataRole.AccessibleTextRole:
                return inert(task.title)
            case Qt.ItemDataRole.AccessibleDescriptionRole:
                return inert(task.summary)
            case _ if role == CARD:
                return self._card(task)
        return None

    def _card(self, task: TaskSummary) -> CardContent:
        schemes = {
            "federated": self.tr("through a server"),
            "decentralized": self.tr("between participants"),
            "local": self.tr("alone"),
        }
        kinds = {"tabular": self.tr("table"), "image": self.tr("pictures"), "text": self.tr("text")}
        here = (
            self.tr("{number} taking part").format(number=count(task.participants))
            if task.participants
            else self.tr("nobody is here yet")
        )
        return CardContent(
            title=inert(task.title),
            text=inert(task.summary),
            badges=(
                (kinds.get(task.data, task.data), ""),
                (schemes.get(task.scheme, task.scheme), ""),
                (here, "success" if task.participants else ""),
            ),
        )


def _text(task: TaskSummary) -> str:
    return f"{inert(task.title)} {inert(task.summary)}"
