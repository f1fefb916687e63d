"""Pictures made ready to be drawn, those that were drawn last."""

from __future__ import annotations

from collections import OrderedDict

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QImageReader, QPixmap

MOST = 600  # about 22 MB of small pictures
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


class PictureCache:
    """Decodes a picture when it is first drawn, and keeps those drawn last."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: OrderedDict[bytes, QPixmap | None] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def pixmap(self, picture: bytes) -> QPixmap | None:
        """Return a picture as it is drawn; None where it cannot be."""
        if picture in self._kept:
            self._kept.move_to_end(picture)
            return self._kept[picture]
        self._kept[picture] = made = decoded(picture)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return made
