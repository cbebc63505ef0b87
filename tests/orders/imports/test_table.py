import gzip
from pathlib import Path

import pytest

from orders.imports.format import UnreadableFile
from orders.imports.table import as_csv, groups, survey

COLUMNS = ("Key", "Value")


def write(path: Path, text: str, name: str = "a.csv") -> Path:
    (path / name).write_bytes(text.encode())
    return path / name


def grouped(path: Path) -> list[tuple[str, int, list[str]]]:
    return [(group.key, group.first_line, [row[1] for row in group.rows]) for group in groups(survey(path, COLUMNS))]


def test_a_group_is_given_when_its_last_row_has_been_read(tmp_path: Path) -> None:
    path = write(tmp_path, "Key,Value\na,1\nb,2\na,3\nb,4\nc,5\n")
    assert grouped(path) == [("a", 2, ["1", "3"]), ("b", 3, ["2", "4"]), ("c", 6, ["5"])]


def test_a_byte_order_mark_carriage_returns_and_empty_lines_are_no_data(tmp_path: Path) -> None:
    path = write(tmp_path, "\ufeffKey,Value\r\na,1\r\n\r\na,2\r\n")
    assert grouped(path) == [("a", 2, ["1", "2"])]


def test_lines_are_counted_as_an_editor_does_although_a_cell_spans_two(tmp_path: Path) -> None:
    path = write(tmp_path, 'Key,Value\na,"1\n2"\nb,3\n')
    assert grouped(path) == [("a", 2, ["1\n2"]), ("b", 4, ["3"])]


def test_packed_and_plain_files_give_the_same_rows(tmp_path: Path) -> None:
    plain = write(tmp_path, "Key,Value\na,1\n")
    packed = tmp_path / "b.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert grouped(packed) == grouped(plain)


def test_rows_come_back_as_the_csv_they_were() -> None:
    assert as_csv(COLUMNS, [["a", "x,y"], ["b", "\udcc9"]]) == b'Key,Value\na,"x,y"\nb,\xc9\n'


def packed_and_cut(path: Path) -> Path:
    target = path / "cut.csv.gz"
    target.write_bytes(gzip.compress(b"Key,Value\n" + b"a,1\n" * 5000)[:-9])
    return target


def packed_and_damaged(path: Path) -> Path:
    target = path / "damaged.csv.gz"
    whole = bytearray(gzip.compress(b"Key,Value\n" + b"".join(b"a%d,1\n" % n for n in range(5000))))
    whole[len(whole) // 2] ^= 0xFF
    target.write_bytes(whole)
    return target


def test_a_missing_file_a_folder_and_damaged_files_each_get_one_sentence(tmp_path: Path) -> None:
    cases = {
        tmp_path / "none.csv": "There is no file",
        tmp_path: "is a folder",
        packed_and_cut(tmp_path): "is cut off or damaged",
        packed_and_damaged(tmp_path): "is cut off or damaged",
        write(tmp_path, "", "empty.csv"): "does not have the columns of this format",
        write(tmp_path, "Key,Other\n", "other.csv"): "must be Key,Value, and it is Key,Other.",
        write(tmp_path, 'Key,Value\na,"' + "x" * 200_000, "quote.csv"): "cannot be read as CSV",
    }
    for path, sentence in cases.items():
        with pytest.raises(UnreadableFile, match=sentence):
            survey(path, COLUMNS)
