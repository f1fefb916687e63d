"""The gallery: real JPEGs, drawn, gone through with the keyboard, shown large."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPixmap

from disco_desktop.gui.data_words import OutcomeTiles, checked_tile
from disco_desktop.gui.dialogs.picture import PictureDialog
from disco_desktop.gui.item_models.pictures import PicturesModel
from disco_desktop.gui.item_models.rows import RowsModel
from disco_desktop.gui.widgets.gallery import Gallery, SamplesView
from disco_desktop.gui.widgets.pictures import PictureCache, decoded
from tests.gui.conftest import eventually
from tests.gui.pictures import checked, jpeg, paged

PICTURES = [checked(number) for number in range(100)]


@pytest.fixture
def gallery(theme, qtbot) -> Gallery:
    made = Gallery(theme, PicturesModel(checked_tile), "Pictures")
    qtbot.addWidget(made)
    made.resize(700, 560)
    made.show()
    return made


async def shown(gallery: Gallery, rows) -> None:
    gallery.pictures.show_rows(rows)
    gallery.grab()
    await eventually(lambda: rows.known_row(0) is not None)


def test_only_a_picture_becomes_one(qapp):
    pixmap = decoded(jpeg(3, width=30, height=20))
    assert (pixmap.width(), pixmap.height()) == (30, 20)
    colour = QColor(pixmap.toImage().pixel(10, 10))
    assert abs(colour.hue() - 111) < 8
    assert decoded(b"") is None
    assert decoded(b"\xff\xd8 not really") is None
    assert decoded(b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>") is None


@pytest.mark.qt_log_ignore("JPEG")
def test_a_picture_that_is_cut_is_none(qapp):
    assert decoded(jpeg(0)[:60]) is None


def test_a_picture_larger_than_agreed_is_not_decoded(qapp):
    assert decoded(jpeg(0, width=3_000, height=10)) is None


def test_no_more_pictures_are_kept_than_agreed(qapp):
    cache = PictureCache(104, most=3)
    first = cache.pixmap(jpeg(0))
    for number in range(1, 3):
        cache.pixmap(jpeg(number))
    assert cache.pixmap(jpeg(0)) is first
    cache.pixmap(jpeg(3))
    assert len(cache) == 3
    assert cache.pixmap(jpeg(0)) is first
    assert isinstance(cache.pixmap(jpeg(1)), QPixmap)
    assert cache.pixmap(b"none") is None


def test_a_picture_keeps_its_proportions_and_the_screens_sharpness(qapp):
    made = PictureCache(100).pixmap(jpeg(0, width=30, height=20), 2.0)
    assert (made.width(), made.height()) == (200, 133)
    assert made.deviceIndependentSize().width() == 100
    tall = PictureCache(100).pixmap(jpeg(0, width=4, height=500))
    assert (tall.width(), tall.height()) == (1, 100)


async def test_pictures_are_drawn_as_they_are(gallery):
    rows = paged(PICTURES)
    await shown(gallery, rows)

    def hue(number: int) -> int:
        place = gallery.visualRect(gallery.pictures.place(number))
        image = gallery.viewport().grab().toImage()
        return image.pixelColor(place.center().x(), place.top() + 60).hue()

    for number in (0, 1, 2):
        expected = QColor.fromHsv(number * 37 % 360, 200, 220).hue()
        # Not all are decoded in the first frame.
        await eventually(lambda number=number, hue_=expected: abs(hue(number) - hue_) < 10)
    await rows.close()


async def test_as_many_stand_in_a_line_as_there_is_room_for(gallery):
    rows = paged(PICTURES)
    await shown(gallery, rows)
    model = gallery.pictures
    before = model.across
    gallery.show_picture(57)
    gallery.resize(420, 560)
    assert model.across < before
    assert model.number(gallery.currentIndex()) == 57
    widths = sum(gallery.columnWidth(place) for place in range(model.across))
    assert widths == gallery.viewport().width()
    await rows.close()


async def test_the_arrows_go_from_line_to_line(gallery, qtbot):
    rows = paged(PICTURES)
    await shown(gallery, rows)
    model, across = gallery.pictures, gallery.pictures.across
    gallery.show_picture(across - 1)
    visited = []
    for key in (
        Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Up,
        Qt.Key.Key_End, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_Home,
    ):  # fmt: skip
        qtbot.keyClick(gallery, key)
        visited.append(model.number(gallery.currentIndex()))
    page = across * (gallery.viewport().height() // gallery.rowHeight(0))
    assert visited == [
        across, across - 1, 2 * across - 1, across - 1, across - 1, 99, 99, 99, 99 - page, 0,
    ]  # fmt: skip
    await rows.close()


async def test_enter_and_a_double_click_open_a_picture(gallery, qtbot):
    rows = paged(PICTURES)
    await shown(gallery, rows)
    opened = []
    gallery.opened.connect(opened.append)
    gallery.show_picture(2)
    qtbot.keyClick(gallery, Qt.Key.Key_Return)
    place = gallery.visualRect(gallery.pictures.place(1)).center()
    qtbot.mouseClick(gallery.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseDClick(gallery.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert opened == [2, 1]
    await rows.close()


async def test_it_is_drawn_in_both_themes(gallery, theme):
    rows = paged(PICTURES)
    await shown(gallery, rows)
    light = gallery.grab().toImage()
    theme.choose("dark")
    assert gallery.grab().toImage() != light
    await rows.close()


@pytest.fixture
def asked() -> list[int]:
    return []


@pytest.fixture
def view(theme, errands, home_window, asked) -> SamplesView:
    async def read_large(number: int) -> bytes:
        asked.append(number)
        return jpeg(number, width=600, height=400)

    made = SamplesView(
        theme, RowsModel(), "Rows", tile_of=checked_tile, details=OutcomeTiles().details,
        read_large=read_large, errands=errands,
    )  # fmt: skip
    home_window.setCentralWidget(made)
    home_window.show()
    return made


async def test_a_table_or_a_gallery_as_it_suits(view):
    assert view.table.isVisible()
    rows = paged(PICTURES)
    view.show_rows(rows)
    assert view.gallery.isVisible()
    assert not view.table.isVisible()
    assert view.rows is rows
    view.show_row(7)
    assert view.pictures.number(view.gallery.currentIndex()) == 7
    view.show_rows(None)
    assert view.rows is None
    await rows.close()


async def test_a_picture_is_shown_large_with_what_is_known_of_it(view, asked, qtbot):
    rows = paged(PICTURES)
    view.show_rows(rows)
    view.gallery.opened.emit(3)
    dialog = view.window().findChild(PictureDialog)
    await eventually(lambda: dialog._picture.pixmap is not None)
    await eventually(lambda: dialog._picture.pixmap.width() == 600)
    assert asked == [3]
    assert dialog._title.text() == "cat"
    assert dialog._place.text() == "4 of 100"
    assert dialog._title.textFormat() == Qt.TextFormat.PlainText
    dialog._after.trigger()
    assert dialog._title.text() == "left out"
    assert dialog._picture.pixmap is None
    dialog._before.trigger()
    dialog._before.trigger()
    await eventually(lambda: asked == [3, 4, 3, 2])
    dialog.accept()
    assert view.pictures.number(view.gallery.currentIndex()) == 2
    await rows.close()


async def test_the_picture_is_closed_when_others_are_looked_at(view):
    rows = paged(PICTURES)
    view.show_rows(rows)
    view.gallery.opened.emit(99)
    dialog = view.window().findChild(PictureDialog)
    assert dialog.isVisible()
    view.show_rows(None)
    assert not dialog.isVisible()
    await rows.close()
