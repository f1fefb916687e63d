"""Tables that are only read: how good a model is on each class, and rows of plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from disco_desktop.app.library.class_figures import ClassFigures, class_figures
from disco_desktop.app.words.inert_text import inert
from disco_desktop.gui.wording import count, figure, share
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

Index = QModelIndex | QPersistentModelIndex


class ClassFiguresModel(QAbstractTableModel):
    """One row a class: name, precision, recall, F1, area under the curve, samples."""

    def __init__(self) -> None:
        super().__init__()
        self._labels: Sequence[str] = ()
        self._figures: list[ClassFigures] = []
        self._areas: Sequence[float | None] = ()

    def show_confusion(
        self,
        labels: Sequence[str],
        confusion: Sequence[Sequence[int]],
        areas: Sequence[float | None] = (),
    ) -> None:
        """Show the figures that follow from a confusion matrix, and the areas under the curve."""
        self.beginResetModel()
        self._labels = labels
        self._areas = areas or [None] * len(labels)
        self._figures = class_figures(confusion)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008
        """Return how many classes there are."""
        return 0 if parent.isValid() else len(self._figures)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008
        """Return how much is said of each."""
        return 0 if parent.isValid() else 6

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return a figure's name, or what it means."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        names = (
            (tr("Class"), ""),
            (
                tr("Precision"),
                tr("Of the samples predicted as this class, the share that belong to it"),
            ),
            (tr("Recall"), tr("Of the samples of this class, the share that were found")),
            (tr("F1"), tr("The harmonic mean of precision and recall")),
            (
                tr("AUC"),
                tr("How well the model separates this class from the others"),
            ),
            (tr("Samples"), tr("How many samples belong to this class")),
        )
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return names[section][0]
            case Qt.ItemDataRole.ToolTipRole:
                return names[section][1]
            case Qt.ItemDataRole.TextAlignmentRole if section > 0:
                return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a figure in words."""
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() > 0:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        figures = self._figures[index.row()]
        return (
            inert(self._labels[index.row()]),
            share(figures.precision),
            share(figures.recall),
            share(figures.f1),
            figure(self._areas[index.row()]),
            count(figures.samples),
        )[index.column()]


class TextTableModel(QAbstractTableModel):
    """A table of texts with a name for each column."""

    def __init__(self, headers: Sequence[str]) -> None:
        super().__init__()
        self._headers = list(headers)
        self._rows: list[Sequence[str]] = []

    def show_rows(self, rows: Sequence[Sequence[str]]) -> None:
        """Show these rows, each with a text a column."""
        if self._rows == list(rows):
            return
        self.beginResetModel()
        self._rows = list(rows)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008
        """Return how many rows there are."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(self._headers)

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return a column's name."""
        is_name = orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole
        return self._headers[section] if is_name and 0 <= section < len(self._headers) else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a text; the tip is the text again, for where it is cut."""
        if not index.isValid() or role not in (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.ToolTipRole,
        ):
            return None
        return self._rows[index.row()][index.column()]
