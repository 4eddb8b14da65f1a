"""The pages of a review in a real browser: keys, saving, two people, hidden names, room, axe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.review.conftest import ANSWERS, Review

pytestmark = pytest.mark.browser

Serve = Callable[..., Review]
# The width of a telephone, and that of a laptop.
WIDTHS = (380, 1200)


@pytest.fixture
def tab(browser: Any, serve: Serve) -> Iterator[Callable[..., Any]]:
    """Open an address in a browser of its own; what its page complains about is an error.

    It is closed before the server is: a page would complain about that, too.
    """
    contexts, complaints = [], []

    def open_tab(address: str, **options: Any) -> Any:
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.on("console", lambda said: complaints.append(said.text))
        page.goto(address)
        return page

    yield open_tab
    for context in contexts:
        context.close()
    # The browser itself tells of answers such as 409, which a page asks for and handles.
    assert [
        each for each in complaints if "the server responded with a status of 4" not in each
    ] == []


def _first(tab: Callable[..., Any], review: Review, **options: Any) -> Any:
    page = tab(review.address, **options)
    # Keys count only when the page's script has run, which it has when all is loaded.
    with page.expect_navigation():
        page.get_by_role("link", name="Review the next one").click()
    return page


def _shows(page: Any, name: str) -> None:
    page.locator("h1", has_text=name).wait_for()
    page.wait_for_load_state()


def _saved(page: Any, words: str) -> None:
    page.locator("#said", has_text=words).wait_for()


def test_keys_tick_the_rubric_and_lead_through_the_class(tab: Any, serve: Serve) -> None:
    review = serve()
    page = _first(tab, review)
    assert page.locator("h1").inner_text() == "ann"
    page.keyboard.press("1")
    _saved(page, "Saved: 3 of 5 points, by Bo")
    page.keyboard.press("2")
    _saved(page, "Saved: 5 of 5 points")
    page.keyboard.press("1")
    _saved(page, "Saved: 2 of 5 points")
    assert page.locator("#points").input_value() == "2"
    assert "1 of 3 reviewed" in page.locator("header").inner_text()
    for key, name in (
        ("n", "bo"),
        ("j", "cy"),
        ("ArrowRight", "di"),
        ("ArrowLeft", "cy"),
        ("k", "bo"),
    ):
        page.keyboard.press(key)
        _shows(page, name)
    page.keyboard.press("u")
    page.get_by_role("heading", name="All answers").wait_for()
    _, made = review.standing()["ann"]
    assert (made.score, [each.text for each in made.items]) == (2, ["names the outlier"])


def test_points_and_a_remark_are_saved_when_they_are_left(tab: Any, serve: Serve) -> None:
    review = serve()
    page = _first(tab, review)
    page.keyboard.press("p")
    page.keyboard.type("4.5")
    page.keyboard.press("Enter")
    _saved(page, "Saved: 4.5 of 5 points")
    page.keyboard.press("r")
    page.keyboard.type("j, k and 1 are letters here.")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    _shows(page, "bo")
    _, made = review.standing()["ann"]
    assert (made.score, made.reason, made.items) == (4.5, "j, k and 1 are letters here.", ())


def test_points_stay_as_they_were_written_beside_ticked_items(tab: Any, serve: Serve) -> None:
    review = serve()
    page = _first(tab, review)
    page.keyboard.press("1")
    _saved(page, "Saved: 3 of 5 points")
    page.locator("#points").fill("3.5")
    page.locator("#points").press("Enter")
    _saved(page, "Saved: 3.5 of 5 points")
    page.locator("#remark").fill("Nearly.")
    # The words are the same as before, so it is the answer that is waited for.
    with page.expect_response(lambda response: response.request.method == "POST"):
        page.keyboard.press("Tab")
    _saved(page, "Saved: 3.5 of 5 points")
    page.reload()
    assert page.locator("#points").input_value() == "3.5"
    assert page.locator(".item input").first.is_checked()


def test_what_cannot_be_saved_is_said_beside_the_field(tab: Any, serve: Serve) -> None:
    review = serve()
    page = _first(tab, review)
    page.locator("#points").fill("6")
    page.locator("#points").press("Enter")
    _saved(page, "Not saved: '6' is not a number of points from 0 to 5")
    page.locator("#points").fill("")
    page.locator("#remark").fill("Good.")
    page.keyboard.press("Tab")
    _saved(page, "The remark is not saved yet")
    assert review.standing() == {}


def test_of_two_people_each_sees_and_is_asked_before_replacing(tab: Any, serve: Serve) -> None:
    bo, cy = serve(by="Bo"), serve(by="Cy")
    of_bo, of_cy = _first(tab, bo), _first(tab, cy)
    of_bo.keyboard.press("1")
    _saved(of_bo, "Saved: 3 of 5 points, by Bo")
    of_cy.keyboard.press("2")
    asked = of_cy.get_by_role("alert")
    asked.filter(has_text="another person saved 3 of 5 points, by Bo").wait_for()
    assert bo.standing()["ann"][1].by == "Bo"
    of_cy.get_by_role("button", name="Save mine instead").click()
    _saved(of_cy, "Saved: 2 of 5 points, by Cy")
    of_bo.get_by_role("alert").filter(has_text="saved 2 of 5 points, by Cy").wait_for()
    of_bo.get_by_role("button", name="Show what is saved").click()
    _saved(of_bo, "Saved: 2 of 5 points, by Cy")
    assert of_bo.locator("#points").input_value() == "2"


def test_everything_works_without_javascript(tab: Any, serve: Serve) -> None:
    review = serve()
    page = _first(tab, review, java_script_enabled=False)
    page.get_by_label("says that they grow").check()
    page.get_by_label("Remark").fill("Fine.")
    page.get_by_role("button", name="Save, and the next one to review").click()
    assert page.locator("h1").inner_text() == "bo"
    page.get_by_role("link", name="Previous").click()
    assert "Saved: 3 of 5 points, by Bo" in page.locator("#said").inner_text()
    page.get_by_label("names the outlier").check()
    page.get_by_role("button", name="Save", exact=True).click()
    assert page.locator("#points").input_value() == "5"
    page.get_by_role("button", name="Take back").click()
    assert "Nobody has reviewed this yet" in page.locator("#said").inner_text()
    assert review.standing() == {}


def test_no_name_is_shown_where_names_are_hidden(tab: Any, serve: Serve) -> None:
    review = serve("--anonymous")
    page = tab(review.address)
    for path in ("/", *review.pages()):
        page.goto(f"{review.address.rstrip('/')}{path}")
        words = page.locator("body").inner_text().split()
        assert not {*ANSWERS} & set(words)
    assert page.locator("h1").inner_text() == "Answer 4"


def test_what_a_student_wrote_runs_nothing_and_loads_nothing(tab: Any, serve: Serve) -> None:
    review = serve()
    page = tab(review.address)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{review.address.rstrip('/')}{review.pages()[1]}")
    assert "<script>alert(1)</script>" in page.locator(".written").inner_text()
    assert page.locator(".written script, .written img").count() == 0
    assert {url.startswith(review.address) for url in asked} == {True}


def test_pictures_are_shown_and_what_cannot_be_drawn_does_no_harm(tab: Any, serve: Serve) -> None:
    review = serve()
    page = tab(review.address)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{review.address.rstrip('/')}{review.pages()[0]}")
    sizes = page.locator(".drawn img").evaluate_all(
        "all => Promise.all(all.map(async each => {"
        " each.loading = 'eager'; await each.decode();"
        " return [each.naturalWidth, each.naturalHeight, each.clientWidth]; }))"
    )
    assert [size[:2] for size in sizes] == [[40, 30], [3000, 20]]
    assert sizes[1][2] < 1280
    assert "Drawn when the notebook was run for grading" in page.locator("main").inner_text()
    page.goto(f"{review.address.rstrip('/')}{review.pages()[1]}")
    broken = page.locator(".drawn img")
    assert broken.count() == 2
    broken.evaluate_all(
        "all => Promise.allSettled("
        "all.map(each => { each.loading = 'eager'; return each.decode(); }))"
    )
    page.keyboard.press("1")
    _saved(page, "Saved: 3 of 5 points")
    assert sum("/pictures/" in url for url in asked) == 4
    assert {url.startswith(review.address) for url in asked} == {True}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_fit_and_axe_finds_nothing(tab: Any, serve: Serve, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    review = serve()
    review.send(review.pages()[0], item=["0"], points="", remark="Fine.")
    for width in WIDTHS:
        page = tab(review.address, color_scheme=scheme, viewport={"width": width, "height": 800})
        for path in ("/", *review.pages()):
            page.goto(f"{review.address.rstrip('/')}{path}")
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()
        page.keyboard.press("?")
        assert page.get_by_role("dialog").is_visible()
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
