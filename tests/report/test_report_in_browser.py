"""The report in a real browser: sorting, silence on the network, safety, room, accessibility."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.assignments.load import load_assignment
from grader.gradebook.diff import Change, Since
from grader.model import (
    CaseResult,
    Diagnosis,
    ExerciseResult,
    Mark,
    Owner,
    Result,
    Verdict,
    Visibility,
)
from grader.report import write_diff, write_report
from tests.conftest import ROOT
from tests.report.test_diff_page import ONE, TWO
from tests.report.test_report import (
    HOSTILE,
    answer,
    assignment,
    exercise,
    graded,
    hostile_run,
    run,
    ungraded,
)
from tests.report.test_report_pictures import pictured
from tests.report.test_unnamed import a_class, unnamed

pytestmark = pytest.mark.browser

LONG = "a_very_long_name_without_a_break_" * 8


def small_class() -> tuple[Result, ...]:
    return (
        graded("Bea", answer(Verdict.PARTIAL, 9)),
        ungraded("Cem"),
        graded("Ada", answer()),
        graded("Dag", answer(Verdict.INCORRECT, 0)),
        graded("Eva", answer(Verdict.NOT_GRADED, None)),
    )


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    write_report(run(*small_class(), passed_over=("a.txt: no notebook",)), assignment(), folder)
    return folder


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    many = assignment(*(exercise(f"f{index}", LONG) for index in range(6)), exercise())
    write_report(hostile_run(HOSTILE[0], LONG, "\n".join(HOSTILE)), many, folder)
    return folder


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with every kind of picture."""
    folder = tmp_path_factory.mktemp("drawn")
    known = load_assignment(ROOT, "optimization_methods")
    write_report(run(graded("ada", *pictured(known))), known, folder)
    return folder / "students/ada.html"


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """251 students, half of them wrong, half of these by a mistake with a name."""
    folder = tmp_path_factory.mktemp("many")
    halved = Diagnosis("halved", "halved")
    cases = (CaseResult("zero", "Zero", Visibility.HIDDEN, False),)
    wrong = [
        answer(Verdict.INCORRECT, 0, cases=cases, diagnosis=halved),
        answer(Verdict.INCORRECT, 0, cases=cases),
    ]
    results = [
        graded(
            f"s{number:03}",
            answer() if number % 2 else wrong[number % 4 // 2],
            flags=() if number else ("odd",),
            seconds=number / 100,
        )
        for number in range(250)
    ]
    write_report(run(*results, graded("José García")), assignment(), folder)
    return folder


@pytest.fixture(scope="module")
def alike(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve students, two of whom have the same unusual and hostile code under hostile names."""
    folder = tmp_path_factory.mktemp("alike")
    own = "\n".join(
        f"    seen[{n!r}] = '</code><script>document.title=`owned`</script>', x" for n in range(20)
    )
    code = f"def double(x):\n    seen = {{}}\n{own}\n    return seen"
    copy = code.replace("seen", "kept")
    others = [graded(f"s{n}", answer(code="def double(x):\n    return x")) for n in range(10)]
    hostile = [graded(HOSTILE[n], answer(code=each)) for n, each in enumerate((code, copy))]
    write_report(run(*others, *hostile), assignment(), folder, similar=True)
    return folder


def pages(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.html"))


def test_click_on_a_header_sorts_numbers_as_numbers(opened: Any, report: Path) -> None:
    table = opened(report / "index.html")
    table.sort_by("Doubling")
    assert table.column(1) == ["Dag", "Bea", "Ada", "Eva", "Cem"]
    assert table.header("Doubling").get_attribute("aria-sort") == "ascending"


def test_second_click_sorts_the_other_way_and_blanks_stay_last(opened: Any, report: Path) -> None:
    table = opened(report / "index.html")
    table.sort_by("Doubling")
    table.sort_by("Doubling")
    assert table.column(1) == ["Ada", "Bea", "Dag", "Eva", "Cem"]
    assert table.header("Doubling").get_attribute("aria-sort") == "descending"


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_header_is_reached_and_pressed_with_the_keyboard(
    opened: Any, report: Path, key: str
) -> None:
    table = opened(report / "index.html")
    table.page.locator("div.scroll").focus()
    table.page.keyboard.press("Tab")
    table.page.keyboard.press(key)
    assert table.column(1) == ["Ada", "Bea", "Dag", "Eva", "Cem"]
    assert table.header("Student").get_attribute("aria-sort") == "ascending"


def test_only_one_header_is_marked_as_sorted(opened: Any, report: Path) -> None:
    table = opened(report / "index.html")
    table.sort_by("Student")
    table.sort_by("Total")
    assert table.page.locator("[aria-sort]").count() == 1


def test_sorting_is_announced(opened: Any, report: Path) -> None:
    table = opened(report / "index.html")
    table.sort_by("Student")
    assert table.page.get_by_role("status").inner_text() == "Sorted by Student, ascending"


def test_submission_without_a_grade_stays_blank_when_sorted(opened: Any, report: Path) -> None:
    table = opened(report / "index.html")
    table.sort_by("Total")
    assert table.column(2)[-1] == ""


def test_without_javascript_the_table_is_there_and_offers_no_buttons(
    opened: Any, report: Path
) -> None:
    page = opened(report / "index.html", java_script_enabled=False).page
    names = page.locator("table.all tbody th").all_inner_texts()
    assert names == ["Bea", "Ada", "Dag", "Eva", "Cem"]
    assert page.get_by_role("button").count() == 0
    assert page.locator("table.sortable").is_hidden()
    page.get_by_role("link", name="Ada").click()
    assert page.locator("h1").inner_text() == "Ada"


def test_student_link_leads_to_the_page_and_back(opened: Any, report: Path) -> None:
    page = opened(report / "index.html").page
    page.get_by_role("link", name="Ada").click()
    assert page.locator("h1").inner_text() == "Ada"
    page.get_by_role("link", name="All submissions").click()
    assert page.locator("h1").inner_text() == "Numbers"


def test_no_page_asks_for_anything_or_complains(
    opened: Any, report: Path, hostile: Path, alike: Path
) -> None:
    for path in pages(report) + pages(hostile) + pages(alike):
        seen = opened(path)
        assert seen.requests == [path.as_uri()]
        assert seen.complaints == []


def test_script_that_a_student_wrote_never_runs(opened: Any, hostile: Path, alike: Path) -> None:
    for path in pages(hostile) + pages(alike):
        assert opened(path).page.title() != "owned"


def test_style_of_the_page_is_applied(opened: Any, report: Path) -> None:
    page = opened(report / "index.html").page
    assert page.evaluate("getComputedStyle(document.querySelector('.skip')).position") == "absolute"


@pytest.mark.parametrize("width", [380, 1200])
def test_nothing_is_wider_than_the_window(opened: Any, hostile: Path, width: int) -> None:
    for path in pages(hostile):
        page = opened(path, viewport={"width": width, "height": 800}).page
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(
    ("width", "scheme"),
    [
        (380, "dark"),
        (1200, "light"),
        pytest.param(380, "light", marks=pytest.mark.thorough),
        pytest.param(1200, "dark", marks=pytest.mark.thorough),
    ],
)
def test_axe_finds_nothing(opened: Any, report: Path, scheme: str, width: int) -> None:
    from axe_playwright_python.sync_playwright import Axe

    for path in pages(report):
        viewport = {"width": width, "height": 800}
        page = opened(path, color_scheme=scheme, viewport=viewport, bypass_csp=True).page
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()


def test_every_verdict_is_legible_in_both_schemes(opened: Any, tmp_path: Path) -> None:
    from axe_playwright_python.sync_playwright import Axe

    code = "def double(x):\n    '''Twice.'''\n    return len(x) * 2.0  # why"
    answers = [
        answer(verdict, None if verdict is Verdict.NOT_GRADED else 1, code=code, message=verdict)
        for verdict in Verdict
    ]
    write_report(run(graded("ada", *answers, flags=("odd",))), assignment(), tmp_path)
    for scheme in ("light", "dark"):
        page = opened(tmp_path / "students/ada.html", color_scheme=scheme, bypass_csp=True).page
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()


def test_print_is_black_on_white_without_controls(opened: Any, report: Path) -> None:
    page = opened(report / "index.html", color_scheme="dark").page
    page.emulate_media(media="print", color_scheme="dark")
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert colour == "rgb(255, 255, 255)"
    assert page.locator("#controls").is_hidden()


def test_search_finds_a_name_however_it_is_written(opened: Any, many: Path) -> None:
    table = opened(many / "index.html")
    table.page.get_by_label("Student", exact=True).fill("GARCIA jos")
    assert table.column(1) == ["José García"]
    assert table.shown == "1 shown (251 in all)"


def test_search_for_nobody_says_so_and_shows_all_again_when_asked(opened: Any, many: Path) -> None:
    table = opened(many / "index.html")
    table.page.get_by_label("Student", exact=True).fill("nobody")
    assert table.column(1) == []
    assert table.shown == "None of 251 fits"
    table.page.get_by_role("button", name="Show all").click()
    rows = table.page.locator(".sortable tbody tr")
    rows.nth(99).wait_for()  # not by wait_for_function, which the page's own policy forbids
    assert rows.count() == 100


def test_filters_go_together(opened: Any, many: Path) -> None:
    table = opened(many / "index.html")
    table.page.get_by_label("Doubling").select_option("incorrect")
    assert set(table.column(3)) == {"incorrect\n0"}
    assert "1 to 100 of 125" in table.shown
    table.page.get_by_label("Mistake", exact=True).select_option("halved (Doubling)")
    assert "63 shown" in table.shown
    table.page.get_by_label("Status", exact=True).first.select_option("flagged")
    assert table.column(1) == ["s000"]


def test_could_not_be_graded_can_be_filtered(opened: Any, report: Path) -> None:
    table = opened(report / "index.html")
    table.page.get_by_label("Status", exact=True).first.select_option("could not be graded")
    assert table.column(1) == ["Cem"]


def test_large_class_is_shown_page_by_page_in_the_order_chosen(opened: Any, many: Path) -> None:
    table = opened(many / "index.html")
    previous, following = (
        table.page.get_by_role("button", name=name).first for name in ("Previous", "Next")
    )
    assert len(table.column(1)) == 100
    assert previous.is_disabled()
    table.sort_by("Student")
    table.sort_by("Student")
    following.click()
    following.click()
    assert table.column(1)[-2:] == ["s000", "José García"]
    assert table.page.get_by_role("status").inner_text() == "201 to 251 of 251 shown"
    assert following.is_disabled()


def test_whole_table_is_printed(opened: Any, many: Path) -> None:
    page = opened(many / "index.html").page
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".sortable tbody tr").count() == 251
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator(".sortable tbody tr").count() == 100


def test_student_is_found_and_opened_with_the_keyboard_alone(opened: Any, many: Path) -> None:
    page = opened(many / "index.html").page
    keyboard = page.keyboard
    keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    for _ in range(60):
        keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "search":
            break
    keyboard.type("s123")
    for _ in range(60):
        keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "s123":
            break
    keyboard.press("Enter")
    page.wait_for_url("**/students/s123.html?q=s123")
    assert page.locator("h1").inner_text() == "s123"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_a_page_with_everything(opened: Any, many: Path, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    for options in ({}, {"java_script_enabled": False}):
        page = opened(many / "index.html", color_scheme=scheme, bypass_csp=True).page
        if options:
            plain = page.evaluate("document.querySelector('noscript').textContent")
            page.evaluate("(html) => { document.querySelector('#table').outerHTML = html }", plain)
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_keys_and_what_changed(
    opened: Any, tmp_path: Path, scheme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    changes = [Change("Ada", "double", 1.0, 2.5, "graded again")]
    since = Since(ONE, TWO, changes)
    write_report(run(*small_class()), assignment(), tmp_path, since=since, grades=["grades.csv"])
    for path in (tmp_path / "index.html", *tmp_path.glob("students/ada*.html")):
        viewport = {"width": 380, "height": 800}
        page = opened(path, color_scheme=scheme, viewport=viewport, bypass_csp=True).page
        assert (page.get_by_text("run before").count() > 0) is (path.name == "index.html")
        page.keyboard.press("?")
        assert page.get_by_role("dialog").is_visible()
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()


def test_class_page_with_everything_fits_a_telephone(opened: Any, many: Path) -> None:
    page = opened(many / "index.html", viewport={"width": 380, "height": 800}).page
    assert page.evaluate("document.documentElement.scrollWidth") <= 380


def test_similar_pair_is_opened_from_the_class_page_and_leads_back(
    opened: Any, alike: Path
) -> None:
    page = opened(alike / "index.html").page
    page.locator("#similar + p + ul a").click()
    assert page.locator("pre .marked").count() == 2 * 22
    one, two = (each.bounding_box() for each in page.locator("pre").all())
    assert one["y"] == two["y"]
    page.get_by_role("link", name="All submissions").click()
    assert page.locator("#similar").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [380, 1200])
def test_page_of_a_pair_fits_and_is_accessible(
    opened: Any, alike: Path, scheme: str, width: int
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    viewport = {"width": width, "height": 800}
    path = alike / "similar" / "1.html"
    page = opened(path, color_scheme=scheme, viewport=viewport, bypass_csp=True).page
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize(("width", "scheme"), [(380, "dark"), (1200, "light")])
def test_answers_without_a_name_fit_are_accessible_and_lead_to_their_students(
    opened: Any, tmp_path: Path, width: int, scheme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    code = f"def double(x):\n    return {LONG!r}"
    hostile = [graded(each, unnamed(77, code=code)) for each in (*HOSTILE[:3], LONG)]
    write_report(run(*hostile, *a_class(3, 2, 1)), assignment(), tmp_path)
    viewport = {"width": width, "height": 800}
    path = tmp_path / "index.html"
    seen = opened(path, color_scheme=scheme, viewport=viewport, bypass_csp=True)
    page = seen.page
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    page.locator("section", has=page.locator("#unnamed")).get_by_role(
        "link", name="3 answers"
    ).click()
    page.locator(".pager .shown", has_text="3 shown").first.wait_for()
    assert seen.column(1) == ["s1_0", "s1_1", "s1_2"]
    chosen = page.get_by_label("Mistake").evaluate("select => select.selectedOptions[0].text")
    assert chosen == "no name, behaves alike: 1 (Doubling)"
    assert (page.title(), seen.complaints) == ("Numbers: the class", [])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_of_changes_fits_and_is_accessible(opened: Any, tmp_path: Path, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    changes = [Change(name, LONG, 1.0, 2.5, LONG) for name in HOSTILE]
    changes += [
        Change("ann", "count", 2.5, 0.0, "the grader"),
        Change("bo", "count", None, 1.0, "graded again"),
    ]
    write_diff(ONE, TWO, changes, tmp_path / "diff.html")
    for width in (380, 1200):
        viewport = {"width": width, "height": 800}
        seen = opened(
            tmp_path / "diff.html", color_scheme=scheme, viewport=viewport, bypass_csp=True
        )
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
        results = Axe().run(seen.page)
        assert results.violations_count == 0, results.generate_report()
        assert (seen.page.title(), len(seen.requests)) == ("From run 1 to run 2", 1)
        head = seen.page.locator("th", has_text="Points won").first
        assert head.bounding_box()["width"] > 40


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [380, 1200])
def test_pictures_fit_and_axe_finds_nothing(
    opened: Any, drawn: Path, scheme: str, width: int
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    viewport = {"width": width, "height": 800}
    seen = opened(drawn, color_scheme=scheme, viewport=viewport, bypass_csp=True)
    for closed in ("details.answer > summary", "details.pictures > summary"):
        seen.page.locator(closed).click()
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
    every = seen.page.locator("[role=img]")
    assert every.count() == 7
    for number in range(every.count()):
        assert every.nth(number).bounding_box()["width"] > 250
    results = Axe().run(seen.page)
    assert results.violations_count == 0, results.generate_report()


def test_pictures_ask_for_nothing_and_break_no_policy(opened: Any, drawn: Path) -> None:
    seen = opened(drawn)
    assert seen.requests == [drawn.as_uri()]
    assert seen.complaints == []


def test_yours_and_the_references_differ_by_more_than_their_colour(
    opened: Any, drawn: Path
) -> None:
    page = opened(drawn).page
    style = "e => [getComputedStyle(e).strokeDasharray, getComputedStyle(e).markerMid]"
    yours = page.locator(".line.yours.steps").first.evaluate(style)
    reference = page.locator(".line.reference.steps").first.evaluate(style)
    assert yours[0] == "none"
    assert reference[0] != "none"
    assert yours[1] != reference[1]
    assert "none" not in (yours[1], reference[1])


def test_pictures_of_right_functions_are_not_printed(opened: Any, drawn: Path) -> None:
    """A page with all points is to fit on one sheet."""
    page = opened(drawn, color_scheme="dark").page
    page.emulate_media(media="print", color_scheme="dark")
    assert page.locator("article.answer [role=img]").first.is_visible()
    assert not page.locator("details.answer [role=img]").first.is_visible()


@pytest.fixture(scope="module")
def wrong_in_everything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a student with a long reason for each of six wrong exercises, late, remarked."""
    folder = tmp_path_factory.mktemp("wrong")
    long = "The average is not made of what it should be made of, which shows at once. " * 3
    cases = tuple(CaseResult(f"c{n}", long, Visibility.HIDDEN, False, long) for n in range(9))
    wrong = [
        answer(
            Verdict.INCORRECT, 0, name=f"f{n}", cases=cases, code="def f(x):\n    return x\n" * 9
        )
        for n in range(6)
    ]
    flagged = replace(graded("ada", *wrong), flags=(long,) * 3, remarks=(long,))
    write_report(
        run(flagged), assignment(*(exercise(f"f{n}", "Momentum") for n in range(6))), folder
    )
    return folder / "students/ada.html"


@pytest.fixture(scope="module")
def with_formulas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page on which every exercise is wrong, and Adam by a mistake that is told in a formula."""
    folder = tmp_path_factory.mktemp("formulas")
    known = load_assignment(ROOT, "optimization_methods")
    adam = known.exercise("update_parameters_with_adam")
    mistake = next(each for each in adam.variants if each.name == "s_corrected_by_beta1")
    found = Diagnosis(mistake.name, mistake.title, mistake.explanation)
    answers = [
        answer(Verdict.INCORRECT, 0, name=each.name, diagnosis=found if each == adam else None)
        for each in known.exercises
    ]
    endless = "+".join(["x_1"] * 100)
    remark = rf"See $\frac{{\sum_{{i=1}}^{{m}} x_i}}{{m}}$, of $5 and $6. Or ${endless}$."
    write_report(run(graded("ada", *answers, remarks=(remark,))), known, folder)
    return folder / "students/ada.html"


@pytest.mark.parametrize(("width", "scheme"), [(380, "dark"), (1200, "light")])
def test_formulas_are_typeset_without_network_and_read_aloud_in_words(
    opened: Any, with_formulas: Path, width: int, scheme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    viewport = {"width": width, "height": 800}
    seen = opened(with_formulas, viewport=viewport, color_scheme=scheme, java_script_enabled=False)
    assert seen.requests == [with_formulas.as_uri()]
    assert seen.complaints == []
    page = opened(with_formulas, viewport=viewport, color_scheme=scheme, bypass_csp=True).page
    assert page.get_by_text(", of $5 and $6.").is_visible()
    assert page.get_by_role("math", name="1 - beta1^t", exact=True).count() == 1
    fraction = page.get_by_role("math", name="s_c = s / (1 - beta2^t)").bounding_box()
    simple = page.get_by_role("math", name="p = p - alpha · v", exact=True).bounding_box()
    assert fraction["height"] > 1.3 * simple["height"]  # one above the other
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize(("width", "height"), [(1200, 900), (380, 800)])
def test_the_first_wrong_answer_is_on_the_first_screen(
    opened: Any, wrong_in_everything: Path, width: int, height: int
) -> None:
    page = opened(wrong_in_everything, viewport={"width": width, "height": height}).page
    assert page.locator("article.answer h3").first.bounding_box()["y"] < height - 40


def test_right_answers_are_a_closed_line_each_and_the_page_prints_on_one_sheet(
    opened: Any, tmp_path: Path
) -> None:
    six = [answer(name=f"f{n}", code="def f(x):\n    return x\n" * 30) for n in range(6)]
    many = assignment(*(exercise(f"f{n}", f"Exercise {n}") for n in range(6)))
    write_report(run(graded("ada", *six)), many, tmp_path)
    page = opened(tmp_path / "students/ada.html", viewport={"width": 1200, "height": 900}).page
    for right in page.locator("details.answer").all():
        assert right.bounding_box()["height"] < 60
    assert page.pdf(format="A4").count(b"/Type /Page\n") == 1


def test_given_code_is_folded_and_a_marked_line_is_not(opened: Any, tmp_path: Path) -> None:
    code = (
        'def double(x):\n    """Twice.\n\n    A number.\n\n    More.\n    """\n'
        "    ### START CODE HERE ###\n    y = x\n    ### END CODE HERE ###\n    return y\n"
    )
    result = answer(Verdict.INCORRECT, 0, code=code, marks=(Mark(9, "here"),))
    write_report(run(graded("ada", result)), assignment(), tmp_path)
    page = opened(tmp_path / "students/ada.html").page
    assert page.locator(".code summary").all_inner_texts() == ["6 lines of docstring"]
    assert page.locator(".code .marked").is_visible()
    assert not page.get_by_text("A number.").is_visible()
    page.locator(".code summary").click()
    assert page.get_by_text("A number.").is_visible()


def test_a_remark_on_a_line_is_not_cut_on_a_telephone(opened: Any, tmp_path: Path) -> None:
    words = "sets mini_batch_X, the first value that is not as expected"
    code = "def double(x):\n    return x\n"
    result = answer(Verdict.INCORRECT, 0, code=code, marks=(Mark(2, words),))
    write_report(run(graded("ada", result)), assignment(), tmp_path)
    (path,) = tmp_path.glob("students/*.html")
    page = opened(path, viewport={"width": 380, "height": 800}).page
    remark, code_box = (page.locator(each).bounding_box() for each in (".code em", ".code"))
    assert remark["x"] + remark["width"] <= code_box["x"] + code_box["width"]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a class of two exercises; every sixth student has a flag, a third a mistake."""
    folder = tmp_path_factory.mktemp("course")
    halved = Diagnosis("halved", "halved", "It should be twice as much.")
    names = ("zero", "large", "small")

    def doubled(number: int) -> ExerciseResult:
        failing = {0: (), 1: ("zero", "large"), 2: ("small",)}[number % 3]
        cases = tuple(
            CaseResult(name, name, Visibility.HIDDEN, name not in failing) for name in names
        )
        if not failing:
            return answer(cases=cases)
        named = halved if number % 3 == 1 else None
        code = f"def double(x):\n    return x / {number % 3}"
        return answer(Verdict.INCORRECT, 0, cases=cases, diagnosis=named, code=code)

    results = [
        replace(
            graded(
                f"s{number:03}",
                doubled(number),
                answer(name="halve", score=number % 10),
                flags=(f"cell {number} raised an error",) if number % 6 == 0 else (),
            ),
            owner=Owner(
                f"Ann Number {number}", {"sid": str(9000 + number)}, "", section=f"B{number % 2}"
            ),
        )
        for number in range(240)
    ]
    results.append(ungraded("zoe", "The file is empty."))
    write_report(run(*results), assignment(exercise(), exercise("halve", "Halving")), folder)
    return folder


def test_back_reload_and_a_sent_link_show_the_same(opened: Any, course: Path) -> None:
    table = opened(course / "index.html")
    page = table.page

    def seen() -> tuple[Any, ...]:
        state = "e => [...e.querySelectorAll('select, input')].map(each => each.value)"
        controls = page.locator("#controls").evaluate(state)
        sort = page.locator("[aria-sort]").evaluate_all("all => all.map(e => e.ariaSort)")
        return controls, sort, table.shown, table.column(1)

    steps = [seen()]
    page.get_by_label("Doubling", exact=True).select_option("incorrect")
    steps.append(seen())
    table.sort_by("Halving")
    table.sort_by("Halving")
    steps.append(seen())
    page.get_by_role("button", name="Next").last.click()
    steps.append(seen())
    assert [step[2] for step in steps] == [
        "1 to 100 of 241 shown",
        *["1 to 100 of 160 shown (241 in all)"] * 2,
        "101 to 160 of 160 shown (241 in all)",
    ]
    page.reload()
    assert seen() == steps[-1]
    sent = opened(course / "index.html").page
    sent.goto(page.url)
    assert sent.locator(".sortable tbody th").first.inner_text() == steps[-1][3][0]
    page.go_back()
    assert seen() == steps[2]
    page.go_back()
    page.go_back()
    assert seen() == steps[1]
    page.go_back()
    assert seen() == steps[0]
    page.get_by_label("Student", exact=True).type("s12")
    page.locator(".sortable tbody a").first.click()
    assert page.locator("h1").inner_text() == "s120"
    page.go_back()
    assert page.get_by_label("Student", exact=True).input_value() == "s12"
    assert len(table.column(1)) == 10


def test_what_the_page_counts_leads_to_its_students(opened: Any, course: Path) -> None:
    """A mistake, a case, a group, a flag and a reason, from the class page and an exercise's."""
    table = opened(course / "index.html")
    page = table.page
    for link, count in (
        ("#mistakes ~ * a", "80"),
        (".failing + ul a", "80"),
        ("#flags ~ ul a", "40"),
        ("#overview ~ .note a[href*=reason]", "1"),
    ):
        page.locator(link).first.click()
        assert table.shown.split(" shown")[0].removeprefix("1 to 80 of ") == count
    assert "Only: The file is empty." in page.locator("#narrowed").inner_text()
    page.get_by_role("button", name="Show others, too").click()
    assert "241" in table.shown
    page.locator(".shares h3 a").first.click()
    titles = page.locator(".group h3").all_inner_texts()
    assert titles == ["No mistake with a name", "halved", "Correct"]
    assert page.locator(".group pre").first.is_visible()
    page.locator(".group a", has_text="80 students").first.click()
    assert table.column(1)[:2] == ["s002", "s005"]
    assert "80 shown" in table.shown


def test_one_goes_from_student_to_student_by_links_and_keys(opened: Any, course: Path) -> None:
    page = opened(course / "index.html").page
    heading = page.locator("h1")
    page.goto(f"{page.url}#sort=-student&status=flagged")
    page.locator(".sortable tbody a").nth(1).click()
    assert heading.inner_text() == "s228"

    def goes_to(name: str, act: Any) -> None:
        with page.expect_navigation(url=f"**/{name}.html*"):
            act()
        assert heading.inner_text() == name

    goes_to("s222", lambda: page.get_by_role("link", name="Next", exact=True).click())
    goes_to("s228", lambda: page.keyboard.press("p"))
    page.go_back()
    assert heading.inner_text() == "s222"
    page.keyboard.press("u")
    page.wait_for_url("**/index.html#*")
    page.goto((course / "students/s004.html").as_uri())
    goes_to("s007", lambda: page.get_by_role("link", name="Next with the same mistake").click())
    goes_to("s010", lambda: page.keyboard.press("n"))
    page.keyboard.press("?")
    assert page.get_by_role("dialog").is_visible()
    assert "the next student with the same mistake" in page.get_by_role("dialog").inner_text()


def test_a_page_for_a_student_names_no_other_student(opened: Any, course: Path) -> None:
    html = (course / "students/s004.html").read_text()
    assert not re.findall(r"s00[0-35-9]|Number [0-35-9]", html)


@pytest.mark.parametrize("width", [1200, 380])
def test_rows_are_low_headers_stay_and_nothing_is_cut(
    opened: Any, course: Path, width: int
) -> None:
    seen = opened(course / "index.html", viewport={"width": width, "height": 800})
    page = seen.page
    page.goto(f"{page.url}#columns=ids,section,late,adjusted")
    page.reload()
    box = page.locator("#table")
    assert box.evaluate("e => e.scrollWidth <= e.clientWidth")
    row = page.locator(".sortable tbody tr", has_text="s003")
    assert "9003" in row.inner_text()
    assert "B1" in row.inner_text()
    if width == 1200:
        assert row.bounding_box()["height"] <= 37
        box.evaluate("e => { e.scrollTop = 900 }")
        assert (
            page.locator(".sortable thead th").first.bounding_box()["y"]
            < box.bounding_box()["y"] + 2
        )
    page.get_by_label("Student", exact=True).fill("9012")
    assert seen.column(1) == ["s012"]


def test_the_table_is_printed_without_pages_of_lists(opened: Any, course: Path) -> None:
    """241 submissions take five sheets at most, so that 600 take twelve."""
    page = opened(course / "index.html").page
    assert page.pdf(format="A4", prefer_css_page_size=True).count(b"/Type /Page\n") <= 5
    page.emulate_media(media="print")
    for part in ("#mistakes", "#flags", "#words", ".jumps", "#controls", ".failing"):
        assert page.locator(part).first.is_hidden()
    assert page.locator("#submissions").is_visible()
