"""The report's files: what they say, that they are safe, and that they are the same every time."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from grader.assignments.records import Assignment, Exercise, Limits
from grader.model import (
    CaseResult,
    Diagnosis,
    ExerciseResult,
    FirstStep,
    Owner,
    Protection,
    Repair,
    Result,
    Run,
    Status,
    Verdict,
    Visibility,
)
from grader.report import write_report
from grader.report.entries import MOST_LINES
from grader.report.highlight import highlighted
from grader.report.pictures.charts import histogram
from grader.report.slugs import free, slug
from grader.report.words import VERDICTS
from grader.values.difference import Returns

HOSTILE = (
    "<script>document.title='owned'</script>",
    '"><img src=x onerror=alert(1)>',
    "</style></title></pre><svg onload=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1)",
    "\u202egnp.exe",
    "a\nb\tc\r\x00\x1b[31mred\x1b[0m",
    "\ud800lone\udfff",
    "x" * 3000,
    "..",
    "",
)


def exercise(name: str = "double", title: str = "Doubling", points: float = 10) -> Exercise:
    return Exercise(name, title, f"Returns twice of {name}.", points, "all", (), Returns())


def assignment(*exercises: Exercise) -> Assignment:
    here = Path()
    return Assignment(
        name="numbers",
        title="Numbers",
        folder=here,
        solutions=here,
        notebook="Numbers.ipynb",
        exercises=exercises or (exercise(),),
        limits=Limits(),
        long_running=frozenset(),
        helpers=(),
        other_names={},
        shared_folder=here,
        shared_files=(),
        warm_imports=(),
    )


def answer(
    verdict: Verdict = Verdict.CORRECT, score: float | None = 10, **more: Any
) -> ExerciseResult:
    fields: dict[str, Any] = {"name": "double", "max_score": 10} | more
    return ExerciseResult(verdict=verdict, score=score, **fields)


def graded(student: str = "Ada", *answers: ExerciseResult, **more: Any) -> Result:
    answers = answers or (answer(),)
    score = sum(each.score or 0 for each in answers)
    fields: dict[str, Any] = {"source": "ada.ipynb", "max_score": 10.0} | more
    return Result(student=student, status=Status.GRADED, score=score, exercises=answers, **fields)


def ungraded(student: str = "Bob", reason: str = "The file is empty.", **more: Any) -> Result:
    return Result(student, "bob.ipynb", Status.NOT_GRADED, None, 10, reason, **more)


def run(*results: Result, **more: Any) -> Run:
    protection = Protection(
        "full", "Nothing gets out.", {"no network": True, "no files": False}, {}
    )
    fields: dict[str, Any] = {"protection": protection, "passed_over": ()} | more
    fields.setdefault("seed", 1)
    return Run(
        "numbers", "Numbers", "1.2.3", "2025-11-20T09:05:00+00:00", results=results, **fields
    )


def hostile_run(*texts: str) -> Run:
    """Of each text a submission that says it everywhere, and one without a grade."""
    texts = texts or HOSTILE
    results = [
        graded(
            text,
            answer(
                Verdict.INCORRECT,
                0,
                message=text,
                code=text,
                printed=text,
                diagnosis=Diagnosis("other", text, text, (text,)),
                also=(Diagnosis("another", text, text),),
                alternatives=(Diagnosis("a_third", text, text),),
                repair=Repair(text, 1, (1,), (text,), (text,)),
                first_step=FirstStep(text, text, 1, text),
                cases=(CaseResult(text, text, Visibility.PUBLIC, False, text),),
            ),
            source=text,
            flags=(text,),
        )
        for text in texts
    ]
    lost = [ungraded(text, text) for text in texts]
    return run(*results, *lost, passed_over=texts)


class Page(HTMLParser):
    """One page, taken apart: its tags with their attributes, its text, its table's rows."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.raw: dict[str, str] = {}
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.open.append("data" if ("type", "application/json") in attrs else tag)

    def handle_endtag(self, tag: str) -> None:
        self.open.append("")

    def handle_data(self, data: str) -> None:
        if self.open[-1:] in (["style"], ["script"], ["data"]):
            self.raw[self.open[-1]] = self.raw.get(self.open[-1], "") + data
        else:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def meta(self, name: str) -> str | None:
        metas = [attrs for tag, attrs in self.tags if tag == "meta"]
        return next(
            meta["content"] for meta in metas if name in (meta.get("name"), meta.get("http-equiv"))
        )


