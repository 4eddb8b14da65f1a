"""A plot is drawn by our own run of the notebook, and kept for whoever reviews it."""

from __future__ import annotations

import io
from base64 import b64encode
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from grader.execution.cell_runner import MAX_PICTURE_BYTES
from grader.grading.grade import grade
from grader.grading.task import Task
from grader.grading.written import MAX_PICTURES
from grader.model import Graded, Submission
from tests.pictures import png
from tests.written import FILE, GIVEN, NAME, RIGHT, as_notebook, cell, cells, course

FIRST = "import matplotlib.pyplot as plt"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return course(tmp_path_factory.mktemp("plots"), FILE.replace("essay.txt", "sketch.png"))


@pytest.fixture
def graded(root: Path, tmp_path: Path) -> Callable[..., Graded]:
    """A notebook with this cell for the chart, after one that imports what it needs."""

    def grade_it(
        plot: str,
        first: str = FIRST,
        sketch: bytes = b"",
        more: Sequence[str] = (),
        **fields: Any,
    ) -> Graded:
        every = cells(RIGHT, GIVEN, plot)
        every[-1] |= fields
        every += [cell("", "code", source) for source in more]
        every.insert(1, cell("first", "code", first))
        path = tmp_path / "ann.ipynb"
        path.write_text(as_notebook(every))
        (tmp_path / "sketch.png").write_bytes(sketch)
        came = (str(tmp_path / "sketch.png"),)
        return grade(Task(root, Submission("ann", path.name, str(path), companions=came), NAME))

    return grade_it


def message(graded: Graded) -> str:
    return next(each.message for each in graded.result.exercises if each.name == "chart")


def colours(data: bytes) -> set[tuple[int, ...]]:
    """The colours of many pixels of a picture."""
    with Image.open(io.BytesIO(data)) as found:
        return {colour for _, colour in found.convert("RGB").getcolors(2**24) or []}  # type: ignore[misc]


def test_what_the_cell_draws_is_kept_and_what_stood_in_the_file_is_not(
    graded: Callable[..., Graded],
) -> None:
    forged = {"output_type": "display_data", "data": {"image/png": b64encode(png(9, 9)).decode()}}
    plot = "plt.plot([1, 2], color='#12ab34', linewidth=9)\nplt.show()"
    found = graded(plot, outputs=[{**forged, "metadata": {}}])
    (picture,) = found.pictures["chart"]
    assert picture.media == "image/png"
    assert picture.width > 300
    assert (0x12, 0xAB, 0x34) in colours(picture.data)
    assert message(found) == ""


@pytest.mark.parametrize(
    "first", ["x = 1", "%matplotlib inline", "%config InlineBackend.figure_format = 'svg'"]
)
def test_it_is_drawn_however_the_notebook_has_set_up_matplotlib(
    graded: Callable[..., Graded], first: str
) -> None:
    found = graded(f"{FIRST}\nplt.plot([1, 2])", first=first)
    assert [each.media for each in found.pictures["chart"]] == ["image/png"]


def test_a_plot_of_another_cell_is_not_kept(graded: Callable[..., Graded]) -> None:
    found = graded("print(1)", first=f"{FIRST}\nplt.plot([1, 2])\nplt.show()")
    assert found.pictures == {}


def test_pictures_of_the_students_own_making_are_kept_too(graded: Callable[..., Graded]) -> None:
    found = graded("Image.new('RGB', (30, 20), 'red')", first="from PIL import Image")
    assert [(each.width, each.height) for each in found.pictures["chart"]] == [(30, 20)]


@pytest.mark.parametrize(
    ("cell", "kept", "left_out"),
    [
        ("for n in range(6):\n    plt.plot([n])\n    plt.show()", 4, 2),
        ("show({'image/png': 'iVBORw0KGgo='})\nshow({'image/png': '<svg onload=alert(1)>'})", 0, 2),
        ("show({'image/svg+xml': '<svg/>', 'text/html': '<script>alert(1)</script>'})", 0, 1),
        ("show({'image/png': 'A' * 2_000_000})", 0, 1),
        ("show({'image/png': 5, 'image/jpeg': ['a']})", 0, 0),
    ],
)
def test_what_cannot_be_shown_is_counted(
    graded: Callable[..., Graded], cell: str, kept: int, left_out: int
) -> None:
    show = "from IPython.display import display\nshow = lambda forms: display(forms, raw=True)"
    found = graded(cell, first=f"{FIRST}\n{show}")
    assert len(found.pictures.get("chart", ())) == kept
    pictures = "picture" if left_out == 1 else "pictures"
    words = f"{left_out} {pictures} left out, as too many, too large, or neither PNG nor JPEG"
    assert message(found) == (words if left_out else "")


def test_more_pictures_than_there_is_room_for_are_left_out(graded: Callable[..., Graded]) -> None:
    """Three cells beside each other send as many as a kernel can, past IPython, too."""
    made = (
        "import os, struct, zlib\nfrom base64 import b64encode\n"
        "def chunk(kind, content):\n    body = kind + content\n"
        "    crc = struct.pack('>I', zlib.crc32(body))\n"
        "    return struct.pack('>I', len(content)) + body + crc\n"
        "size = struct.pack('>IIBBBBB', 2000, 2000, 8, 0, 0, 0, 0)\n"
        "picture = b64encode(b'\\x89PNG\\r\\n\\x1a\\n' + chunk(b'IHDR', size)\n"
        "    + chunk(b'IDAT', os.urandom(900_000)) + chunk(b'IEND', b'')).decode()\n"
        "kernel = get_ipython().kernel\n"
        "def send(count):\n    for _ in range(count):\n"
        "        content = {'data': {'image/png': picture}, 'metadata': {}}\n"
        "        kernel.session.send(kernel.iopub_socket, 'display_data', content, "
        "parent=kernel.get_parent('shell'))"
    )
    found = graded("send(100)", first=made, more=["send(100)", "send(100)"])
    kept = found.pictures["chart"]
    assert len(kept) == MAX_PICTURES
    assert sum(len(each.data) for each in kept) <= MAX_PICTURE_BYTES
    assert message(found) == (
        f"{300 - len(kept)} pictures left out, as too many, too large, or neither PNG nor JPEG"
    )


def test_a_cell_that_fails_says_so_beside_what_it_had_drawn(graded: Callable[..., Graded]) -> None:
    found = graded("plt.plot([1, 2])\n1 / 0")
    assert len(found.pictures["chart"]) == 1
    assert message(found) == "cell 7 stopped with an error when the notebook was run for grading"


def test_a_cell_that_ends_its_kernel_says_why_there_is_no_plot(
    graded: Callable[..., Graded],
) -> None:
    found = graded("import os\nos._exit(1)")
    assert found.pictures == {}
    assert message(found) == "cell 7 ended its process when the notebook was run for grading"


def test_a_picture_that_is_handed_in_as_a_file_is_kept(graded: Callable[..., Graded]) -> None:
    (picture,) = graded("pass", sketch=png(30, 20)).pictures["essay"]
    assert (picture.width, picture.height) == (30, 20)
    assert graded("pass", sketch=png(30_000, 20)).pictures == {}
