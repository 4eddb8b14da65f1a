"""Make a generated class in the layout of a platform.

    python benchmarks/make_class.py canvas class/ --students 600

Names are difficult on purpose: accents, spaces, dots, underscores, digits, the same name twice.
They are changed as each platform changes them. Every notebook is a copy of the one given with
--notebook, or else empty. With --attempts every third student handed in twice, where a platform's
download has earlier attempts, too.
"""

from __future__ import annotations

import argparse
import csv
import json
import shutil
import unicodedata
import zipfile
from datetime import datetime
from pathlib import Path

import yaml

NAMES = [
    "Ann Lee",
    "José García",
    "Müller_Lüdenscheidt X.",
    "李 小龍",
    "O'Brien-Smith Ann",
    "van der Berg Jan 3rd",
    "Ann Lee",
    "Ελένη Π.",
]
EMPTY = {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": []}
LAYOUTS = (
    *("canvas", "moodle", "moodle_flat", "gradescope", "blackboard", "brightspace"),
    *("brightspace_flat", "sakai", "sakai_flat", "teams", "google_classroom"),
    *("nbgrader", "classroom", "folders", "flat"),
)
# Where nothing but the name says whose a notebook is, so that no two may share one.
WITH_NUMBERS = ("teams", "google_classroom", "folders", "flat")
WITH_ATTEMPTS = ("blackboard", "brightspace", "brightspace_flat", "teams")


def name_of(number: int) -> str:
    """A student's name; every eighth pair of students shares one."""
    first = NAMES[number % len(NAMES)]
    return first if number % len(NAMES) in (0, 6) else f"{first} {number // len(NAMES)}"


def place_of(layout: str, number: int, attempt: int = 2) -> str:
    """The path at which the platform puts this student's notebook."""
    name = name_of(number)
    when = datetime(2026, 3, attempt, number % 24, number % 60)
    if layout == "canvas":
        letters = "".join(char for char in name.lower() if char.isalnum())
        late = "_LATE" if number % 10 == 3 else ""
        again = "-1" if number % 7 == 2 else ""
        return f"{letters}{late}_{5000 + number}_{90000 + number}_home_work_3{again}.ipynb"
    # Moodle has blanks for underscores, and leaves out what may not stand in a file's name.
    moodles = "".join(char for char in name.replace("_", " ") if char not in "&<>\"`|':\\\\/")
    # Sakai leaves out accents, and all that is not ASCII.
    sakais = unicodedata.normalize("NFD", f"{name.split()[-1]}, {name}")
    sakais = f"{sakais.encode('ascii', 'ignore').decode()}(student-{number})"
    written = f"{when:%b} {when.day}, {when.year} {when:%I}{when:%M} {when:%p}".replace(" 0", " ")
    brightspaces = f"{5000 + number}-77 - {name} - {written}"
    return {
        "moodle": f"{moodles}_{5000 + number}_assignsubmission_file/home work.ipynb",
        "moodle_flat": f"{moodles}_{5000 + number}_assignsubmission_file_home work.ipynb",
        "blackboard": f"HW_1_student-{number}_attempt_{when:%Y-%m-%d-%H-%M-%S}_home_work.ipynb",
        "brightspace": f"{brightspaces}/home work.ipynb",
        "brightspace_flat": f"{brightspaces} - home work.ipynb",
        "sakai": f"HW 1/{sakais}/Submission attachment(s)/home work.ipynb",
        "sakai_flat": f"HW 1/{sakais}_Submission attachment(s)_home work.ipynb",
        "teams": f"Submitted files/{name} {number}/HW 1/Version {attempt}/home work.ipynb",
        "google_classroom": f"HW 1/{name} {number} - Copy of home work.ipynb",
        "gradescope": f"submission_{5000 + number}/work.ipynb",
        "nbgrader": f"submitted/student_{number}/hw1/work.ipynb",
        "classroom": f"hw1-student-{number}/work.ipynb",
        "folders": f"{name} {number}/work.ipynb",
        "flat": f"{name} {number}.ipynb",
    }[layout]


def make_class(
    layout: str, folder: Path, students: int, notebook: Path | None = None, attempts: bool = False
) -> Path:
    """Create `folder`, and write the class below it."""
    folder.mkdir(parents=True)
    for number in range(students):
        twice = attempts and layout in WITH_ATTEMPTS and number % 3 == 0
        for attempt in (1, 2) if twice else (2,):
            path = folder / place_of(layout, number, attempt)
            path.parent.mkdir(parents=True, exist_ok=True)
            if notebook:
                shutil.copyfile(notebook, path)
            else:
                path.write_text(json.dumps(EMPTY))
            _write_beside(layout, path, number)
    if layout.startswith("brightspace"):
        (folder / "index.html").write_text("<html></html>")
    if layout.startswith("sakai"):
        _write_sakais_grades(folder / "HW 1" / "grades.csv", students)
    if layout == "gradescope":
        metadata = {f"submission_{5000 + number}": _said_of(number) for number in range(students)}
        text = yaml.safe_dump(metadata, allow_unicode=True)
        (folder / "submission_metadata.yml").write_text(text, encoding="utf-8")
    return folder


def _write_beside(layout: str, path: Path, number: int) -> None:
    """What the platform, or git, writes beside a student's notebook."""
    if layout == "blackboard":
        beside = path.with_name(path.name.replace("_home_work.ipynb", ".txt"))
        beside.write_text(f"Name: {name_of(number)} (student-{number})\nAssignment: HW 1\n")
    if layout == "sakai":
        (path.parent.parent / "timestamp.txt").write_text(f"2026-03-02T10:{number % 60:02}:00Z")
    if layout == "moodle":
        text = path.parent.with_name(path.parent.name.replace("_file", "_onlinetext"))
        text.mkdir()
        (text / "onlinetext.html").write_text("<!DOCTYPE html><html><body></body></html>")
    if layout == "classroom":
        (path.parent / ".git").mkdir()
        (path.parent / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    if layout == "nbgrader":
        (path.parent / "timestamp.txt").write_text(f"2024-03-01 10:{number % 60:02}:00.5 UTC")


def _write_sakais_grades(path: Path, students: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["HW 1", "Points"])
        writer.writerow(["Display ID", "ID", "Last Name", "First Name", "grade"])
        for number in range(students):
            *first, last = name_of(number).split()
            login = f"student-{number}"
            writer.writerow([login, login, last, " ".join(first), ""])


def _said_of(number: int) -> dict[str, object]:
    student = {":name": name_of(number), ":sid": str(number), ":email": f"s{number}@example.edu"}
    return {":submitters": [student], ":created_at": f"2024-03-01 10:{number % 60:02}:00 Z"}


def make_zip(folder: Path, path: Path) -> Path:
    """Pack a class that was written to `folder` into a zip, as the platform does."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, file.relative_to(folder))
    return path


def make_roster(path: Path, students: int, layout: str) -> Path:
    """A roster with everybody's name and ids, called as the layout calls them."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Name", "ID", "Identifier", "SID", "Username", "Email"])
        for number in range(students):
            user = str(5000 + number)
            login = f"student{'_' if layout == 'nbgrader' else '-'}{number}"
            email = f"s{number}@example.edu"
            participant = f"Participant {user}"
            name = name_of(number) + (f" {number}" if layout in WITH_NUMBERS else "")
            writer.writerow([name, user, participant, str(number), login, email])
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("layout", choices=LAYOUTS)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--students", type=int, default=600)
    parser.add_argument("--notebook", type=Path)
    parser.add_argument("--attempts", action="store_true")
    given = parser.parse_args()
    folder = make_class(given.layout, given.folder, given.students, given.notebook, given.attempts)
    make_roster(folder.with_name(f"{folder.name}-roster.csv"), given.students, given.layout)
    print(make_zip(folder, folder.with_name(f"{folder.name}.zip")))


if __name__ == "__main__":
    main()