def written(the_run: Run, folder: Path, the_assignment: Assignment | None = None) -> list[Path]:
    folder.mkdir(exist_ok=True)
    write_report(the_run, the_assignment or assignment(), folder)
    return sorted(path for path in folder.rglob("*") if path.is_file())


def class_page(the_run: Run, folder: Path, *exercises: Exercise) -> Page:
    write_report(the_run, assignment(*exercises), folder)
    return Page((folder / "index.html").read_text(encoding="utf-8"))


def student_page(result: Result, folder: Path) -> Page:
    write_report(run(result), assignment(), folder)
    return Page(next(folder.glob("students/*.html")).read_text(encoding="utf-8"))


def table_row(folder: Path, name: str) -> str:
    html = (folder / "index.html").read_text(encoding="utf-8")
    rows: list[str] = re.findall(r"<tr.*?</tr>", html, re.DOTALL)
    return next(row for row in rows if f"<bdi>{name}</bdi>" in row)


def cells(folder: Path, name: str) -> list[str]:
    """The text of a row's cells, behind the name."""
    row = table_row(folder, name)
    return [re.sub("<.*?>", "", each).strip() for each in re.findall(r"<td>(.*?)</td>", row)]


def data_of(page: Page) -> list[dict[str, Any]]:
    """The rows that the page's script gets."""
    names = ["name", "slug", "status", "total", "left_out", "reason", "reason_key", "flags"]
    names += ["seconds", "cells", "mistakes", "known_as", "email", "ids", "section", "late"]
    names += ["adjusted"]
    rows = json.loads(page.raw["data"])["rows"]
    return [dict(zip(names, row, strict=True)) for row in rows]


