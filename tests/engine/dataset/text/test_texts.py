from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest

from disco_desktop.engine.cache_folder import cache_folder
from disco_desktop.engine.dataset.dataset import (
    check_data,
    load_dataset,
    load_labelled,
    load_unlabelled,
)
from disco_desktop.engine.dataset.preprocessing import NumericPreparation, Preprocessing
from disco_desktop.engine.dataset.share import Share
from disco_desktop.engine.dataset.text import text_lines, token_writing
from disco_desktop.engine.dataset.text.text_examination import examine_texts
from disco_desktop.engine.dataset.text.text_reader import NOTHING_FITTED
from disco_desktop.engine.dataset.text.tokenizer import END_OF_TEXT, decode, encode
from disco_desktop.engine.dataset.watcher import Watcher
from disco_desktop.engine.default_tasks.registry import task_provider
from disco_desktop.engine.errors import DataError
from disco_desktop.engine.task.text import PADDING, TextData
from disco_desktop.resource_files import resource

if TYPE_CHECKING:
    from pathlib import Path

    from disco_desktop.engine.task.task import Task

CONTEXT = 8
RUNNING = TextData(context=CONTEXT)
LINES = TextData(context=CONTEXT, unit="lines")
SPEECH = resource("tasks", "wikitext", "sample", "1863_abraham_lincoln_r.txt")
ODD = "Köln, 東京 🙂🙂\n\n\n   two\tor  three\r\n\r\n'tis we'll \u00a0 x\n"


def task_with(data: TextData) -> Task:
    return msgspec.structs.replace(task_provider("wikitext").get_task(), data=data)


def write(path: Path, content: bytes | str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def codes(task: Task, path: Path) -> dict[str, int]:
    return {problem.code: problem.count for problem in check_data(task, path).problems}


def test_tokens_are_gpt2s_and_lead_back_to_the_text() -> None:
    (tokens,) = encode(["Hello world, it's 2026.<|endoftext|>"])
    assert tokens[:3] == [15496, 995, 11]  # as OpenAI's own encoder has them
    assert END_OF_TEXT not in tokens
    assert decode(encode([ODD])[0]) == ODD


def test_running_text_is_packed_without_a_gap(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "One two three four five six seven eight nine ten. " * 4)
    write(tmp_path / "deep" / "b.TXT", "Nothing is left out here, not even the end of it all.")
    (tmp_path / "c.csv").write_text("ignored")
    texts = [path.read_text() for path in (tmp_path / "a.txt", tmp_path / "deep" / "b.TXT")]
    expected = [[*ids, END_OF_TEXT] for ids in encode(texts)]
    joined = [*expected[0], *expected[1]]
    blocks = examine_texts(RUNNING, tmp_path).blocks
    assert blocks.dtype == np.uint16
    whole = len(joined) // (CONTEXT + 1) * (CONTEXT + 1)
    assert blocks.ravel().tolist() == joined[:whole]


@pytest.mark.parametrize("piece", [64, 1_000])
def test_reading_in_pieces_gives_the_tokens_of_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece: int
) -> None:
    text = (SPEECH.read_text() + ODD) * 2
    path = write(tmp_path / "a.txt", text)
    monkeypatch.setattr(token_writing, "_PIECE", piece)
    monkeypatch.setattr(text_lines, "LONGEST_PIECE", 4 * piece)
    examination = examine_texts(RUNNING, path)
    expected = [*encode([text.replace("\r\n", "\n")])[0], END_OF_TEXT]
    assert examination.tokens == len(expected)
    assert examination.blocks.ravel().tolist() == expected[: examination.blocks.size]


def test_a_huge_line_without_any_space_is_read_in_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_lines, "LONGEST_PIECE", 1_000)
    text = "é東🙂" * 2_000
    path = write(tmp_path / "a.txt", text)
    examination = examine_texts(RUNNING, path)
    assert examination.problems == []
    tokens = examination.blocks.ravel().tolist()
    assert text.startswith(decode(tokens).rstrip("\ufffd"))
    assert examination.tokens > 6_000


