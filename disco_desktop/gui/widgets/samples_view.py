"""The samples of somebody's data: a table of rows, or a gallery where they are pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from disco_desktop.gui.dialogs.picture import PictureDialog
from disco_desktop.gui.item_models.pictures import PicturesModel
from disco_desktop.gui.widgets.data_table import DataTable
from disco_desktop.gui.widgets.gallery import Gallery
from disco_desktop.gui.widgets.layout import column

if TYPE_CHECKING:
    from disco_desktop.app.paged_rows import PagedRows
    from disco_desktop.gui.dialogs.picture import Details, ReadLarge
    from disco_desktop.gui.errands import Errands
    from disco_desktop.gui.item_models.pictures import TileOf
    from disco_desktop.gui.item_models.rows import RowsModel
    from disco_desktop.gui.theme.theme import Theme


class SamplesView(QWidget):
    """Shows rows in the form that suits them."""

    def __init__(
        self,
        theme: Theme,
        model: RowsModel,
        name: str,
        *,
        tile_of: TileOf,
        details: Details,
        read_large: ReadLarge,
        errands: Errands,
    ) -> None:
        super().__init__()
        self._theme = theme
        self._details = details
        self._read_large = read_large
        self._errands = errands
        self._rows_model = model
        self.pictures = PicturesModel(tile_of)
        self.table = DataTable(theme, model, name)
        self.gallery = Gallery(theme, self.pictures, name)
        self.gallery.opened.connect(self._enlarge)
        self.gallery.hide()
        self.setLayout(column(self.table, self.gallery, spacing=0))

    @property
    def rows(self) -> PagedRows | None:
        """What is shown."""
        return self.pictures.rows or self._rows_model.rows

    def show_rows(self, rows: PagedRows | None) -> None:
        """Show rows, or none; called again, it shows that others are looked at."""
        has_pictures = rows is not None and rows.shape.has_pictures
        table, gallery = self._rows_model, self.pictures
        self.table.setVisible(not has_pictures)
        self.gallery.setVisible(has_pictures)
        # One of the two lets go of the rows before the other takes them up.
        first, second = (table, gallery) if has_pictures else (gallery, table)
        first.show_rows(None)
        second.show_rows(rows)

    def show_row(self, number: int) -> None:
        """Scroll to a row, select it, and go there with the keyboard too."""
        if self.pictures.rows is not None:
            self.gallery.show_picture(number)
        else:
            self.table.show_row(number)

    def _enlarge(self, number: int) -> None:
        dialog = PictureDialog(
            self._theme, self.pictures, self._details, self._read_large, self._errands,
            self.window(),
        )  # fmt: skip
        dialog.finished.connect(lambda _: self.gallery.show_picture(dialog.number))
        dialog.show_picture(number)
        dialog.open()