@pytest.fixture(scope="module")
def hostile_pages(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    files = written(hostile_run(), tmp_path_factory.mktemp("hostile") / "report")
    return [path.read_text(encoding="utf-8") for path in files]


# The class page


def test_class_page_says_what_was_graded_when_and_by_which_version(tmp_path: Path) -> None:
    text = class_page(run(graded()), tmp_path).text
    assert "Graded 20 November 2025, 09:05 UTC by fairgrade 1.2.3" in text


def test_class_page_counts_what_was_handed_in(tmp_path: Path) -> None:
    text = class_page(run(graded(), graded("Cem"), ungraded()), tmp_path).text
    assert "Handed in 3 Graded 2 Could not be graded 1" in text


def test_who_handed_in_nothing_is_counted_apart(tmp_path: Path) -> None:
    absent = replace(ungraded("Eve", "handed in nothing"), source="")
    page = class_page(run(graded(), ungraded(), absent), tmp_path)
    assert "Handed in 2 Graded 1 Could not be graded 1 Handed in nothing 1" in page.text
    assert "Handed in nothing, of those in the roster: Eve ." in page.text
    assert "Eve : handed in nothing" not in page.text
    assert [row["status"] for row in data_of(page)] == [0, 2, 3]
    assert cells(tmp_path, "Eve")[:2] == ["", "handed in nothing"]


def test_class_page_gives_the_reason_for_each_submission_without_a_grade(tmp_path: Path) -> None:
    assert "Bob : The file is empty." in class_page(run(ungraded()), tmp_path).text


def test_class_page_says_which_promises_were_kept(tmp_path: Path) -> None:
    text = class_page(run(graded()), tmp_path).text
    assert "Protection: full Nothing gets out. kept no network not kept no files" in text


def test_class_page_says_the_share_that_solved_an_exercise(tmp_path: Path) -> None:
    answers = [
        answer(),
        answer(Verdict.ACCEPTED),
        answer(Verdict.PARTIAL, 5),
        answer(Verdict.NOT_GRADED, None),
    ]
    text = class_page(run(*(graded("A", each) for each in answers)), tmp_path).text
    assert "67 % solved it (2 of 3); 8.33 of 10 points on average" in text


def test_class_page_lists_what_was_passed_over(tmp_path: Path) -> None:
    page = class_page(run(graded(), passed_over=("notes.txt: no notebook",)), tmp_path)
    assert "notes.txt: no notebook" in page.text


def test_class_page_of_nobody_can_be_written(tmp_path: Path) -> None:
    assert "No submission has a total." in class_page(run(), tmp_path).text


def test_row_of_a_submission_without_a_grade_is_blank_and_never_zero(tmp_path: Path) -> None:
    class_page(run(graded(), ungraded()), tmp_path)
    assert cells(tmp_path, "Bob") == ["", "could not be graded: The file is empty.", "", "", ""]


def test_exercise_without_a_verdict_has_no_points_in_the_table(tmp_path: Path) -> None:
    class_page(run(graded("Ada", answer(Verdict.NOT_GRADED, None))), tmp_path)
    assert cells(tmp_path, "Ada")[2] == "not graded"


def test_total_without_an_ungraded_exercise_says_how_much_it_leaves_out(tmp_path: Path) -> None:
    class_page(run(graded("Ada", answer(Verdict.NOT_GRADED, None))), tmp_path)
    assert "10 not graded" in table_row(tmp_path, "Ada")


def test_submissions_without_a_grade_stand_last(tmp_path: Path) -> None:
    class_page(run(ungraded("Bob"), graded("Ada")), tmp_path)
    html = (tmp_path / "index.html").read_text()
    table = html[html.index("<tbody>") :]
    assert table.index("Ada") < table.index("Bob")


def test_points_are_sorted_by_as_plain_numbers(tmp_path: Path) -> None:
    page = class_page(run(graded("Ada", answer(Verdict.PARTIAL, 6.25))), tmp_path)
    (row,) = data_of(page)
    assert (row["total"], row["cells"][0][1], row["flags"]) == ("6.25", "6.25", [])


def test_exercise_missing_from_a_result_leaves_a_blank_cell(tmp_path: Path) -> None:
    page = class_page(run(graded()), tmp_path, exercise(), exercise("halve", "Halving"))
    assert cells(tmp_path, "Ada") == ["10", "graded", "correct 10", "", "", "0"]
    assert data_of(page)[0]["cells"][1] is None


def wrong(*failing: str, **more: Any) -> ExerciseResult:
    """An answer to which these cases of three fail."""
    cases = [
        CaseResult(name, name, Visibility.HIDDEN, name not in failing)
        for name in ("zero", "negative", "large")
    ]
    return answer(Verdict.INCORRECT, 0, cases=tuple(cases), **more)


def test_class_page_says_which_cases_fail_most_and_what_was_lost(tmp_path: Path) -> None:
    answers = [wrong("zero", "large"), wrong("zero"), wrong("large"), wrong("zero"), answer()]
    text = class_page(run(*(graded("A", each) for each in answers)), tmp_path).text
    assert "2 of 10 points on average, 40 lost by the class" in text
    assert "zero hidden : 3 of 4 fail it, 2 of them nothing else" in text
    assert text.index("zero hidden") < text.index("large hidden : 2 of 4 fail it, 1 of them")
    assert "negative" not in text
    assert "Look at these cases first" not in text


def test_a_case_that_everyone_fails_is_said_to_be_suspicious(tmp_path: Path) -> None:
    untouched = answer(
        Verdict.UNANSWERED, 0, cases=(CaseResult("zero", "", Visibility.HIDDEN, False),)
    )
    answers = [wrong("zero"), wrong("zero", "large"), wrong("zero"), untouched]
    text = class_page(run(*(graded("A", each) for each in answers)), tmp_path).text
    assert "zero of Doubling : all 3 answers fail it." in text
    assert "which is everyone: look at the case" in text


def test_two_answers_are_too_few_to_suspect_a_case(tmp_path: Path) -> None:
    text = class_page(run(*(graded("A", wrong("zero")) for _ in range(2))), tmp_path).text
    assert "Look at these cases first" not in text


def test_mistakes_are_counted_by_name_the_most_frequent_first(tmp_path: Path) -> None:
    half, twice = Diagnosis("half", "halved"), Diagnosis("twice", "doubled twice")
    form = Diagnosis("form", "an accepted form", accepted=True)
    answers = [
        *[wrong("zero", diagnosis=half), wrong("zero", diagnosis=twice, also=(half, form))],
        *[answer(Verdict.ACCEPTED, diagnosis=Diagnosis("other", "another form")), answer()],
        wrong("zero", diagnosis=half, alternatives=(Diagnosis("maybe", "perhaps"),)),
    ]
    page = class_page(run(*(graded("A", each) for each in answers)), tmp_path)
    assert "3 halved Doubling 1 doubled twice Doubling" in page.text
    assert "another form" not in page.text
    assert "perhaps" not in page.text
    assert "an accepted form" not in page.text
    assert [row["mistakes"] for row in data_of(page)] == [[0], [1, 0], [], [], [0]]


def test_a_student_is_searched_by_name_login_and_id(tmp_path: Path) -> None:
    owner = Owner(
        "Bianchi, Noah", {"canvas": "1001", "login": "nbianchi"}, "noah@x.edu", section="B"
    )
    page = class_page(run(replace(graded("bianchinoah", answer()), owner=owner)), tmp_path)
    (row,) = data_of(page)
    assert row["known_as"] == "Bianchi, Noah"
    assert (row["email"], row["ids"], row["section"]) == ("noah@x.edu", "1001 nbianchi", "B")


def test_rare_mistakes_are_folded_away(tmp_path: Path) -> None:
    answers = [wrong("zero", diagnosis=Diagnosis(f"m{n}", f"mistake {n}")) for n in range(15)]
    page = class_page(run(*(graded("A", each) for each in answers)), tmp_path)
    assert page.text.index("mistake 11") < page.text.index("3 more") < page.text.index("mistake 12")


def test_those_without_a_grade_are_told_by_reason_and_many_are_counted(tmp_path: Path) -> None:
    lost = [ungraded(f"s{number}", "No space.") for number in range(12)]
    text = class_page(run(*lost, ungraded("Bob")), tmp_path).text
    assert "s6 , s7 and 4 more: No space." in text
    assert "Bob : The file is empty." in text


def test_class_page_says_who_is_flagged_and_why(tmp_path: Path) -> None:
    results = [graded("Ada", flags=("odd", "odd")), graded("Bo", flags=("odd",)), graded("Cy")]
    text = class_page(run(*results), tmp_path).text
    assert "Flagged 2" in text
    assert "2 students : odd ( Ada , Bo )" in text


def test_flags_that_differ_by_the_cells_number_are_one(tmp_path: Path) -> None:
    failed = "raised an error in its line 1, `cell 5`: NameError"
    flags = [
        (f"cell 3 {failed}", f"cell 7 {failed}"),
        (f"cells 3, 4 and 12 {failed.replace('in its', 'each in')}",),
        ("cell 3 raised an error in its line 2",),
    ]
    results = [graded(f"s{number}", flags=each) for number, each in enumerate(flags)]
    page = class_page(run(*results), tmp_path)
    assert "2 students : a cell raised an error in line 1, `a cell`: NameError" in page.text
    assert "1 student : cell 3 raised an error in its line 2" in page.text
    assert [len(row["flags"]) for row in data_of(page)] == [1, 1, 1]


def test_class_page_says_how_the_time_was_spread(tmp_path: Path) -> None:
    results = [graded(f"s{number}", seconds=float(number)) for number in range(1, 12)]
    text = class_page(run(*results), tmp_path).text
    assert "Half of the submissions took at most 6 s, nine of ten at most 10 s" in text
    assert "the longest, of s11 , 11 s." in text


def test_a_page_that_says_the_same_is_taken_over_from_the_earlier_report(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    written(run(graded("Ada"), graded("Bo")), first)
    later = replace(
        run(graded("Ada"), graded("Bo", answer(Verdict.INCORRECT, 0)), graded("Cy")),
        started="2026-01-01T00:00:00+00:00",
    )
    second.mkdir()
    write_report(later, assignment(), second, first)
    dates = {
        path.name[:2]: "1 January 2026" in path.read_text()
        for path in (second / "students").iterdir()
    }
    assert dates == {"ad": False, "bo": True, "cy": True}


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b'<meta name="page" content="">'])
def test_a_page_that_is_not_ours_any_more_is_written_again(tmp_path: Path, content: bytes) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    (page,) = [path for path in written(run(graded()), first) if path.parent.name == "students"]
    before = page.read_bytes()
    page.write_bytes(content)
    second.mkdir()
    write_report(run(graded()), assignment(), second, first)
    assert (second / "students" / page.name).read_bytes() == before


