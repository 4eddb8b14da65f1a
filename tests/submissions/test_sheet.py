"""sheet: tables as Excel saves them, read with a notice or refused with what to do."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import InputError
from grader.submissions.encodings import decoded
from grader.submissions.roster import read_roster
from grader.submissions.sheet import Sheet

ROWS = "Name;Email\r\nAnn Lee;ann@x.edu\r\nJörg Müller;jm@x.edu\r\nSeán O\u2019Brien;so@x.edu\r\n"
COMMAS = ROWS.replace(";", ",")
PEOPLE = [("Ann Lee", "ann@x.edu"), ("Jörg Müller", "jm@x.edu"), ("Seán O\u2019Brien", "so@x.edu")]


def saved(tmp_path: Path, content: str | bytes, name: str = "class.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("content", "notice"),
    [
        (ROWS, ""),
        (COMMAS, ""),
        (ROWS.encode("utf-8-sig"), ""),
        (ROWS.encode("cp1252"), "Windows-1252"),
        (ROWS.encode("mac_roman"), "Mac Roman"),
        (ROWS.replace("\r\n", "\r").encode("mac_roman"), "Mac Roman"),
        (ROWS.encode("utf-16"), "UTF-16"),
        (ROWS.encode("utf-16-le"), "UTF-16"),
        (ROWS.replace(";", "\t").encode("utf-16-be"), "UTF-16"),
        (ROWS.replace(";", "\t"), "tabs"),
        (ROWS.replace("\r\n", "\r"), ""),
        (f"sep=;\r\n{ROWS}", "sep=;"),
        (f"\ufeffsep=\t\r\n{ROWS}".replace(";", "\t"), "sep="),
        (f"\r\n;\r\n{ROWS}", "row 3"),
        (f"Course list 2026;\r\nPrinted 1 March, in Room 3;\r\n\r\n{ROWS}", "row 4"),
        (f"Course;Analysis\r\nTerm;2026\r\n{ROWS}", "row 3"),
        (f"Course list\r\n{ROWS}", "row 2"),
        (ROWS.replace("Name", '"Name; as registered, in full"'), ""),
        (ROWS.replace("Name", '"Name\r\nin full"').replace(";", ","), ""),
    ],
)
def test_a_roster_that_excel_saved_is_read(
    tmp_path: Path, content: str | bytes, notice: str
) -> None:
    notices: list[str] = []
    found = read_roster(saved(tmp_path, content), notices)
    assert [each.email for each in found] == [email for _, email in PEOPLE]
    if "in full" not in str(content) or "registered" in str(content):
        assert [(each.name, each.email) for each in found] == PEOPLE
    assert (notice in " ".join(notices)) if notice else not notices


@pytest.mark.parametrize("codec", ["cp1252", "mac_roman", "cp850", "utf-16", "utf-8"])
@pytest.mark.parametrize(
    "name", ["Jürgen Groß", "María Núñez", "André Côté", "Øyvind Åse", "FRANÇOISE LÉVY", "Ána Ü"]
)
def test_a_name_is_read_in_the_encoding_in_which_it_was_saved(
    tmp_path: Path, codec: str, name: str
) -> None:
    (found,) = read_roster(saved(tmp_path, f"Name,SID\r\n{name},7\r\n".encode(codec)))
    assert found.name == name


def test_the_letters_of_central_europe_and_turkey_are_told_from_those_of_the_west(
    tmp_path: Path,
) -> None:
    for codec, name in (
        ("cp1250", "Paweł Łukasik"),
        ("cp1254", "Y\u0131ld\u0131z Şahin"),
        ("cp1251", "Иванов Пётр"),
        ("cp1253", "Γιώργος Παπαδόπουλος"),
    ):
        (found,) = read_roster(saved(tmp_path, f"Name,SID\n{name},7\n".encode(codec)))
        assert found.name == name


@pytest.mark.parametrize(
    ("codec", "names", "said"),
    [
        # Some letters of names are in no everyday use.
        ("cp936", ["王小明", "李雷", "张昊", "陈喆", "欧阳鑫"], "GBK"),
        ("cp936", ["王小明"], "GBK"),
        ("cp950", ["陳美玲", "林志偉", "蔡依珊"], "Big5"),
        ("cp932", ["山田太郎", "佐藤花子", "スズキ", "齋藤"], "Shift-JIS"),
        ("cp949", ["김철수", "이영희", "박지성", "최민호", "정수빈", "강다은", "조현우"], "EUC-KR"),
    ],
)
def test_east_asian_names_are_read_where_only_one_encoding_gives_usual_characters(
    tmp_path: Path, codec: str, names: list[str], said: str
) -> None:
    notices: list[str] = []
    rows = "".join(f"{name},{number}\r\n" for number, name in enumerate(names))
    found = read_roster(saved(tmp_path, f"Name,SID\r\n{rows}".encode(codec)), notices)
    assert [each.name for each in found] == names
    assert f"it is read as {said}" in notices[0]
    assert names[0] in notices[0]


def workbook() -> bytes:
    file = io.BytesIO()
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["Name", "Email"])
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (workbook(), "Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "old Excel workbook"),
        (b"<html><table><tr><td>Name", "web page"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"Name\0\0\0,\x01\x02", "zero bytes"),
        # Korean, or the Chinese characters of the same bytes.
        ("Name,SID\n김철수,7\n이영희,8\n".encode("cp949"), "which encoding"),
        (b"\xff\xfeN\0a\0m\0e", "UTF-16-LE"),
    ],
)
def test_what_is_no_table_is_refused_with_what_to_do(
    tmp_path: Path, content: bytes, words: str
) -> None:
    with pytest.raises(InputError, match=words) as raised:
        read_roster(saved(tmp_path, content))
    assert "save it as CSV UTF-8" in str(raised.value)


def test_a_file_without_people_says_which_columns_it_has(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"names no students.*Colour; Size.*save it as CSV UTF-8"):
        read_roster(saved(tmp_path, "Colour,Size\nred,3\n"))


def test_a_sheet_that_excel_saved_is_written_as_platforms_take_it(tmp_path: Path) -> None:
    text = "Title\tof it\r\n\r\nName\tGrade\r\nJörg\t\r\nAnn, too\t5\r\n"
    sheet = Sheet.read(saved(tmp_path, text.encode("utf-16")))
    sheet.change(3, 1, "4,5")
    assert sheet.to_bytes().decode() == 'Name,Grade\r\nJörg,"4,5"\r\n"Ann, too",5\r\n'
    assert sheet.rewritten == "in UTF-8 with commas between the columns"


def test_a_sheet_in_utf_8_stays_as_it_is(tmp_path: Path) -> None:
    text = '\ufeffName;Grade\n"Jörg";\n\n'
    sheet = Sheet.read(saved(tmp_path, text))
    sheet.change(1, 1, "4,5")
    assert sheet.to_bytes().decode() == '\ufeffName;Grade\n"Jörg";4,5\n\n'
    assert not sheet.rewritten
    assert not list(sheet.notices)


LETTERS = st.sampled_from("äöüéèñçßåøabcdeghiklmnorstuw")
NAME = st.text(LETTERS, min_size=3, max_size=8).map(str.capitalize)


@settings(deadline=None)
@given(
    st.lists(st.tuples(NAME, NAME), min_size=20, max_size=30, unique=True),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from([0, 1, 3]),
)
def test_a_class_is_the_same_in_every_form(
    names: list[tuple[str, str]], delimiter: str, codec: str, ending: str, above: int
) -> None:
    lines = ["A title"] * above + [f"Vorname{delimiter}Nachname"]
    lines += [f"{first}{delimiter}{last}" for first, last in names]
    text, _ = decoded((ending.join(lines) + ending).encode(codec))
    sheet = Sheet(text)
    assert [(row["Vorname"], row["Nachname"]) for _, row in sheet.records()] == names
