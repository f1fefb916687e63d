"""What is the matter with a single cell, in the form of the catalogue."""

from __future__ import annotations

CELL_SENTENCES: dict[str, str] = {
    "cell_not_number": "This should be a number. The row is left out.",
    "cell_decimal_comma": "Write this number with a point. The row is left out.",
    "cell_too_large": "This number is too large to learn from. The row is left out.",
    "cell_missing": "This must not be empty. The row is left out.",
    "cell_far_out": "This is very far from what is expected. Check the unit; it is used.",
    "cells_filled_center": "This is empty and counts as average.",
    "cells_filled_zero": "This is empty and counts as zero.",
    "cells_filled_own": "This is empty and counts as not known.",
    "category_filled_own": "The task does not know this value. It counts as not known.",
    "category_unknown": "The task does not know this value. The row is left out.",
    "column_empty": "This is empty and is filled in.",
    "outcome_missing": "The outcome is missing. The row is left out.",
    "outcome_unknown": "The task does not know this outcome. The row is left out.",
    "pictures_without_label": "Nothing says what this shows. The picture is left out.",
    "label_folders_unknown": "The task does not know this label. The picture is left out.",
    "listed_file_two_labels": "The list gives two labels. The picture is left out.",
    "pictures_not_opened": "This could not be opened. It is left out.",
    "pictures_empty": "There is nothing in this file. It is left out.",
    "pictures_unreadable": "This is damaged or no picture. It is left out.",
    "pictures_too_large": "This is too large to be decoded. It is left out.",
    "pictures_tiny": "This has very few pixels. It is used.",
    "pictures_repeated": "The same picture is there more than once. It is used.",
    "pictures_contradictory": "The same picture has another label too. It is left out.",
    "pictures_without_group": "Its path does not say to whom it belongs. It is left out.",
    "group_missing": "It is not said whom this belongs to. The row is left out.",
}