def test_links_of_the_class_page_lead_to_pages_that_exist(tmp_path: Path) -> None:
    page = class_page(hostile_run(), tmp_path)
    links = {str(attrs["href"]) for tag, attrs in page.tags if tag == "a"}
    inside = {link for link in links if link.startswith("#") and "=" not in link}
    outside = {link for link in links if not link.startswith("#")}
    assert inside <= {f"#{attrs.get('id')}" for _, attrs in page.tags}
    assert len(outside) == 2 * len(HOSTILE) + 1
    assert all((tmp_path / link).is_file() for link in outside)


# A student's page


def test_student_page_begins_with_name_and_total(tmp_path: Path) -> None:
    text = student_page(graded(), tmp_path).text
    assert "Ada 10 of 10 points \u2013 1 of 1 exercise solved" in text


def test_student_page_shows_what_to_look_at_and_what_does_not_work_first(tmp_path: Path) -> None:
    flagged = replace(graded("Ada", answer(), answer(Verdict.ERROR, 0)), flags=("a flag",))
    drawn = replace(flagged, long_cells_skipped=2, drawn=("seed = 5", "name = 'a<b'"))
    text = student_page(drawn, tmp_path).text
    in_order = (
        *("which are drawn for each student: seed = 5", "name = 'a<b'"),
        *("What to look at next", "What does not work yet", "What works"),
        *("Noticed while grading", "What the words mean", "2 long-running cells were not run."),
    )
    places = [text.index(words) for words in in_order]
    assert places == sorted(places)


