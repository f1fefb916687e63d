"""Pictures made ready to be drawn, those that were drawn last."""

from __future__ import annotations

from collections import OrderedDict

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QImageReader, QPixmap

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
