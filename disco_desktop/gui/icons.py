"""Icons in the theme's colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from disco_desktop.engine.resources import resource

if TYPE_CHECKING:
    from collections.abc import Iterator

_SCALES = (1, 2)


def icon(name: str, colour: str, *, checked: str = "", size: int = 20) -> QIcon:
    """Return an icon, sharp on screens of both densities.

    Args:
        name: of its drawing.
        colour: of its lines.
        checked: their colour on a button that is checked, where it is another one.
        size: of its sides in pixels.
    """
    drawing = resource("icons", f"{name}.svg").read_text()
    result = QIcon()
    for pixmap in _pixmaps(drawing, colour, size):
        result.addPixmap(pixmap)
    if checked:
        for pixmap in _pixmaps(drawing, checked, size):
            result.addPixmap(pixmap, QIcon.Mode.Normal, QIcon.State.On)
    return result


def _pixmaps(drawing: str, colour: str, size: int) -> Iterator[QPixmap]:
    renderer = QSvgRenderer(QByteArray(drawing.replace("currentColor", colour).encode()))
    for scale in _SCALES:
        pixmap = QPixmap(size * scale, size * scale)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        renderer.render(painter, QRectF(0, 0, size * scale, size * scale))
        painter.end()
        pixmap.setDevicePixelRatio(scale)
        yield pixmap