def test_student_page_of_one_without_mistakes_has_nothing_to_look_at_next(tmp_path: Path) -> None:
    text = student_page(graded("Ada", answer()), tmp_path).text
    assert "What to look at next" not in text
    assert "What does not work yet" not in text


def test_failed_cases_of_which_the_same_is_said_share_a_line(tmp_path: Path) -> None:
    cases = [
        CaseResult(name, title, Visibility.HIDDEN, False, message)
        for name, title, message in (
            *(("one", "", "is 1"), ("two", "", "is 2"), ("three", "Three of them.", "is 1")),
            ("five", "", "is 1"),
        )
    ]
    passed = CaseResult("four", "", Visibility.HIDDEN, True)
    result = answer(Verdict.INCORRECT, 0, cases=(passed, *cases))
    text = student_page(graded("Ada", result), tmp_path).text
    assert (
        "Cases: 1 of 5 passed not passed one hidden is 1 The same in: Three of them; five "
        "not passed two hidden is 2 Passed: four"
    ) in text


@pytest.mark.parametrize("verdict", Verdict)
def test_student_page_says_and_explains_a_verdict_in_words(
    tmp_path: Path, verdict: Verdict
) -> None:
    score = None if verdict is Verdict.NOT_GRADED else 0
    text = student_page(graded("Ada", answer(verdict, score)), tmp_path).text
    word = VERDICTS[verdict]
    assert text.count(word.word) >= 2
    assert text.count(f"{word.word} {word.meaning}") == 1


def test_student_page_shows_diagnosis_cases_code_and_output(tmp_path: Path) -> None:
    cases = (
        CaseResult("two", "Two", Visibility.PUBLIC, False, "result is 2 where 4 is expected"),
        CaseResult("big", "", Visibility.HIDDEN, None),
    )
    result = answer(
        Verdict.INCORRECT,
        0,
        message="It is too small.",
        diagnosis=Diagnosis("same", "The same number", "Multiply by two."),
        cases=cases,
        code="def double(x):\n    return x",
        printed="hello",
    )
    text = student_page(graded("Ada", result), tmp_path).text
    for words in (
        "double \u2013 Returns twice of double. It is too small. The same number Multiply by two.",
        "Cases: 0 of 2 passed not passed Two public two result is 2 where 4 is expected",
        "Not called: big The code def double (x): return x What the notebook printed there hello",
    ):
        assert words in text


def test_student_page_shows_every_variant_with_what_it_explains(tmp_path: Path) -> None:
    result = answer(
        Verdict.PARTIAL,
        2.5,
        message="A reason.",
        diagnosis=Diagnosis("one", "First", "Look there.", ("b", "v of b")),
        also=(Diagnosis("two", "Second", "Look here.", ("W",)),),
        alternatives=(Diagnosis("three", "Third", "Or there."),),
    )
    text = student_page(graded("Ada", result), tmp_path).text
    assert (
        "A reason. First This explains what is wrong in: b, v of b Look there. "
        "Second This explains what is wrong in: W Look here. "
        "Third Or this: the cases cannot tell these two apart. Or there."
    ) in text


def test_student_page_says_the_first_step_that_differs_after_the_mistake(tmp_path: Path) -> None:
    mistaken = answer(
        Verdict.INCORRECT,
        0,
        diagnosis=Diagnosis("half", "halved", "Twice is meant."),
        first_step=FirstStep("zero", "twice", 3, "The first value is twice, set in line 3."),
    )
    text = student_page(graded("Ada", mistaken), tmp_path).text
    first = text.index("The first step that differs The first value is twice, set in line 3.")
    assert text.index("Twice is meant.") < first
    assert "The first value that differs is set in line 3 of your code." in text


