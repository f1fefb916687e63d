"""What data a task needs, in words, before any are chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QFontDatabase

from disco_desktop.app.words.inert_text import inert
from disco_desktop.engine.task.image import FolderGroup, ImageData, NameGroup
from disco_desktop.engine.task.tabular import TabularData
from disco_desktop.gui.theme.tokens import LARGE, SMALL
from disco_desktop.gui.widgets.card import Card, column
from disco_desktop.gui.widgets.data_table import PlainTable
from disco_desktop.gui.widgets.text import Facts, Text
from disco_desktop.gui.wording import count
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from collections.abc import Mapping

    from disco_desktop.app.library.data import Purpose
    from disco_desktop.engine.task.data import Data
    from disco_desktop.engine.task.text import TextData
    from disco_desktop.gui.item_models.data import ExpectedColumnsModel

_MOST_FOLDERS = 3  # of the example
_MOST_LABELS = 1_200  # characters of their list


class ExpectedData(Card):
    """A table's columns, the folders of pictures, or what text files should be."""

    def __init__(self, columns: ExpectedColumnsModel, purpose: Purpose) -> None:
        self._purpose = purpose
        self._columns = columns
        self._words = Text(tone="muted")
        self._table = PlainTable(columns, tr("Expected columns"), stretched=1)
        self._example = Text(is_wrapped=False, is_selectable=True)
        self._example.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._facts = Facts()
        super().__init__(
            column(
                Text(tr("Expected data"), size="strong"),
                self._words, self._table, self._example, self._facts,
                spacing=SMALL,
            ),
            margin=LARGE,
        )  # fmt: skip

    def show_data(self, data: Data, example: Mapping[str, str]) -> None:
        """Show what a task needs, with an example of a row where it is a table."""
        with_outcome = self._purpose != "prediction"
        is_table = isinstance(data, TabularData)
        self._columns.show_columns(data, example, with_outcome=with_outcome)
        self._table.setVisible(is_table)
        self._facts.setVisible(not is_table)
        shown = ""
        match data:
            case TabularData():
                self._words.setText(self._table_words())
            case ImageData():
                self._words.setText(self._picture_words())
                self._facts.show_facts(self._picture_facts(data))
                shown = self._folders(data) if with_outcome else ""
            case _:
                self._words.setText(self._text_words(data))
                self._facts.show_facts(self._text_facts(data))
        self._example.setText(shown)
        self._example.setVisible(bool(shown))

    # --- tables

    def _table_words(self) -> str:
        return {
            "training": tr(
                "A table with these columns, named in its first row, in any order. Other "
                "columns are ignored."
            ),
            "test": tr("A table with these columns, ideally rows the model has not seen."),
            "prediction": tr(
                "A table with these columns. The outcome is not needed and is ignored."
            ),
        }[self._purpose]

    # --- pictures

    def _picture_words(self) -> str:
        by_label = tr(
            "A folder with one folder per label, named as below; deeper folders belong to "
            "the label above them. Or a CSV file with the columns “filename” and “label”, "
            "next to the pictures."
        )
        if self._purpose == "prediction":
            return tr("A folder of pictures, including its subfolders. No labels are needed.")
        if self._purpose == "test":
            return "\n".join((by_label, tr("Ideally pictures the model has not seen.")))
        return by_label

    def _folders(self, data: ImageData) -> str:
        """Draw what such a folder looks like."""
        values = data.values[:_MOST_FOLDERS]
        lines = [tr("your folder")]
        for place, value in enumerate(values):
            is_last = place == len(data.values) - 1
            lines.append(f"  {'└' if is_last else '├'}─ {inert(value, longest=40)}/ …")
        if len(data.values) > len(values):
            lines.append("  └─ …")
        return "\n".join(lines)

    def _picture_facts(self, data: ImageData) -> list[tuple[str, str]]:
        pairs = zip(data.values, data.labels, strict=True)
        labels = ", ".join(
            inert(value) if value == label else f"{inert(value)} = {inert(label)}"
            for value, label in pairs
        )
        if len(labels) > _MOST_LABELS:
            labels = labels[:_MOST_LABELS] + "…"
        size = {
            "fit": tr("padded with black"),
            "crop": tr("cropped from the center"),
            "stretch": tr("stretched"),
        }[data.resize]
        brought = tr("any; resized to {width} × {height} pixels, {how}, {colours}").format(
            width=count(data.width),
            height=count(data.height),
            how=size,
            colours=tr("in grayscale") if data.channels == 1 else tr("in colour"),
        )
        facts = [
            (tr("Labels"), labels),
            (tr("Files"), tr("PNG, JPEG, WebP, TIFF, GIF (first frame)")),
            (tr("Size"), brought),
        ]
        if self._purpose == "prediction":
            del facts[0]
        elif data.group is not None:
            facts.append((tr("Groups"), self._group_words(data.group)))
        return facts

    def _group_words(self, group: FolderGroup | NameGroup) -> str:
        match group:
            case FolderGroup():
                return tr(
                    "pictures in one folder, {level} below the label's; a group is never "
                    "split between training and validation"
                ).format(level=count(group.level))
        return tr(
            "pictures whose names are the same up to “{separator}”, counted {parts} from "
            "the left; a group is never split between training and validation"
        ).format(separator=inert(group.separator), parts=count(group.parts))

    # --- texts

    def _text_words(self, data: TextData) -> str:
        if data.unit == "lines":
            return tr("One or more text files, with one text per line.")
        return tr("One or more text files, of any length.")

    def _text_facts(self, data: TextData) -> list[tuple[str, str]]:
        return [
            (tr("Files"), tr("a .txt file, or a folder of such files")),
            (
                tr("Read as"),
                tr("tokens (parts of words), {context} at a time").format(
                    context=count(data.context)
                ),
            ),
        ]
