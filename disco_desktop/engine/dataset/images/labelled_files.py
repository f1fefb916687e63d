"""Which pictures a path stands for, and what each shows, before any of them is opened."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from disco_desktop.engine.dataset.excerpt import excerpt, file_name
from disco_desktop.engine.dataset.images.known_labels import KnownLabels
from disco_desktop.engine.dataset.images.label_list import (
    UNLABELLED,
    apply_list,
    read_list,
)
from disco_desktop.engine.dataset.images.picture_files import (
    SUFFIXES,
    Found,
    PictureFile,
    find_pictures,
    shown_path,
)
from disco_desktop.engine.dataset.images.problem_list import Marked, problem
from disco_desktop.engine.dataset.images.whole_paths import find_named
from disco_desktop.engine.dataset.refused_file import FileRefusedError, refuse
from disco_desktop.engine.dataset.report import MENTIONED_ROWS

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from disco_desktop.engine.dataset.reader import Purpose
    from disco_desktop.engine.dataset.source_table import SourceTable
    from disco_desktop.engine.dataset.watcher import Watcher
    from disco_desktop.engine.task.image import ImageData

_LISTS = (".csv", ".tsv")
_MOST_LISTS = 16  # CSV files of a folder that are looked into


@dataclass(frozen=True)
class LabelledFiles:
    """Pictures that are to be decoded.

    Attributes:
        root: the folder that they lie below.
        files: sorted by path.
        outcomes: int16 (n,), place of each file's value, or UNLABELLED.
        is_wanted: bool (n,): where labels are needed, those that have one.
        depths: how many folders lead to the label's, itself included; zero where a list labels.
        unasked: pictures there that are not to be decoded.
        is_labelled: whether labels were asked for.
        kept_as: what the decoded pictures are kept under, where it is not the folder.
    """

    root: Path
    files: list[PictureFile]
    outcomes: npt.NDArray[np.int16]
    is_wanted: npt.NDArray[np.bool_]
    depths: list[int]
    unasked: list[PictureFile] = field(default_factory=list)
    is_labelled: bool = True
    kept_as: Path | None = None

    @classmethod
    def none(cls, root: Path) -> LabelledFiles:
        """Return what a path stands for that cannot be used."""
        nothing = np.zeros(0, dtype=np.bool_)
        return cls(root, [], np.zeros(0, dtype=np.int16), nothing, [])


def find_labelled(
    data: ImageData, path: Path, purpose: Purpose, marked: Marked, watcher: Watcher
) -> LabelledFiles:
    """Find the pictures behind a path and, unless they are to be predicted, their labels.

    Raises:
        FileRefusedError: there are none, or nobody can tell what they show.
    """
    with_label = purpose != "prediction"
    try:
        if path.is_dir():
            return _in_folder(data, path, marked, watcher, with_label=with_label)
        if not path.exists():
            raise refuse("data_missing", file_name(path))
        if not path.is_file():
            raise refuse("file_not_picture", file_name(path))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the name is not allowed"
        raise refuse("data_unreadable", file_name(path), reason=reason) from error
    if path.suffix.lower() in _LISTS:
        table = read_list(path, with_label=with_label)
        named = find_named(table)
        if named is not None:
            elsewhere = _from_list(data, *named, marked, with_label=with_label)
            return replace(elsewhere, kept_as=path)
        found = find_pictures(path.parent, watcher=watcher)
        return _from_list(data, found, table, marked, with_label=with_label)
    if path.suffix.lower() not in SUFFIXES:
        raise refuse("file_not_picture", file_name(path))
    if with_label:
        raise refuse("one_picture_only", file_name(path))
    status = path.stat()
    only = PictureFile(path.name, status.st_size, status.st_mtime_ns)
    return replace(_unlabelled(path.parent, [only]), kept_as=path)


def _in_folder(
    data: ImageData, folder: Path, marked: Marked, watcher: Watcher, *, with_label: bool
) -> LabelledFiles:
    found = find_pictures(folder, watcher=watcher)
    _tell_denied(found, marked)
    if not found.files:
        raise refuse("folder_without_pictures", file_name(folder))
    watcher.rows_read(len(found.files))
    if not with_label:
        return _unlabelled(folder, found.files)
    labelled = _by_folder(data, found)
    table = _list_in(found)
    if table is not None:
        return _from_list(data, found, table, marked, with_label=True)
    _tell_folders(data, found, labelled, marked)
    return labelled


def _unlabelled(root: Path, files: list[PictureFile]) -> LabelledFiles:
    return LabelledFiles(
        root=root,
        files=files,
        outcomes=np.full(len(files), UNLABELLED, dtype=np.int16),
        is_wanted=np.ones(len(files), dtype=np.bool_),
        depths=[0] * len(files),
        is_labelled=False,
    )


def _list_in(found: Found) -> SourceTable | None:
    """Return the list of labels that lies in the folder itself, if there is one."""
    paths = [path for path in found.others if "/" not in path and path.lower().endswith(_LISTS)]
    for path in paths[:_MOST_LISTS]:
        try:
            return read_list(found.root / path, with_label=True)
        except FileRefusedError:  # some other table
            continue
    return None


def _from_list(
    data: ImageData, found: Found, table: SourceTable, marked: Marked, *, with_label: bool
) -> LabelledFiles:
    """Label pictures by a list; those that it does not name are told of and not decoded."""
    if not found.files:
        raise refuse("folder_without_pictures", file_name(found.root))
    listed = apply_list(table, found.files, data.outcome, marked)
    is_unlisted = ~listed.is_listed
    unasked = [found.files[place] for place in np.flatnonzero(is_unlisted).tolist()]
    if unasked:
        names = [shown_path(file.path) for file in unasked[:MENTIONED_ROWS]]
        marked.tell(
            problem(
                "pictures_not_listed", "warning", count=len(unasked), file=table.file, files=names
            )
        )
    places = np.flatnonzero(listed.is_listed)
    if not len(places):
        raise refuse("list_without_pictures", table.file)
    outcomes = listed.outcomes[places]
    files = [found.files[place] for place in places.tolist()]
    marked.mark("listed_file_two_labels", files, listed.is_contradictory[places])
    return LabelledFiles(
        root=found.root,
        files=files,
        outcomes=outcomes,
        is_wanted=outcomes != UNLABELLED if with_label else np.ones(len(places), dtype=np.bool_),
        depths=[0] * len(places),
        unasked=unasked,
        is_labelled=with_label,
    )


def _by_folder(data: ImageData, found: Found) -> LabelledFiles:
    """Label pictures by the outermost folder on their way that is called like a label."""
    known = KnownLabels(data.outcome)
    outcomes = np.full(len(found.files), UNLABELLED, dtype=np.int16)
    depths = [0] * len(found.files)
    seen: dict[str, tuple[int, int]] = {}
    for place, file in enumerate(found.files):
        folder = file.path.rpartition("/")[0]
        if folder not in seen:
            seen[folder] = _label_of(folder, known)
        outcomes[place], depths[place] = seen[folder]
    return LabelledFiles(
        root=found.root,
        files=found.files,
        outcomes=outcomes,
        is_wanted=outcomes != UNLABELLED,
        depths=depths,
    )


def _label_of(folder: str, known: KnownLabels) -> tuple[int, int]:
    """Return the place of the value that a path of folders means, and how deep its folder is."""
    for depth, part in enumerate(folder.split("/"), start=1):
        place = known.place(part)
        if place is not None:
            return place, depth
    return UNLABELLED, 0


def _tell_folders(data: ImageData, found: Found, labelled: LabelledFiles, marked: Marked) -> None:
    """Tell of pictures that no folder labels, and of files that are no pictures."""
    is_unknown = labelled.outcomes == UNLABELLED
    is_loose = np.array(["/" not in file.path for file in found.files], dtype=np.bool_)
    unknown = np.flatnonzero(is_unknown & ~is_loose).tolist()
    folders = sorted({found.files[place].path.partition("/")[0] for place in unknown})
    known = [excerpt(value) for value in data.values]
    marked.mark("pictures_without_label", found.files, is_unknown & is_loose, known=known)
    marked.mark(
        "label_folders_unknown",
        found.files,
        is_unknown & ~is_loose,
        folders=[excerpt(folder) for folder in folders[: MENTIONED_ROWS + 1]],
        known=known,
    )
    strange = [path for path in found.others if "/" in path]
    if strange:
        names = [shown_path(path) for path in strange[:MENTIONED_ROWS]]
        marked.tell(problem("files_not_pictures", "warning", count=len(strange), files=names))


def _tell_denied(found: Found, marked: Marked) -> None:
    if found.denied:
        names = [shown_path(path) for path in found.denied[:MENTIONED_ROWS]]
        marked.tell(problem("folders_denied", "warning", count=len(found.denied), files=names))
