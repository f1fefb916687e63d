"""What the codes of problems in data mean: where they are and what to do about them."""

from __future__ import annotations

from disco_desktop.translation import Sentence, mark, mark_plural

DATA: dict[str, Sentence] = {
    # files
    "data_missing": mark("There is no file or folder called {file}. Check the path."),
    "data_unreadable": mark("{file} could not be opened: {reason}. Check your permissions."),
    "file_not_regular": mark(
        "{file} is not a regular file. Choose a CSV, Parquet or Excel file, or a folder of them."
    ),
    "file_of_other_kind": mark(
        "{file} is not a table that Disco can read. Choose a CSV, Parquet or Excel file, or a "
        "folder of them."
    ),
    "folder_without_tables": mark(
        "The folder {file} contains no CSV, Parquet or Excel file. Choose the folder with your "
        "table."
    ),
    "folder_too_large": mark(
        "The folder {file} contains more than {largest} files. Choose a smaller folder, or a "
        "single file."
    ),
    "file_unreadable": mark(
        "{file} could not be read: {reason}. Check your permissions and the disk."
    ),
    "file_empty": mark("{file} is empty. Choose the file with your table."),
    "file_not_text": mark(
        "{file} is named like a CSV file, but it does not contain a text table. Save it again "
        "as CSV."
    ),
    "file_damaged": mark(
        "{file} is damaged, protected by a password, or not the kind of file its name says. "
        "Open it in the program it came from and save it again."
    ),
    "file_too_large": mark(
        "{file} is larger than {largest_mib} MiB. Split it into smaller files and choose one "
        "of them."
    ),
    "sheet_too_large": mark(
        "A sheet of {file} extends to row {rows} and column {columns}, which is more than "
        "{largest} cells, empty ones included. Delete what lies far away from the table, or "
        "save the table as CSV."
    ),
    "file_mostly_broken": mark(
        "{file} has more than {most} rows that cannot be read. Open it in the program it came "
        "from and save it again as CSV."
    ),
    "table_too_large": mark(
        "{file} has more than {largest} cells in the columns that are needed. Split it into "
        "smaller files and choose one of them."
    ),
    # tables
    "columns_missing_but_similar": mark(
        "{file} lacks these columns: {columns}. Check the names in its first row. Similar "
        "names there: {similar}."
    ),
    "columns_missing": mark(
        "{file} lacks these columns: {columns}. Check the names in its first row."
    ),
    "column_twice": mark(
        "{file} has two columns called {column}, so it is not clear which one is meant. Rename "
        "or delete one of them."
    ),
    "no_rows": mark(
        "The table has a row of column names, but no data below it. Choose the file with your data."
    ),
    "no_usable_rows": mark_plural(
        "None of the {count} row can be used. Correct the cells named in the report, then try "
        "again.",
        "None of the {count} rows can be used. Correct the cells named in the report, then try "
        "again.",
        "count",
    ),
    "rows_all_equal": mark_plural(
        "Only {count} usable row, and no two that differ in the columns of this task, so none "
        "can be held out for validation. Add more data.",
        "Only {count} usable rows, and no two that differ in the columns of this task, so none "
        "can be held out for validation. Add more data.",
        "count",
    ),
    "one_outcome_only": mark_plural(
        'All {count} row to learn from have the same outcome, "{label}". A model needs '
        "examples of other outcomes too; add more data.",
        'All {count} rows to learn from have the same outcome, "{label}". A model needs '
        "examples of other outcomes too; add more data.",
        "count",
    ),
    "row_broken": mark_plural(
        "{count} row of {file} cannot be read because a quotation mark is missing or misplaced "
        "(line {lines}). This row is left out.",
        "{count} rows of {file} cannot be read because a quotation mark is missing or "
        "misplaced (line {lines}). These rows are left out.",
        "count",
    ),
    "row_wrong_length": mark_plural(
        "{count} row does not have {cells} cells like the first row of {file} (line {lines}). "
        "This row is left out.",
        "{count} rows do not have {cells} cells like the first row of {file} (line {lines}). "
        "These rows are left out.",
        "count",
    ),
    "row_with_zero_bytes": mark_plural(
        "{count} row of {file} contains bytes that do not belong in text (line {lines}). This "
        "row is left out; the file may be damaged.",
        "{count} rows of {file} contain bytes that do not belong in text (line {lines}). These "
        "rows are left out; the file may be damaged.",
        "count",
    ),
    "row_too_long": mark_plural(
        "{count} row of {file} is too long for a table (line {lines}). This row is left out.",
        "{count} rows of {file} are too long for a table (line {lines}). These rows are left out.",
        "count",
    ),
    "file_old_encoding": mark_plural(
        "{count} line of {file} is not in UTF-8 and was read as Windows-1252 (line {lines}). "
        "If accented letters look wrong, save the file as UTF-8.",
        "{count} lines of {file} are not in UTF-8 and were read as Windows-1252 (line "
        "{lines}). If accented letters look wrong, save the file as UTF-8.",
        "count",
    ),
    "cell_not_number": mark_plural(
        "{column}: {count} cell of {file} should contain a number, not text such as "
        '"{example}" (line {lines}). This row is left out.',
        "{column}: {count} cells of {file} should contain a number, not text such as "
        '"{example}" (line {lines}). These rows are left out.',
        "count",
    ),
    "cell_decimal_comma": mark_plural(
        '{column}: {count} number of {file} contains a comma, such as "{example}" (line '
        "{lines}). This row is left out; write numbers with a decimal point and without "
        "thousands separators: 3.5.",
        '{column}: {count} numbers of {file} contain a comma, such as "{example}" (line '
        "{lines}). These rows are left out; write numbers with a decimal point and without "
        "thousands separators: 3.5.",
        "count",
    ),
    "cell_too_large": mark_plural(
        '{column}: {count} number of {file} is too large to learn from, such as "{example}" '
        "(line {lines}). This row is left out.",
        '{column}: {count} numbers of {file} are too large to learn from, such as "{example}" '
        "(line {lines}). These rows are left out.",
        "count",
    ),
    "cell_missing": mark_plural(
        "{column}: {count} cell is empty in {file}, which this task does not allow (line "
        "{lines}). This row is left out.",
        "{column}: {count} cells are empty in {file}, which this task does not allow (line "
        "{lines}). These rows are left out.",
        "count",
    ),
    "cell_far_out": mark_plural(
        "{column}: {count} number of {file} is far outside the range this task expects, such "
        'as "{example}" (line {lines}). This row is used; check the unit.',
        "{column}: {count} numbers of {file} are far outside the range this task expects, such "
        'as "{example}" (line {lines}). These rows are used; check the unit.',
        "count",
    ),
    "cells_filled_center": mark_plural(
        "{column}: {count} cell is empty in {file}. Empty cells are replaced by the average.",
        "{column}: {count} cells are empty in {file}. Empty cells are replaced by the average.",
        "count",
    ),
    "cells_filled_zero": mark_plural(
        "{column}: {count} cell is empty in {file}. Empty cells are replaced by zero.",
        "{column}: {count} cells are empty in {file}. Empty cells are replaced by zero.",
        "count",
    ),
    "cells_filled_own": mark_plural(
        "{column}: {count} cell is empty in {file}. Empty cells are treated as unknown.",
        "{column}: {count} cells are empty in {file}. Empty cells are treated as unknown.",
        "count",
    ),
    "category_filled_own": mark_plural(
        "{column}: {count} cell has a value in {file} that this task does not know, such as "
        '"{example}" (line {lines}). It is treated as unknown. Known values: {known}.',
        "{column}: {count} cells have a value in {file} that this task does not know, such as "
        '"{example}" (line {lines}). It is treated as unknown. Known values: {known}.',
        "count",
    ),
    "category_unknown": mark_plural(
        "{column}: {count} row has a value in {file} that this task does not know, such as "
        '"{example}" (line {lines}). This row is left out. Known values: {known}.',
        "{column}: {count} rows have a value in {file} that this task does not know, such as "
        '"{example}" (line {lines}). These rows are left out. Known values: {known}.',
        "count",
    ),
    "values_respelt": mark_plural(
        "{column}: {count} cell differs in {file} from the task's values only in upper and "
        'lower case, such as "{example}" (line {lines}). It is treated as the same value. '
        "Known values: {known}.",
        "{column}: {count} cells differ in {file} from the task's values only in upper and "
        'lower case, such as "{example}" (line {lines}). They are treated as the same value. '
        "Known values: {known}.",
        "count",
    ),
    "column_unknown": mark(
        '{column}: the task knows none of the values in {file}, such as "{example}", so the '
        "whole column is treated as unknown. Check that this is the right file. Known values: "
        "{known}."
    ),
    "column_empty": mark(
        "{column}: the whole column is empty in {file}. Check that this is the right file."
    ),
    "outcome_missing": mark_plural(
        "{column}: {count} row has no outcome in {file} (line {lines}). This row is left out.",
        "{column}: {count} rows have no outcome in {file} (line {lines}). These rows are left out.",
        "count",
    ),
    "outcome_unknown": mark_plural(
        "{column}: {count} row has an outcome in {file} that this task does not know, such as "
        '"{example}" (line {lines}). This row is left out. Known outcomes: {known}.',
        "{column}: {count} rows have an outcome in {file} that this task does not know, such "
        'as "{example}" (line {lines}). These rows are left out. Known outcomes: {known}.',
        "count",
    ),
    "group_missing": mark_plural(
        "{column}: {count} row does not say in {file} which group it belongs to (line "
        "{lines}). This row is left out.",
        "{column}: {count} rows do not say in {file} which group they belong to (line "
        "{lines}). These rows are left out.",
        "count",
    ),
    "rows_repeated": mark_plural(
        "{count} row is a duplicate in the columns of this task. It is used; check that "
        "nothing was entered twice.",
        "{count} rows are duplicates in the columns of this task. They are used; check that "
        "nothing was entered twice.",
        "count",
    ),
    # pictures
    "file_not_picture": mark(
        "{file} is not a picture that Disco can read. Choose a folder of PNG, JPEG, WebP, "
        "TIFF, GIF or BMP pictures, or a CSV file that lists them."
    ),
    "folder_without_pictures": mark(
        "The folder {file} contains no PNG, JPEG, WebP, TIFF, GIF or BMP picture. Choose the "
        "folder with your pictures."
    ),
    "one_picture_only": mark(
        "{file} is a single picture without a label. Choose a folder with one folder of "
        "pictures per label."
    ),
    "list_without_pictures": mark(
        "None of the pictures listed in {file} is in or below its folder. Move the file into "
        "the folder with the pictures."
    ),
    "no_usable_pictures": mark_plural(
        "None of the {count} picture can be used. See the rest of the report, then try again.",
        "None of the {count} pictures can be used. See the rest of the report, then try again.",
        "count",
    ),
    "pictures_all_equal": mark_plural(
        "Only {count} usable picture, and none can be held out for validation because all are "
        "the same or belong together. Add more pictures.",
        "Only {count} usable pictures, and none can be held out for validation because all are "
        "the same or belong together. Add more pictures.",
        "count",
    ),
    "pictures_of_one_label": mark_plural(
        'All {count} picture to learn from have the same label, "{label}". A model needs '
        "examples of at least two labels; add more pictures.",
        'All {count} pictures to learn from have the same label, "{label}". A model needs '
        "examples of at least two labels; add more pictures.",
        "count",
    ),
    "pictures_without_label": mark_plural(
        "{count} picture is not in a label folder: {files}. It is left out; put each into a "
        "folder named after its label: {known}.",
        "{count} pictures are not in a label folder: {files}. They are left out; put each into "
        "a folder named after its label: {known}.",
        "count",
    ),
    "label_folders_unknown": mark_plural(
        "{count} picture is in folders that are not named after a label of this task: "
        "{folders}. It is left out. Known labels: {known}.",
        "{count} pictures are in folders that are not named after a label of this task: "
        "{folders}. They are left out. Known labels: {known}.",
        "count",
    ),
    "files_not_pictures": mark_plural(
        "{count} file is of a kind that Disco does not read as a picture: {files}. It is "
        "ignored; save it as PNG or JPEG if it should count.",
        "{count} files are of a kind that Disco does not read as a picture: {files}. They are "
        "ignored; save them as PNG or JPEG if they should count.",
        "count",
    ),
    "folders_denied": mark_plural(
        "{count} folder could not be opened: {files}. Check your permissions; the rest is used.",
        "{count} folders could not be opened: {files}. Check your permissions; the rest is used.",
        "count",
    ),
    "pictures_not_opened": mark_plural(
        "{count} picture could not be opened: {files}. It is left out; check your permissions "
        "and the disk.",
        "{count} pictures could not be opened: {files}. They are left out; check your "
        "permissions and the disk.",
        "count",
    ),
    "pictures_empty": mark_plural(
        "{count} file is empty: {files}. It is left out.",
        "{count} files are empty: {files}. They are left out.",
        "count",
    ),
    "pictures_unreadable": mark_plural(
        "{count} file is damaged or not a picture: {files}. It is left out; open it in another "
        "program and save it again.",
        "{count} files are damaged or not a picture: {files}. They are left out; open them in "
        "another program and save them again.",
        "count",
    ),
    "pictures_too_large": mark_plural(
        "{count} picture is too large to decode: {files}. It is left out; save it with fewer "
        "pixels.",
        "{count} pictures are too large to decode: {files}. They are left out; save them with "
        "fewer pixels.",
        "count",
    ),
    "pictures_tiny": mark_plural(
        "{count} picture has far fewer pixels than the task uses: {files}. It is used; check "
        "that it is not just a preview.",
        "{count} pictures have far fewer pixels than the task uses: {files}. They are used; "
        "check that they are not just previews.",
        "count",
    ),
    "pictures_repeated": mark_plural(
        "{count} picture is a duplicate: {files}. It is used; check that nothing was added twice.",
        "{count} pictures are duplicates: {files}. They are used; check that nothing was added "
        "twice.",
        "count",
    ),
    "pictures_contradictory": mark_plural(
        "{count} picture appears under more than one label: {files}. It is left out; decide "
        "what it shows.",
        "{count} pictures appear under more than one label: {files}. They are left out; decide "
        "what they show.",
        "count",
    ),
    "pictures_without_group": mark_plural(
        "The path of {count} picture does not say which group it belongs to: {files}. It is "
        "left out.",
        "The path of {count} pictures do not say which group they belong to: {files}. They are "
        "left out.",
        "count",
    ),
    "labels_without_pictures": mark_plural(
        "{count} label has no picture: {labels}. The model will not learn it here.",
        "{count} labels have no picture: {labels}. The model will not learn them here.",
        "count",
    ),
    "labels_rare": mark_plural(
        "{count} label has less than a twentieth as many pictures as {commonest}: {labels}. "
        "The model may never predict it; add pictures.",
        "{count} labels have less than a twentieth as many pictures as {commonest}: {labels}. "
        "The model may never predict them; add pictures.",
        "count",
    ),
    "labels_not_held_out": mark_plural(
        "No picture of {count} label is held out for validation: {labels}. The measured "
        "accuracy says nothing about it; add pictures.",
        "No picture of {count} labels is held out for validation: {labels}. The measured "
        "accuracy says nothing about them; add pictures.",
        "count",
    ),
    "pictures_not_listed": mark_plural(
        "{count} picture is not listed in {file}: {files}. It is left out.",
        "{count} pictures are not listed in {file}: {files}. They are left out.",
        "count",
    ),
    "listed_file_missing": mark_plural(
        "{file} lists {count} picture that does not exist: {files} (line {lines}). Check the "
        "names; the rest is used.",
        "{file} lists {count} pictures that do not exist: {files} (line {lines}). Check the "
        "names; the rest is used.",
        "count",
    ),
    "listed_file_ambiguous": mark_plural(
        "{count} name in {file} could mean more than one picture: {files} (line {lines}). This "
        "row is left out; write the folder before the name.",
        "{count} names in {file} could mean more than one picture: {files} (line {lines}). "
        "These rows are left out; write the folder before the name.",
        "count",
    ),
    "listed_file_twice": mark_plural(
        "{count} row of {file} lists a picture that an earlier row lists too: {files} (line "
        "{lines}). Each picture counts once.",
        "{count} rows of {file} list a picture that an earlier row lists too: {files} (line "
        "{lines}). Each picture counts once.",
        "count",
    ),
    "listed_file_two_labels": mark_plural(
        "{count} picture has two labels in the list: {files}. It is left out; decide what it "
        "shows.",
        "{count} pictures have two labels in the list: {files}. They are left out; decide what "
        "they show.",
        "count",
    ),
    "pictures_need_room": mark_plural(
        "{count} picture would take {needed_mib} MiB once decoded, and only {room_mib} MiB are "
        "free in {folder}. Free some space, or choose fewer pictures.",
        "{count} pictures would take {needed_mib} MiB once decoded, and only {room_mib} MiB "
        "are free in {folder}. Free some space, or choose fewer pictures.",
        "count",
    ),
    "cache_failed": mark(
        "Decoded pictures could not be saved in {folder}: {reason}. Check the disk and the "
        "free space, then try again."
    ),
    # texts
    "file_not_text_file": mark(
        "{file} is not a text file. Choose a file that ends in .txt, or a folder of such files."
    ),
    "folder_without_texts": mark(
        "The folder {file} and the folders below it contain no text file. Choose the folder "
        "with your .txt files."
    ),
    "text_empty": mark("{file} contains no text. It is left out."),
    "text_with_zero_bytes": mark_plural(
        "{count} line of {file} contains bytes that do not belong in text (line {lines}). This "
        "line is left out; the file may be damaged.",
        "{count} lines of {file} contain bytes that do not belong in text (line {lines}). "
        "These lines are left out; the file may be damaged.",
        "count",
    ),
    "text_too_short": mark_plural(
        "The text has {tokens} token, and at least {needed} are needed. Add more text.",
        "The text has {tokens} tokens, and at least {needed} are needed. Add more text.",
        "tokens",
    ),
    "no_usable_texts": mark("There is no usable line of text. Choose files that contain text."),
    "texts_all_equal": mark_plural(
        "Only {count} usable text, and no two that differ, so none can be held out for "
        "validation. Add more texts.",
        "Only {count} usable texts, and no two that differ, so none can be held out for "
        "validation. Add more texts.",
        "count",
    ),
    "too_many_prompts": mark(
        "There are more than {largest} lines to continue. Choose a smaller file."
    ),
    "tokens_not_kept": mark(
        "The prepared text could not be saved in {folder}: {reason}. Check the disk and the "
        "free space, then try again."
    ),
}