def test_a_line_is_a_sample_filled_up_with_padding(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", "short\n\n" + "a long line of many words " * 2 + "\n")
    examination = examine_texts(LINES, path)
    short = [*encode(["short"])[0], END_OF_TEXT]
    assert examination.blocks[0].tolist() == short + [PADDING] * (CONTEXT + 1 - len(short))
    long = [*encode([("a long line of many words " * 2).strip()])[0], END_OF_TEXT]
    assert examination.blocks[1].tolist() == long[: CONTEXT + 1]
    # The next block begins with the last token of the one before, so that each is predicted.
    assert examination.blocks[2, : len(long) - CONTEXT].tolist() == long[CONTEXT:]
    assert examination.units[1] == examination.units[2] != examination.units[0]
    assert examination.rows == examination.usable_rows == 2


def test_bad_lines_are_told_of_and_the_rest_is_used(tmp_path: Path) -> None:
    good = b"A line that is good enough to learn something from, and long as well.\n"
    write(tmp_path / "bad.txt", good + b"caf\xe9\n" + good + b"nul \0 here\n" + good)
    write(tmp_path / "empty.txt", b"")
    write(tmp_path / "blank.txt", b" \n\n")
    write(tmp_path / "marked.txt", b"\xef\xbb\xbf" + good * 9)
    report = check_data(task_with(RUNNING), tmp_path)
    told = {(problem.code, problem.file): problem.lines for problem in report.problems}
    assert told == {
        ("file_old_encoding", "bad.txt"): [2],
        ("text_with_zero_bytes", "bad.txt"): [4],
        ("text_empty", "empty.txt"): [],
        ("text_empty", "blank.txt"): [],
    }
    assert report.is_usable
    assert report.usable_rows == 2
    tokens = examine_texts(RUNNING, tmp_path).blocks.ravel().tolist()
    assert decode(tokens).startswith((good + "café\n".encode() + good * 2).decode())
    assert "\ufeff" not in decode(tokens)


def test_too_little_is_told_of(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", "Only a few words.")
    assert codes(task_with(RUNNING), path) == {"text_too_short": 0}
    path = write(tmp_path / "a.txt", "one two three four five six seven eight nine ten")
    with pytest.raises(DataError, match="text_too_short"):
        load_dataset(task_with(RUNNING), path)
    path = write(tmp_path / "a.txt", "the same\nthe same\n")
    assert codes(task_with(LINES), path) == {"texts_all_equal": 2}
    path = write(tmp_path / "a.txt", "")
    assert "no_usable_texts" in codes(task_with(LINES), path)


@pytest.mark.parametrize(
    ("name", "code"), [("nothing.txt", "data_missing"), ("table.csv", "file_not_text_file"),
                       ("folder", "folder_without_texts")],
)  # fmt: skip
def test_what_is_no_text_is_refused(tmp_path: Path, name: str, code: str) -> None:
    write(tmp_path / "table.csv", "a,b")
    (tmp_path / "folder").mkdir()
    assert list(codes(task_with(RUNNING), tmp_path / name)) == [code]


def test_sides_and_shares_are_disjoint_and_everything(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", SPEECH.read_text())
    task = task_with(RUNNING)
    blocks = len(examine_texts(RUNNING, path).blocks)
    parts = [load_dataset(task, path, share=Share(number, 2), seed=3) for number in (1, 2)]
    places = [
        set(side.rows.tolist()) for part in parts for side in (part.training, part.validation)
    ]
    assert sorted(place for side in places for place in side) == list(range(1, blocks + 1))
    assert all(places)
    again = load_dataset(task, path, share=Share(1, 2), seed=3)
    assert again.digest == parts[0].digest != parts[1].digest


def test_neighbours_stay_on_one_side(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", SPEECH.read_text() * 3)
    dataset = load_dataset(task_with(RUNNING), path)
    training = set(dataset.training.rows.tolist())
    held = sorted(dataset.validation.rows.tolist())
    beside = sum((row - 1 in training) + (row + 1 in training) for row in held)
    assert beside < len(held) / 2


def test_equal_lines_are_on_one_side(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", "".join(f"line number {n % 20}\n" for n in range(200)))
    dataset = load_dataset(task_with(LINES), path)
    sides = [
        {tuple(side.features[row - 1].tolist()) for row in side.rows}
        for side in (dataset.training, dataset.validation)
    ]
    assert not sides[0] & sides[1]
    assert sides[1]


class _Files(Watcher):
    def __init__(self) -> None:
        self.begun: list[str] = []

    def file_begun(self, file: str) -> None:
        self.begun.append(file)


def test_tokens_are_made_once_and_anew_when_a_file_changes(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", "Some words to be made into tokens, more than nine of them.")
    first, second, third = _Files(), _Files(), _Files()
    before = examine_texts(RUNNING, path, watcher=first)
    examine_texts(RUNNING, path, watcher=second)
    assert first.begun == ["a.txt", "a.txt"]  # compared with what is there, then read
    assert second.begun == ["a.txt"]
    write(path, "Other words to be made into tokens, more than nine of them.")
    after = examine_texts(RUNNING, path, watcher=third)
    assert third.begun == ["a.txt", "a.txt"]
    assert before.digest != after.digest
    assert before.blocks[0, 0] != after.blocks[0, 0]
    assert not list(cache_folder("text").glob(".*"))


def test_a_damaged_entry_is_made_anew(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", "Some words to be made into tokens, more than nine of them.")
    before = examine_texts(RUNNING, path).blocks.tolist()
    (tokens,) = cache_folder("text").glob("*/tokens")
    tokens.write_bytes(b"\1\2")
    assert examine_texts(RUNNING, path).blocks.tolist() == before


def test_giving_up_leaves_nothing_behind(tmp_path: Path) -> None:
    class Leaving(Watcher):
        def rows_read(self, rows: int) -> None:
            if rows:
                raise KeyboardInterrupt

    path = write(tmp_path / "a.txt", "words\n")
    with pytest.raises(KeyboardInterrupt):
        examine_texts(RUNNING, path, watcher=Leaving())
    assert not list(cache_folder("text").iterdir())


def test_a_cache_that_cannot_be_written_is_told_of(tmp_path: Path, disco_home: Path) -> None:
    write(disco_home / "cache", "in the way")
    path = write(tmp_path / "a.txt", "words\n")
    with pytest.raises(DataError, match="tokens_not_kept"):
        examine_texts(RUNNING, path)


def test_all_blocks_are_tested_on_and_lines_are_gone_on_from(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.txt", "Once upon a time\n\nthere was a text that had three lines\nx\n"
    )
    tested = load_labelled(task_with(RUNNING), path, NOTHING_FITTED)
    assert len(tested.samples) == len(examine_texts(RUNNING, path).blocks)
    assert tested.samples.targets is tested.samples.features
    prompts = load_unlabelled(task_with(RUNNING), path, NOTHING_FITTED)
    assert prompts.table["prompt"].to_list() == [
        "Once upon a time", "there was a text that had three lines", "x"
    ]  # fmt: skip
    other = Preprocessing(columns=(NumericPreparation(name="a", center=0, scale=1, fill=None),))
    with pytest.raises(DataError, match="preprocessing_mismatch"):
        load_labelled(task_with(RUNNING), path, other)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("data", [RUNNING, LINES])
def test_texts_of_other_programs_are_read_as_tables_are(
    tmp_path: Path, data: TextData, encoding: str
) -> None:
    text = "".join(f"Größe {number} of a café in a town\r\n" for number in range(40))
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    plain = examine_texts(data, write(tmp_path / "plain.txt", text))
    other = tmp_path / "other.txt"
    other.write_bytes((mark + text).encode(encoding))
    read = examine_texts(data, other)
    assert np.array_equal(read.blocks, plain.blocks)
    assert read.rows == read.usable_rows == plain.usable_rows
    told = [(problem.code, problem.count) for problem in read.problems]
    assert told == ([("file_old_encoding", 40)] if encoding == "cp1252" else [])


def test_long_lines_in_utf16_are_read_whole(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(text_lines, "LONGEST_PIECE", 64)
    text = ODD * 3 + "word 東京 🙂 " * 50
    path = tmp_path / "long.txt"
    path.write_bytes(text.encode("utf-16"))
    findings = text_lines.LineFindings()
    with path.open("rb") as file:
        read = "".join(line.text for line in text_lines.usable_lines(file, findings))
    assert read == text.replace("\r\n", "\n")
    assert findings.counts == {}
