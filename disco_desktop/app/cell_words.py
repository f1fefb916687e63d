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
    "group_missing": "It is not said whom this belongs to. The row is left out.",
}
