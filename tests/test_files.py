"""scratch: a folder for temporary files that goes with its process, however it ends."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from grader.files import scratch_folder

HELD = """
import sys
from grader.files import scratch_folder

with scratch_folder("fg-", sys.argv[1]) as folder:
    print(folder, flush=True)
    sys.stdin.read()
"""


def another(parent: Path) -> tuple[subprocess.Popen[str], Path]:
    """Another process, and the folder that it has."""
    process = subprocess.Popen(
        [sys.executable, "-c", HELD, str(parent)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    return process, Path(process.stdout.readline().strip())


def test_it_is_gone_with_all_that_is_in_it_also_after_an_error(tmp_path: Path) -> None:
    with suppress(ValueError), scratch_folder("fg-", str(tmp_path)) as folder:
        (Path(folder) / "below").mkdir()
        raise ValueError
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_removed_and_what_a_living_one_has_is_not(
    tmp_path: Path,
) -> None:
    killed, left = another(tmp_path)
    living, in_use = another(tmp_path)
    with killed, living:
        (left / "large").write_text("x")
        killed.kill()
        killed.wait()
        assert left.exists()
        with scratch_folder("fg-", str(tmp_path)) as folder:
            assert set(tmp_path.iterdir()) == {in_use, Path(folder)}
        living.communicate("")
    assert list(tmp_path.iterdir()) == []


def test_nothing_else_is_removed(tmp_path: Path) -> None:
    """Such as results that were kept because there was no room for them elsewhere."""
    others = [tmp_path / name for name in ("fg-results-abcdefgh", "fg-short", "fg-nolock99")]
    for other in others:
        other.mkdir()
    for other in others[:2]:
        (other / ".lock").touch()
    (tmp_path / "target").mkdir()
    (tmp_path / "fg-lllllll1").symlink_to(tmp_path / "target")
    (tmp_path / "fg-fffffff1").write_text("a file")
    before = set(tmp_path.iterdir())
    with scratch_folder("fg-", str(tmp_path)):
        pass
    assert set(tmp_path.iterdir()) == before
