"""people: who is recognized as whom, and who is not."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.model import Owner
from grader.submissions.people import How, Known, Student, alike, id_key, plain_id
from grader.submissions.student_rows import is_test_student, merged, student_in


def student(name: str, email: str = "", **ids: str) -> Student:
    return Student(name, email, tuple(ids.items()))


ANN, BOB = student("Ann Lee", "ann@x.edu", sid="1"), student("Bob Ray", "bob@x.edu", sid="2")


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("bianchinoah", "Bianchi, Noah"),
        ("Noah Bianchi", "Bianchi, Noah"),
        ("noah_bianchi", "Bianchi, Noah"),
        ("mülleranna-lena", "Müller, Anna-Lena"),
        ("Annalena Mueller", "Müller, Anna-Lena"),
        ("Anna Lena Muller", "Müller, Anna-Lena"),
        (unicodedata.normalize("NFD", "Jörg Müller"), "Jörg Müller"),
        ("\uff2aörg Müller", "Jörg Müller"),
        ("Joerg Gross", "Jörg Groß"),
        ("GROSS Jorg", "Jörg Groß"),
        ("Lukasz Slawinski", "Łukasz Sławiński"),
        ("Oyvind Ase", "Øyvind Åse"),
        ("Oeyvind Aase", "Øyvind Åse"),
        ("IBRAHIM YILDIZ", "İbrahim Y\u0131ld\u0131z"),
        ("\u0131ş\u0131k ipek", "IŞIK İPEK"),
        ("Sean OBrien", "Seán O\u2019Brien"),
        ("O'Brien, Sean", "Seán O\u00b4Brien"),
        ("Ann Mary Lee", "Ann Lee"),
        ("Ann M. Lee", "Ann Mary Lee"),
        ("Lee, Ann", "Ann Mary Lee"),
        ("garcialopezanamaria", "García López, Ana María"),
        ("王小明", "王 小明"),
        ("小明 王", "王小明"),
        ("김철수", unicodedata.normalize("NFD", "김철수")),
        ("hw3 Ann Lee", "Ann Lee"),
    ],
)
def test_a_name_is_recognized_however_it_is_written(ours: str, theirs: str) -> None:
    someone = student("Dora Doe", "d@x.edu", sid="9")
    found = student(theirs, "", sid="7")
    assert Known([someone, found]).find(Owner(ours)) == found


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("Ann Lee", ("Ann Leeds",)),
        ("Ann", ("Ann Lee",)),
        ("Lee", ("Ann Lee",)),
        ("Ann B. Lee", ("Ann Mary Lee",)),
        ("Ann Lee", ("Ann Mary Lee", "Ann Sue Lee")),
        ("Ann Muller", ("Ann Müller", "Ann Mûller")),
        ("", ("Ann Lee",)),
        ("???", ("Ann Lee",)),
    ],
)
def test_a_name_that_may_be_anothers_is_nobody(ours: str, theirs: tuple[str, ...]) -> None:
    students = [student(each, "", sid=str(number)) for number, each in enumerate(theirs, 1)]
    assert Known(students).find(Owner(ours)) is None


def test_accents_decide_where_two_names_differ_by_them_alone() -> None:
    one, two = student("Ann Müller", sid="1"), student("Ann Muller", sid="2")
    known = Known([one, two])
    assert known.find(Owner("Ann Müller")) == one
    assert known.find(Owner("muller ann")) == two
    assert known.find(Owner("Ann Mueller")) == one


def test_a_number_decides_where_both_sides_have_it() -> None:
    known = Known([ANN, BOB])
    assert known.find(Owner("Bob Ray", {"sid": "1"})) == ANN
    assert known.find(Owner("Bob Ray", {"sid": "3"})) is None
    assert known.find(Owner("Bob Ray", {"canvas": "3"})) == BOB


@pytest.mark.parametrize("sid", ["0012345", "12345", " 12345", "12345.0", "12345.00", "1.2345E+04"])
@pytest.mark.parametrize("theirs", ["12345", "00012345"])
def test_ids_that_differ_by_zeros_or_a_spreadsheets_form_are_the_same(
    sid: str, theirs: str
) -> None:
    ann = student("Ann Lee", sid=theirs)
    match = Known([ann, BOB]).match(Owner("Ann Lee", {"sid": sid}))
    assert match.student == ann
    assert (match.how is How.SURE) == (sid == theirs)


def test_ids_that_differ_by_zeros_are_not_the_same_where_the_names_differ() -> None:
    ann = student("Ann Lee", sid="12345")
    assert Known([ann]).find(Owner("Dora Doe", {"sid": "0012345"})) is None


def test_of_two_ids_that_differ_by_zeros_each_has_its_own() -> None:
    one, two = student("Ann Lee", sid="12"), student("Ann Lee", sid="012")
    known = Known([one, two])
    assert [known.find(Owner("Ann Lee", {"sid": each})) for each in ("12", "012")] == [one, two]


def test_logins_are_the_same_without_case_where_only_one_fits() -> None:
    ann = student("Ann Lee", login="annlee-dev")
    match = Known([ann]).match(Owner("AnnLee-Dev", {"login": "AnnLee-Dev"}))
    assert (match.student, match.how) == (ann, How.CASE)
    two = [student("One", login="ALee"), student("Two", login="alee")]
    assert Known(two).find(Owner("aLEE")) is None
    assert Known(two).find(Owner("alee")) == two[1]


@pytest.mark.parametrize("text", ["00123", "ann@x.edu", "ANN@X.edu", "alee", "Lee Ann", "ann"])
def test_a_folder_may_be_called_by_anything_of_a_student(text: str) -> None:
    ann = student("Ann Lee", "ann@x.edu", sid="123", login="alee")
    assert Known([ann, BOB]).find(Owner(text)) == ann


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("leeann", True),
        ("leeannmary", True),
        ("Lee-Roe, Ann", True),
        ("???", True),
        ("李安", True),
        ("projectgroup1", False),
        ("Group 3", False),
        ("Bob Ray", False),
        ("evaluationteam", False),
    ],
)
def test_a_name_that_has_nothing_in_common_with_the_students_is_noticed(
    name: str, same: bool
) -> None:
    assert alike(student("Lee, Ann", sid="1"), name) is same


def test_a_student_in_two_sections_is_one_and_contradictions_are_said() -> None:
    again = student("Lee, Ann", "", sid="0001", login="alee")
    other = student("Cem Kaya", "cem@x.edu", sid="2")
    found = merged([ANN, BOB, again, other])
    assert found.places == (0, 1, 0, 2)
    assert dict(found.students[0].ids) == {"sid": "1", "login": "alee"}
    (line,) = found.contradictions
    assert all(each in line for each in ("'Cem Kaya'", "'Bob Ray'", "sid 2"))


@pytest.mark.parametrize(
    "name", ["Student, Test", "Test Student", "studenttest", "Estudiante de prueba"]
)
def test_canvas_test_student_is_nobody(name: str) -> None:
    assert is_test_student(name)
    assert student_in({"Student": name, "ID": "99", "Section": "One"}) is None
    assert student_in({"Name": "Testa Student", "ID": "99"}) is not None


@pytest.mark.parametrize(
    ("row", "name", "ids"),
    [
        ({"Vorname": "Jörg", "Nachname": "Müller", "Matrikelnummer": "7"}, "Jörg Müller", "7"),
        ({"Name": "Müller", "Vorname": "Jörg", "Matr.-Nr.": "7"}, "Jörg Müller", "7"),
        ({"Prénom": "Zoë", "Nom": "Roy", "N° étudiant": "7"}, "Zoë Roy", "7"),
        ({"Nombre": "Ana", "Apellido(s)": "Gil", "Matrícula": "7"}, "Ana Gil", "7"),
        ({"Given Name": "Ann", "Family Name": "Lee", "Student Number": "7"}, "Ann Lee", "7"),
        ({"Name; as registered": "Ann Lee", "SID (old)": "7"}, "Ann Lee", "7"),
        ({"姓名": "王小明", "学号": "7"}, "王小明", "7"),
    ],
)
def test_columns_are_known_in_several_languages(row: dict[str, str], name: str, ids: str) -> None:
    found = student_in(row)
    assert found is not None
    assert (found.name, dict(found.ids)) == (name, {"sid": ids})


def test_a_number_that_a_spreadsheet_cut_is_no_number() -> None:
    found = student_in({"Student": "Lee, Ann", "ID": "1.00123E+11"})
    assert found is not None
    assert found.ids == ()


IDS = st.text("abCD0123456789-_", min_size=1, max_size=12)


@settings(deadline=None)
@given(IDS, st.integers(0, 3))
def test_an_id_is_the_same_with_zeros_before_it_and_in_any_case(text: str, zeros: int) -> None:
    assert id_key("0" * zeros + text.upper()) == id_key(text.lower())


@settings(deadline=None)
@given(st.integers(1, 10**9))
def test_a_whole_number_survives_a_spreadsheet(number: int) -> None:
    assert plain_id(f"{number}.0") == str(number)
    assert plain_id(f"{number:.{len(str(number)) - 1}E}") == str(number)


WORDS = st.text(st.characters(categories=["Lu", "Ll", "Lo"]), min_size=1, max_size=8)


@settings(deadline=None)
@given(st.lists(WORDS, min_size=2, max_size=4, unique_by=str.casefold))
def test_a_name_is_found_in_any_order_and_normal_form(words: list[str]) -> None:
    someone = student(" ".join(words), sid="1")
    backwards = f"{words[-1]}, {' '.join(words[:-1])}"
    for form in ("NFC", "NFD"):
        name = unicodedata.normalize(form, backwards)
        assert Known([someone]).find(Owner(name)) == someone