def test_not_graded_exercise_is_nobodys_fault(tmp_path: Path) -> None:
    text = student_page(graded("Ada", answer(Verdict.NOT_GRADED, None)), tmp_path).text
    assert "That is nobody's fault, and it does not count as 0" in text
    assert "The total does not include them." in text


def test_page_of_a_submission_without_a_grade_says_why_and_what_to_do(tmp_path: Path) -> None:
    text = student_page(ungraded(), tmp_path).text
    assert "Could not be graded" in text
    assert "The file is empty." in text
    assert "What to do" in text
    assert "of 10 points" not in text


def test_result_of_an_exercise_that_the_assignment_no_longer_has_is_shown(tmp_path: Path) -> None:
    assert "old_one" in student_page(graded("Ada", answer(name="old_one")), tmp_path).text


# Safety


def test_no_page_has_a_tag_or_attribute_that_a_student_wrote(hostile_pages: list[str]) -> None:
    for html in hostile_pages:
        page = Page(html)
        tags = [tag for tag, _ in page.tags]
        assert "img" not in tags
        # The class page has its data and its script, a student's page the steps to others.
        steps = 'aria-label="Report" data-student' in html
        assert tags.count("script") == 2 * ('class="sortable"' in html) + steps
        assert tags.count("style") == 1


def test_no_page_has_style_or_event_attributes(hostile_pages: list[str]) -> None:
    names = {name for html in hostile_pages for _, attrs in Page(html).tags for name in attrs}
    assert not [name for name in names if name == "style" or name.startswith("on")]


def test_no_page_has_an_address_outside_of_the_report(hostile_pages: list[str]) -> None:
    for html in hostile_pages:
        assert not re.search(r"https?://|@import|url\((?!#)", html)
        links = [attrs.get(key) for _, attrs in Page(html).tags for key in ("href", "src")]
        view = r"#[a-z.]+=[\w%+.*-]+(&[a-z.]+=[\w%+.*-]+)*"
        student = r"(\.\./)?students/[a-z0-9_-]+\.html(\?[a-z.]+=[\w%+.*&=-]+#exercise-1)?"
        allowed = re.compile(
            rf"#[a-z0-9-]+|(\.\./index\.html)?({view})?|{student}|exercises/double\.html"
            r"|\.\./grades\.csv"
        )
        assert all(allowed.fullmatch(link) for link in links if link is not None)


def test_policy_allows_exactly_the_inline_style_and_script(hostile_pages: list[str]) -> None:
    for html in hostile_pages:
        page = Page(html)
        policy = "default-src 'none'; base-uri 'none'; form-action 'none'"
        for kind, text in sorted(page.raw.items(), reverse=True):
            if kind == "data":  # is not run
                continue
            source = b64encode(sha256(text.encode()).digest()).decode()
            policy += f"; {kind}-src 'sha256-{source}'"
        assert page.meta("Content-Security-Policy") == policy


def test_every_page_names_its_maker_and_keeps_its_address_to_itself(
    hostile_pages: list[str],
) -> None:
    for page in map(Page, hostile_pages):
        assert page.meta("generator") == "fairgrade 1.2.3"
        assert page.meta("referrer") == "no-referrer"


def test_no_page_has_a_character_that_cannot_be_seen(hostile_pages: list[str]) -> None:
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", "".join(hostile_pages))


def test_templates_do_not_evaluate_what_a_student_wrote(hostile_pages: list[str]) -> None:
    assert sum("{{ 7 * 7 }}" in html for html in hostile_pages) == 4


def test_very_long_output_keeps_its_beginning_and_end(tmp_path: Path) -> None:
    printed = "begin" + "x" * 1_000_000 + "end"
    page = student_page(graded("Ada", answer(printed=printed)), tmp_path)
    assert "begin" in page.text
    assert "xend" in page.text
    assert len(page.text) < 10_000


def test_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = (written(hostile_run(), tmp_path / name) for name in ("first", "second"))
    assert [path.name for path in first] == [path.name for path in second]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


# Slugs

