"""Pictures as the gallery draws them, kept ready while they are looked at."""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QBuffer,
    QByteArray,
    QIODevice,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFontMetrics, QImageReader, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from disco_desktop.gui.item_models.pictures import PICTURE, TILE
from disco_desktop.gui.theme.theme import icon
from disco_desktop.gui.theme.tokens import RADIUS, SMALL, TINY
from disco_desktop.gui.widgets.text import font_of

if TYPE_CHECKING:
    from PySide6.QtGui import QIcon
    from PySide6.QtWidgets import QWidget

    from disco_desktop.gui.item_models.pictures import Tile
    from disco_desktop.gui.theme.theme import Theme

MOST = 600  # about 26 MB of small pictures on a plain screen
_BLURRED = 2.0  # times larger, from which on single pixels are to be seen
_BEGINNING = b"\xff\xd8\xff"  # of each JPEG
LARGEST_SIDE = 2_048  # pixels; what is sent is smaller


def decoded(picture: bytes) -> QPixmap | None:
    """Return a JPEG as it is drawn; None where it is none, or too large to have been sent."""
    if not picture.startswith(_BEGINNING):
        return None  # Qt would warn of it, though the sender is to blame
    buffer = QBuffer()
    buffer.setData(QByteArray(picture))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(b"jpeg"))
    size = reader.size()
    if not size.isValid() or max(size.width(), size.height()) > LARGEST_SIDE:
        return None
    image = reader.read()
    return None if image.isNull() else QPixmap.fromImage(image)


def fitted(pixmap: QPixmap, side: int, ratio: float = 1.0) -> QPixmap:
    """Return the whole picture as large as it fits into a square, its proportions kept.

    Args:
        pixmap: the picture.
        side: of the square, in device-independent pixels.
        ratio: of the screen's pixels to those.
    """
    size = pixmap.size().scaled(
        round(side * ratio), round(side * ratio), Qt.AspectRatioMode.KeepAspectRatio
    )
    is_blurred = size.width() < _BLURRED * pixmap.width()  # else pixels are shown as they are
    mode = Qt.TransformationMode
    made = pixmap.scaled(
        size.expandedTo(QSize(1, 1)),
        Qt.AspectRatioMode.IgnoreAspectRatio,
        mode.SmoothTransformation if is_blurred else mode.FastTransformation,
    )
    made.setDevicePixelRatio(ratio)
    return made


class PictureCache:
    """Decodes a picture when it is first drawn, brings it to its size, and keeps those drawn last.

    To scale a picture each time it is drawn takes three milliseconds, and a hundred are in sight.
    """

    def __init__(self, side: int, most: int = MOST) -> None:
        self._side = side
        self._most = most
        self._kept: OrderedDict[tuple[bytes, float], QPixmap | None] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def knows(self, picture: bytes, ratio: float = 1.0) -> bool:
        """Tell whether a picture is ready."""
        return (picture, ratio) in self._kept

    def pixmap(self, picture: bytes, ratio: float = 1.0) -> QPixmap | None:
        """Return a picture as it is drawn on a screen; None where it cannot be."""
        key = (picture, ratio)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        whole = decoded(picture)
        made = fitted(whole, self._side, ratio) if whole is not None else None
        self._kept[key] = made
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return made


PICTURE_SIDE = 104
_SIGN = 16
_DECODING = 0.012  # seconds of a frame
_SPARE = SMALL  # around a tile


class PictureDelegate(QStyledItemDelegate):
    """Draws tiles: the picture in the middle of a square, whatever its proportions.

    Attributes:
        is_late: whether pictures of this frame were put off to the next.
    """

    def __init__(self, theme: Theme, view: QWidget) -> None:
        super().__init__(view)
        self._theme = theme
        self.is_late = False
        self._until = float("inf")
        self._signs: dict[tuple[str, str], QIcon] = {}
        self.cache = PictureCache(PICTURE_SIDE)
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
        pixmap, is_late = self._pixmap(index, painter.device().devicePixelRatioF())
        if pixmap is not None:
            target = QRectF(QPointF(), pixmap.deviceIndependentSize())
            target.moveCenter(square.center())
            painter.drawPixmap(target.topLeft().toPoint(), pixmap)
        else:
            self._draw_nothing(painter, square, is_missing=tile is not None and not is_late)
        if tile is not None:
            below = area.adjusted(SMALL, PICTURE_SIDE + SMALL + TINY, -SMALL, 0)
            self._draw_words(painter, below, tile)
        painter.restore()

    def begin_frame(self) -> None:
        """Decode for a while from now on, and put off what is left."""
        self.is_late = False
        self._until = time.perf_counter() + _DECODING

    def _pixmap(
        self, index: QModelIndex | QPersistentModelIndex, ratio: float
    ) -> tuple[QPixmap | None, bool]:
        """Return a picture, and whether it was put off: a new page has more than fit in a frame."""
        picture = index.data(PICTURE) or b""
        if picture and not self.cache.knows(picture, ratio) and time.perf_counter() > self._until:
            self.is_late = True
            return None, True
        return self.cache.pixmap(picture, ratio), False

    def _draw_nothing(self, painter: QPainter, square: QRectF, *, is_missing: bool) -> None:
        """Draw an empty field while a picture is read, with a sign where it cannot be."""
        tokens = self._theme.tokens
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.sunken))
        painter.drawRoundedRect(square, 4, 4)
        if is_missing:
            sign = QRectF(0, 0, 28, 28)
            sign.moveCenter(square.center())
            self._draw_sign(painter, sign, "file", tokens.muted)

    def _draw_words(self, painter: QPainter, area: QRectF, tile: Tile) -> None:
        tokens = self._theme.tokens
        colour = QColor(getattr(tokens, tile.tone) if tile.tone else tokens.text)
        painter.setFont(self._title)
        metrics = painter.fontMetrics()
        line = QRectF(area.left(), area.top(), area.width(), metrics.height())
        if tile.sign:
            top = line.center().y() - _SIGN / 2
            sign = QRectF(line.left(), top, _SIGN, _SIGN)
            self._draw_sign(painter, sign, tile.sign, colour.name())
            line.setLeft(line.left() + _SIGN + TINY)
        painter.setPen(colour)
        self._draw_line(painter, line, tile.title)
        painter.setFont(self._text)
        painter.setPen(QColor(tokens.muted))
        second = QRectF(area.left(), line.bottom(), area.width(), painter.fontMetrics().height())
        self._draw_line(painter, second, tile.text)

    def _draw_sign(self, painter: QPainter, area: QRectF, name: str, colour: str) -> None:
        """Draw an icon, made once for each colour."""
        key = (name, colour)
        if key not in self._signs:
            self._signs[key] = icon(name, colour, size=int(area.width()))
        self._signs[key].paint(painter, area.toRect())

    @staticmethod
    def _draw_line(painter: QPainter, line: QRectF, text: str) -> None:
        middle = Qt.TextElideMode.ElideMiddle
        shown = painter.fontMetrics().elidedText(text, middle, int(line.width()))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(line, flags, shown)
