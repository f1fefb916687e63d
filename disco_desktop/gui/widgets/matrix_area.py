"""Room for a confusion matrix: one of many classes is scrolled, and follows the keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy

if TYPE_CHECKING:
    from disco_desktop.gui.widgets.confusion_matrix import ConfusionMatrix

_HIGHEST = 720  # pixels, from which on one scrolls
_AROUND = 40


class MatrixArea(QScrollArea):
    """As large as the matrix, where there is room for it."""

    def __init__(self, matrix: ConfusionMatrix) -> None:
        super().__init__()
        self._matrix = matrix
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.viewport().setAutoFillBackground(False)
        self.setWidget(matrix)
        matrix.setAutoFillBackground(False)
        matrix.grown.connect(self._fit)
        matrix.moved.connect(self._follow)
        self._fit()

    def _fit(self) -> None:
        self._matrix.resize(self._matrix.sizeHint())
        self.updateGeometry()

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return the matrix's size, up to the height from which on one scrolls."""
        needed = self._matrix.sizeHint()
        bar = self.horizontalScrollBar().sizeHint().height()
        return QSize(needed.width(), min(needed.height() + bar, _HIGHEST))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Return what a small matrix needs, so that it is never scrolled without need."""
        return QSize(min(self.sizeHint().width(), _HIGHEST // 2), self.sizeHint().height())

    def _follow(self, cell: QRect) -> None:
        """Keep the cell in sight that the arrows have gone to."""
        self.ensureVisible(cell.center().x(), cell.center().y(), _AROUND, _AROUND)