COLLIDING = [
    *("a/b", "a-b", "a_b", "A-B", "Ä", "a", "A", "ä", "", " ", "..", ".", "index", "Index", "con"),
    *("x" * 300, "x" * 301, "X" * 300, "\ud800", "\udfff", "naïve", "naive", "a\nb", "a b", "-rf"),
    *("/etc/passwd", "C:\\x", "名前", "名", "a-b", "a-b-2", slug("a/b")),
]


def test_slugs_do_not_collide_in_any_case() -> None:
    taken: set[str] = set()
    found = [free(slug(name), taken) for name in COLLIDING]
    assert len({each.casefold() for each in found}) == len(COLLIDING)
    assert set(found) == taken


@pytest.mark.parametrize("name", COLLIDING)
def test_slug_is_a_short_safe_file_name(name: str) -> None:
    assert re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,75}", slug(name))
    assert slug(name) != "con"


def test_slug_of_a_safe_name_is_the_name() -> None:
    assert [slug("ada_lovelace"), slug("index")] == ["ada_lovelace", "index"]


def test_a_slug_that_is_taken_is_numbered() -> None:
    taken: set[str] = set()
    assert [free("ann", taken) for _ in range(3)] == ["ann", "ann-2", "ann-3"]


def test_pages_stay_inside_the_folder(tmp_path: Path) -> None:
    files = written(hostile_run(), tmp_path / "report")
    assert len(files) == 2 + 2 * len(HOSTILE)
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


# Pictures, code


def test_histogram_counts_a_total_at_a_mark_in_the_range_above() -> None:
    bars = histogram([0, 10, 99.9, 100, 100], 100).bars
    assert [bar.count for bar in bars] == [1, 1, 0, 0, 0, 0, 0, 0, 0, 3]


def test_histogram_counts_totals_out_of_range_at_its_ends() -> None:
    bars = histogram([-5, 120], 100).bars
    assert (bars[0].count, bars[-1].count) == (1, 1)


def test_histogram_says_in_words_what_it_shows() -> None:
    assert histogram([5, 97, 98], 100).words == (
        "From low to high: 1 total 0 to 10; 2 totals 90 to 100."
    )


def test_highlighted_code_is_the_code() -> None:
    code = 'def f(x):\n    """a\n\n    b"""\n    return f"{x}" + \'<b>\'  # <i>\n\n@g\nx = 0x1F'
    assert "".join(Page(str(highlighted(code))).words) == code + "\n"


def test_highlighted_code_tells_keywords_strings_numbers_and_comments_apart() -> None:
    html = str(highlighted("if x == 'a': y = 1.5  # why"))
    found = re.findall(r'<span class="([a-z])">([^<\n]+)</span>', html)
    assert found == [("k", "if"), ("s", "&#39;a&#39;"), ("m", "1.5"), ("c", "# why")]


def test_highlighted_docstring_is_one_string_on_every_line() -> None:
    assert str(highlighted('"""a\nb"""')).count('class="s"') == 2


@pytest.mark.parametrize("piece", ['"', "'\\", "def ", "'''\\", "1e", "rb", "(", "\n x"])
def test_highlighting_code_of_one_repeated_piece_ends(piece: str) -> None:
    assert highlighted(piece * 20_000)


def test_report_for_a_large_class_has_a_page_for_everyone(tmp_path: Path) -> None:
    results = [replace(graded(), student=f"s{index}") for index in range(300)]
    assert len(written(run(*results), tmp_path / "report")) == 302


def test_an_edit_is_shown_to_the_instructor_only(tmp_path: Path) -> None:
    repair = Repair("helper", 3, (2, 4), ("was < this", "b"), ("becomes > that", "c"))
    write_report(run(graded("Ada", answer(repair=repair))), assignment(), tmp_path)
    class_page = (tmp_path / "index.html").read_text()
    pages = [page.read_text() for page in (tmp_path / "students").iterdir()]

    assert "<code>double</code> in <code>helper</code>, cell 3, lines 2, 4:" in class_page
    assert "<code>was &lt; this</code> → <code>becomes &gt; that</code>" in class_page
    assert pages
    assert not any("becomes" in page or "was &lt;" in page for page in pages)


def test_a_page_lists_so_many_edits(tmp_path: Path) -> None:
    repair = Repair("double", 1, (1,), ("a",), ("b",))
    results = [graded(f"s{n}", answer(repair=repair)) for n in range(MOST_LINES + 5)]
    write_report(run(*results), assignment(), tmp_path)

    assert "… and 5 more in results.json" in (tmp_path / "index.html").read_text()
