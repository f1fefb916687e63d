"""A picture with two lines below it, as the gallery draws it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from disco_desktop.gui.icons import icon
from disco_desktop.gui.item_models.pictures import PICTURE, TILE
from disco_desktop.gui.theme.tokens import RADIUS, SMALL, TINY
from disco_desktop.gui.widgets.picture_cache import PictureCache
from disco_desktop.gui.widgets.text import font_of

if TYPE_CHECKING:
    from PySide6.QtGui import QPixmap
    from PySide6.QtWidgets import QWidget

    from disco_desktop.gui.item_models.pictures import Tile
    from disco_desktop.gui.theme.theme import Theme

PICTURE_SIDE = 104
_SIGN = 16
_SPARE = SMALL  # around a tile
_BLURRED = 2.0  # enlarged by more than this, pixels are shown as they are


class PictureDelegate(QStyledItemDelegate):
    """Draws tiles: the picture in the middle of a square, whatever its proportions."""

    def __init__(self, theme: Theme, view: QWidget) -> None:
        super().__init__(view)
        self._theme = theme
        self.cache = PictureCache()
        self._title = font_of(view, "small")
        self._title.setWeight(self._title.Weight.DemiBold)
        self._text = font_of(view, "small")

    def tile_size(self) -> QSize:
        """Return room for the picture and the two lines."""
        lines = QFontMetrics(self._title).height() + QFontMetrics(self._text).height()
        width = PICTURE_SIDE + 2 * SMALL + _SPARE
        return QSize(width, PICTURE_SIDE + lines + 2 * SMALL + TINY + _SPARE)

    def sizeHint(  # noqa: N802
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """Return the size that all tiles have."""
        return self.tile_size()

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Draw a tile."""
        if not index.flags() & Qt.ItemFlag.ItemIsEnabled:
            return  # there is no picture at the end of the last line
        tokens = self._theme.tokens
        tile: Tile | None = index.data(TILE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        half = _SPARE / 2
        area = QRectF(option.rect).adjusted(half, half, -half, -half)
        state = option.state
        is_at = bool(state & QStyle.StateFlag.State_HasFocus)
        is_chosen = is_at or bool(state & QStyle.StateFlag.State_Selected)
        is_hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        edge = tokens.accent if is_chosen or is_hovered else tokens.border
        painter.setPen(QPen(QColor(edge), 2 if is_chosen else 1))
        painter.setBrush(QColor(tokens.accent_soft if is_chosen else tokens.surface))
        painter.drawRoundedRect(area, RADIUS, RADIUS)
        left = area.center().x() - PICTURE_SIDE / 2
        square = QRectF(left, area.top() + SMALL, PICTURE_SIDE, PICTURE_SIDE)
        pixmap = self.cache.pixmap(index.data(PICTURE) or b"")
        if pixmap is not None:
            draw_fitting(painter, square, pixmap)
        else:
            self._draw_nothing(painter, square, is_missing=tile is not None)
        if tile is not None:
            below = area.adjusted(SMALL, PICTURE_SIDE + SMALL + TINY, -SMALL, 0)
            self._draw_words(painter, below, tile)
        painter.restore()

    def _draw_nothing(self, painter: QPainter, square: QRectF, *, is_missing: bool) -> None:
        """Draw an empty field while a picture is read, with a sign where it cannot be."""
        tokens = self._theme.tokens
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.sunken))
        painter.drawRoundedRect(square, 4, 4)
        if is_missing:
            sign = QRectF(0, 0, 28, 28)
            sign.moveCenter(square.center())
            drawn = icon("file", tokens.muted, size=28).pixmap(28, 28)
            painter.drawPixmap(sign.topLeft(), drawn)

    def _draw_words(self, painter: QPainter, area: QRectF, tile: Tile) -> None:
        tokens = self._theme.tokens
        colour = QColor(getattr(tokens, tile.tone) if tile.tone else tokens.text)
        painter.setFont(self._title)
        metrics = painter.fontMetrics()
        line = QRectF(area.left(), area.top(), area.width(), metrics.height())
        if tile.sign:
            sign = icon(tile.sign, colour.name(), size=_SIGN).pixmap(_SIGN, _SIGN)
            top = line.center().y() - _SIGN / 2
            painter.drawPixmap(QRectF(line.left(), top, _SIGN, _SIGN).topLeft(), sign)
            line.setLeft(line.left() + _SIGN + TINY)
        painter.setPen(colour)
        self._draw_line(painter, line, tile.title)
        painter.setFont(self._text)
        painter.setPen(QColor(tokens.muted))
        second = QRectF(area.left(), line.bottom(), area.width(), painter.fontMetrics().height())
        self._draw_line(painter, second, tile.text)

    @staticmethod
    def _draw_line(painter: QPainter, line: QRectF, text: str) -> None:
        middle = Qt.TextElideMode.ElideMiddle
        shown = painter.fontMetrics().elidedText(text, middle, int(line.width()))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(line, flags, shown)


def draw_fitting(painter: QPainter, square: QRectF, pixmap: QPixmap) -> None:
    """Draw the whole picture as large as it fits, its proportions kept."""
    size = pixmap.size().toSizeF().scaled(square.size(), Qt.AspectRatioMode.KeepAspectRatio)
    target = QRectF(square.topLeft(), size)
    target.moveCenter(square.center())
    is_smooth = size.width() < _BLURRED * pixmap.width()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, is_smooth)
    painter.drawPixmap(target, pixmap, QRectF(pixmap.rect()))
