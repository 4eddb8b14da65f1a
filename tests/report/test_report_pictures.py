"""The report's pictures: paths, groups and trainings, in words and as SVG."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from math import isclose, isfinite
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.assignments.load import load_assignment, read_assignment
from grader.assignments.records import Assignment
from grader.authoring import arguments
from grader.errors import AssignmentError
from grader.grading.pictures.draw import drawn_by_reference
from grader.grading.pictures.trainings import frozen
from grader.model import Drawing, ExerciseResult, Verdict
from grader.report import write_report
from grader.report.pictures.plots import MINUS, Frame, Plot, frame_of, leaving
from grader.report.pictures.strips import Strips
from grader.report.pictures.views import View, views
from grader.scenes import GRID, Landscape, Window
from tests.report.test_report import Page, graded, run

GD, BATCHES = 0, 1
WINDOW = Window(-5, 3, -3, 3)
numbers = st.floats(allow_nan=False, allow_infinity=False)


@pytest.fixture
def here(root: Path) -> Assignment:
    return load_assignment(root, "optimization_methods")


def reference(here: Assignment, exercise: int, picture: int) -> Drawing:
    known = here.exercises[exercise]
    return drawn_by_reference(known.pictures[picture], known, here)


def shown(
    here: Assignment, exercise: int, *drawings: Drawing, verdict: Verdict = Verdict.INCORRECT
) -> tuple[View, ...]:
    return views(
        result_of(here, exercise, *drawings, verdict=verdict), here.exercises[exercise], here
    )


def result_of(
    here: Assignment, exercise: int, *drawings: Drawing, verdict: Verdict = Verdict.INCORRECT
) -> ExerciseResult:
    name = here.exercises[exercise].name
    return ExerciseResult(name, verdict, 0, 10, drawings=drawings)


def path(*points: tuple[float, float], ended: str = "", steps: int | None = None) -> Drawing:
    data = {"points": [list(point) for point in points]}
    return Drawing("gd_in_a_bowl", data, len(points) - 1 if steps is None else steps, ended)


def bowl(here: Assignment, drawing: Drawing) -> tuple[str, Plot]:
    (view,) = shown(here, GD, drawing)
    (plot,) = view.drawings
    assert isinstance(plot, Plot)
    return view.words, plot


def groups(*each: list[list[int | None]], ended: str = "") -> Drawing:
    return Drawing("twenty_columns", {"groups": list(each)}, 1, ended)


def mini_batches(here: Assignment, drawing: Drawing) -> tuple[str, Strips]:
    (view,) = shown(here, BATCHES, drawing)
    yours, theirs = view.drawings
    assert isinstance(yours, Strips)
    assert isinstance(theirs, Strips)
    assert {box.mark for box in theirs.boxes} == {""}
    return view.words, yours


def training(costs: list[float], labels: str, right: float | None, ended: str = "") -> Drawing:
    steps = [1000 * number for number in range(len(costs))]
    data = {"steps": steps, "costs": costs, "labels": labels, "right": right}
    return Drawing("trained_with_gd", data, len(costs), ended)


COSTS = [0.69, 9.0, 0.64, 0.61, 0.58, 0.6, 0.53, 0.46, 0.47, 0.5]
HALVES = ("0" * (GRID[0] // 2) + "1" * (GRID[0] // 2)) * GRID[1]


def test_a_right_function_shows_the_references_path_alone(here: Assignment) -> None:
    in_bowl, in_valley = shown(here, GD, verdict=Verdict.CORRECT)
    assert in_bowl.words.startswith("Your function is right, so its path is the reference's")
    for view in (in_bowl, in_valley):
        (plot,) = view.drawings
        assert isinstance(plot, Plot)
        assert [line.whose for line in plot.lines] == ["yours"]
        assert plot.key == (("yours", "yours, as the reference's"),)


@pytest.mark.parametrize("verdict", [Verdict.ERROR, Verdict.UNANSWERED, Verdict.NOT_GRADED])
def test_nothing_is_shown_of_a_function_that_drew_nothing(
    here: Assignment, verdict: Verdict
) -> None:
    assert shown(here, GD, verdict=verdict) == ()


def test_a_path_that_leaves_has_an_arrow_at_the_edge(here: Assignment) -> None:
    words, plot = bowl(here, path((-4.2, 2.2), (-5.0, 6.2), ended="leaves the picture"))
    assert words == (
        f"Your path leaves the picture in step 1. The reference's ends at ({MINUS}0.03, 0.01) "
        "after 20 steps."
    )
    yours = plot.lines[0]
    assert (yours.whose, yours.leaves) == ("yours", True)
    assert yours.path == "M35,34.9 28,0"  # a fifth of the step is inside
    assert plot.ring is None


def test_the_step_in_which_the_paths_part_is_said_and_ringed(here: Assignment) -> None:
    points = [(x, y) for x, y in reference(here, GD, 0).data["points"]]
    words, plot = bowl(here, path(*points[:3], *((x + 1, y) for x, y in points[3:])))
    assert words == (
        "Your path ends at (0.97, 0.01). It turns away from the reference's in step 3 (ringed). "
        f"The reference's ends at ({MINUS}0.03, 0.01) after 20 steps."
    )
    x, y = points[3]
    assert plot.ring == plot.frame.place((x + 1, y))
    assert [line.whose for line in plot.lines] == ["yours", "reference"]


def test_paths_that_look_the_same_are_one_line(here: Assignment) -> None:
    points = reference(here, GD, 0).data["points"]
    words, plot = bowl(here, path(*((x + 0.01, y) for x, y in points)))
    assert words.startswith("To the eye, your path is the reference's")
    assert len(plot.lines) == 1


def test_a_path_that_breaks_off_says_where_and_why(here: Assignment) -> None:
    points = [(x, y) for x, y in reference(here, GD, 0).data["points"]]
    words, plot = bowl(here, path(*points[:4], ended="returns NaN", steps=4))
    assert words.startswith("In step 4, your function returns NaN: its path ends there. Until then")
    assert len(plot.lines) == 2


def test_a_path_that_stays_where_it_is_has_no_turn(here: Assignment) -> None:
    words, plot = bowl(here, path(*[(-4.2, 2.2)] * 21))
    assert words.startswith("Your path never leaves its start. The reference's")
    assert plot.ring is None


@given(numbers, numbers)
def test_every_number_has_a_place_that_svg_can_hold(x: float, y: float) -> None:
    assert all(abs(each) < 1e5 for each in frame_of(WINDOW).place((x, y)))


@given(
    st.tuples(st.floats(-5, 3), st.floats(-3, 3)),
    st.tuples(st.floats(-80, 80), st.floats(-60, 60)).filter(lambda each: not WINDOW.holds(*each)),
)
def test_a_way_out_crosses_the_edge_on_the_way(
    inside: tuple[float, float], outside: tuple[float, float]
) -> None:
    x, y = leaving(WINDOW, inside, outside)
    assert -5 - 1e-9 <= x <= 3 + 1e-9
    assert -3 - 1e-9 <= y <= 3 + 1e-9
    assert any(isclose(x, edge, abs_tol=1e-9) for edge in (-5, 3)) or any(
        isclose(y, edge, abs_tol=1e-9) for edge in (-3, 3)
    )
    (from_x, from_y), (to_x, to_y) = inside, outside
    assert isclose((x - from_x) * (to_y - from_y), (y - from_y) * (to_x - from_x), abs_tol=1e-6)


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_axes_have_a_few_marks_inside_of_the_picture(low: float, span: float) -> None:
    frame = Frame(Window(low, low + span, 0, 1), 100)
    marks = frame.columns
    assert 2 <= len(marks) <= 6
    assert all(-0.1 <= mark.at <= frame.width + 0.1 for mark in marks)


def test_lost_columns_stand_by_themselves(here: Assignment) -> None:
    theirs = reference(here, BATCHES, 0).data["groups"]
    words, yours = mini_batches(here, groups(*theirs[:2]))
    assert "You make 2 mini-batches of 8 and 8 columns" in words
    assert "In no mini-batch: columns 0, 3, 12 and 15." in words
    assert "in no mini-batch" in [label.text for label in yours.labels]
    assert [box.text for box in yours.boxes][-4:] == ["0", "3", "12", "15"]


def test_doubled_columns_are_framed(here: Assignment) -> None:
    theirs = reference(here, BATCHES, 0).data["groups"]
    words, yours = mini_batches(here, groups(*theirs, [[18], [18]]))
    assert "More than once (thick frame): column 18." in words
    assert {box.text for box in yours.boxes if box.mark == "twice"} == {"18"}


def test_columns_torn_apart_are_framed(here: Assignment) -> None:
    first, *others = reference(here, BATCHES, 0).data["groups"]
    X, Y = first
    words, yours = mini_batches(here, groups([X, [Y[1], Y[0], *Y[2:]]], *others))
    assert "In 2 places (dashed frame), X and Y hold different columns." in words
    assert sum(box.mark == "apart" for box in yours.boxes) == 4


def test_what_is_no_column_is_a_question_mark(here: Assignment) -> None:
    words, yours = mini_batches(here, groups([[None, 1], [0, 1]]))
    assert "A question mark stands for what is none of the columns." in words
    assert (yours.boxes[0].text, yours.boxes[0].tone) == ("?", "")


@pytest.mark.parametrize(
    ("items", "said"),
    [(range(20), "in the order they came in, rather than"), (range(19, -1, -1), "another order")],
)
def test_another_order_is_said(here: Assignment, items: range, said: str) -> None:
    every: list[int | None] = list(items)
    words, _ = mini_batches(here, groups(*([every[i : i + 8]] * 2 for i in (0, 8, 16))))
    assert said in words


def test_no_groups_at_all_are_said(here: Assignment) -> None:
    words, yours = mini_batches(here, groups())
    assert words.startswith("You make no mini-batch; the reference makes 3 mini-batches of 8, 8")
    assert "In no mini-batch: 20 of the 20 columns." in words
    assert len(yours.boxes) == 20


def test_groups_that_broke_off_say_why_and_nothing_of_what_is_missing(here: Assignment) -> None:
    words, _ = mini_batches(here, groups([[1], [1]], ended="makes more than 12 of them"))
    assert words.startswith("Your function makes more than 12 of them: the picture ends there.")
    assert "In no mini-batch" not in words


def test_a_training_is_shown_beside_the_references(here: Assignment) -> None:
    (view,) = shown(here, GD, training(COSTS, HALVES, 0.8))
    assert view.words == (
        "In your notebook, the cost is 0.5 after epoch 9000; with the reference, the cost is 0.46 "
        "after epoch 9000. Of the points, 80 % and 79.67 % are told apart rightly."
    )
    cost, decision = view.drawings
    assert "rises out of the picture" in cost.words
    assert re.fullmatch(
        r"In \d+(\.\d+)? % of the picture, your network decides otherwise than the reference's\.",
        decision.words,
    )
    for plot in (cost, decision):
        assert isinstance(plot, Plot)
        assert [line.whose for line in plot.lines] == ["yours", "reference"]


def test_a_network_that_decides_the_same_everywhere_has_no_boundary(here: Assignment) -> None:
    (view,) = shown(here, GD, training(COSTS, "0" * GRID[0] * GRID[1], 0.5))
    decision = view.drawings[1]
    assert isinstance(decision, Plot)
    assert decision.words.startswith("Your network decides for the same everywhere")
    assert [line.whose for line in decision.lines] == ["reference"]
    assert decision.key[0] == ("yours", "yours")


def test_a_training_without_costs_is_a_sentence(here: Assignment) -> None:
    (view,) = shown(here, GD, training([], "", None, "raised an error in cell 4"))
    assert view.words == (
        "Your notebook's training raised an error in cell 4. So there is nothing to draw of it."
    )
    assert view.drawings == ()


@pytest.mark.parametrize(
    ("costs", "said"), [(COSTS, "to draw. In it,"), (COSTS[:3], "and its curve ends before that.")]
)
def test_a_training_without_a_network_is_a_curve(
    here: Assignment, costs: list[float], said: str
) -> None:
    (view,) = shown(here, GD, training(costs, "", None, "prints what it should not"))
    assert "prints what it should not, so there is no boundary to draw" in view.words
    assert said in view.words
    (cost,) = view.drawings
    assert isinstance(cost, Plot)
    assert [line.whose for line in cost.lines] == ["yours", "reference"]


def test_a_training_that_looks_like_the_references_is_one_line(here: Assignment) -> None:
    data = frozen(here)["trained_with_gd"].data
    near = training([cost + 0.002 for cost in data["costs"]], data["labels"], data["right"])
    (view,) = shown(here, GD, near)
    assert view.words.startswith("Your notebook trains the network as the reference does")
    for plot in view.drawings:
        assert isinstance(plot, Plot)
        assert [line.whose for line in plot.lines] == ["yours"]
        assert plot.key == (("yours", "yours, as the reference's"),)


def test_a_right_function_may_take_part_in_another_training(here: Assignment) -> None:
    views_of_it = shown(here, GD, training(COSTS, HALVES, 0.8), verdict=Verdict.CORRECT)
    assert len(views_of_it) == 3
    assert "This function is right: what differs is something else" in views_of_it[2].words


@pytest.mark.parametrize(
    "drawing",
    [
        Drawing("gd_in_a_bowl", {"groups": []}, 1),
        Drawing("gd_in_a_bowl", {"points": []}, 1),
        Drawing("gd_in_a_bowl", {"points": [[1, 2, 3]]}, 1),
        Drawing("trained_with_gd", {"costs": [], "labels": "", "right": None}, 1),
        training(COSTS, "01", None),
        replace(training(COSTS, "", None), data={**training(COSTS, "", None).data, "steps": []}),
        Drawing("no_such_picture", {"points": [[1, 2]]}, 1),
    ],
)
def test_a_drawing_of_another_scene_is_left_out(here: Assignment, drawing: Drawing) -> None:
    assert shown(here, GD, drawing) == ()


def test_a_picture_that_the_reference_cannot_finish_is_left_out(here: Assignment) -> None:
    def no_driver(path: Any) -> Any:
        yield arguments(1, 2, 3)
        raise ValueError

    gd = here.exercises[GD]
    broken = replace(gd, pictures=(replace(gd.pictures[0], driver=no_driver),))
    changed = replace(here, exercises=(broken,))
    result = result_of(here, GD, path((-4.2, 2.2)))
    assert views(result, broken, changed) == ()
    assert views(replace(result, verdict=Verdict.CORRECT), broken, changed) == ()


@pytest.mark.parametrize(
    "height", [lambda x, y: 1 / 0, lambda x, y: x[0], lambda x, y: np.log(x), lambda x, y: "high"]
)
def test_a_landscape_without_heights_is_the_authors_mistake_and_on_no_page(
    here: Assignment, height: Any
) -> None:
    gd = here.exercises[GD]
    scene = gd.pictures[0].scene
    assert isinstance(scene, Landscape)
    broken = replace(gd.pictures[0], scene=replace(scene, height=height))
    exercise = replace(gd, pictures=(broken, gd.pictures[1]))
    changed = replace(here, exercises=(exercise,))
    with pytest.raises(AssignmentError, match=r"'gd_in_a_bowl' of .* has no landscape"):
        drawn_by_reference(broken, exercise, changed)
    (view,) = views(result_of(here, GD, verdict=Verdict.CORRECT), exercise, changed)
    assert view.title == "In a curved valley"


def pictured(here: Assignment) -> list[ExerciseResult]:
    """Answers with every kind of picture: a wrong one of each, and a right one."""
    theirs = reference(here, BATCHES, 0).data["groups"]
    return [
        result_of(
            here,
            GD,
            path((-4.2, 2.2), (-1, 1), (1, 1), (9, 9), ended="leaves the picture"),
            training(COSTS, HALVES, 0.8),
        ),
        result_of(here, BATCHES, groups([theirs[0][0], theirs[0][1][::-1]], [[None, 18], [18, 3]])),
        result_of(
            here,
            3,
            Drawing("trained_with_momentum", training([], "", None).data, 0, "ran out of time"),
            verdict=Verdict.CORRECT,
        ),
    ]


def page_of(here: Assignment, folder: Path) -> str:
    write_report(run(graded("ada", *pictured(here))), here, folder)
    return (folder / "students/ada.html").read_text(encoding="utf-8")


def test_every_picture_of_a_page_is_sound_svg_with_a_name_and_words(
    here: Assignment, tmp_path: Path
) -> None:
    page = Page(page_of(here, tmp_path))
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    images = [attributes for _, attributes in page.tags if attributes.get("role") == "img"]
    assert len(images) == 1 + 2 + 2 + 2
    for image in images:
        assert set((image["aria-labelledby"] or "").split()) <= set(ids)
    uses = [attributes["href"] for tag, attributes in page.tags if tag == "use"]
    assert {use for use in uses if use and use.startswith("#ground")}
    assert {(use or "").removeprefix("#") for use in uses} <= set(ids)


def test_every_svg_of_a_page_is_whole_and_has_finite_numbers(
    here: Assignment, tmp_path: Path
) -> None:
    html = page_of(here, tmp_path)
    pictures = re.findall(r'<svg class="(?:plot|strips)".*?</svg>\n(?=\n|</div>)', html, re.S)
    assert len(pictures) == 7
    for picture in pictures:
        for element in ElementTree.fromstring(picture).iter():
            for name in ("d", "x", "y", "cx", "cy"):
                found = re.findall(r"nan|inf|-?\d+\.?\d*(?:e[-+]?\d+)?", element.get(name, ""))
                assert all(isfinite(float(each)) for each in found)


def test_the_same_pictures_give_the_same_page(here: Assignment, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert page_of(here, tmp_path / "a") == page_of(here, tmp_path / "b")


def test_what_an_author_says_is_shown_as_text(here: Assignment, tmp_path: Path) -> None:
    gd = here.exercises[GD]
    hostile = "<script>alert(1)</script>"
    picture = replace(gd.pictures[0], title=hostile, explanation=hostile)
    changed = replace(here, exercises=(replace(gd, pictures=(picture,)),))
    result = result_of(here, GD, path((-4.2, 2.2), (0, 0), ended=hostile))
    write_report(run(graded("ada", result)), changed, tmp_path)
    html = (tmp_path / "students/ada.html").read_text(encoding="utf-8")
    assert hostile not in html
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 3


def test_a_page_is_made_again_when_a_picture_has_changed(root: Path, tmp_path: Path) -> None:
    for side in ("assignment", "solutions"):
        name = f"{side}/optimization_methods"
        shutil.copytree(root / name, tmp_path / name)
    before = read_assignment(tmp_path, "optimization_methods")
    results = run(graded("ada", result_of(before, GD, verdict=Verdict.CORRECT)))
    reports = [tmp_path / name for name in ("first", "same", "changed")]
    for report in reports:
        report.mkdir()
    write_report(results, before, reports[0])
    later = replace(results, started="2026-01-01T00:00:00+00:00")
    write_report(later, before, reports[1], reports[0])
    pictures = before.solutions / "pictures.py"
    pictures.write_text(pictures.read_text().replace("learning_rate=1.1", "learning_rate=0.5"))
    write_report(later, read_assignment(tmp_path, "optimization_methods"), reports[2], reports[0])
    pages = [(report / "students/ada.html").read_text(encoding="utf-8") for report in reports]
    assert pages[0] == pages[1]
    assert "1 January 2026" in pages[2]
    assert re.findall('class="line.*?>', pages[0]) != re.findall('class="line.*?>', pages[2])
