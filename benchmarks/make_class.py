"""Make a generated class in the layout of a platform.

    python benchmarks/make_class.py canvas class/ --students 600

Names are difficult on purpose: accents, spaces, dots, underscores, digits, the same name twice.
Every notebook is a copy of the one given with --notebook, or else empty.
"""

from __future__ import annotations

import argparse
import csv
import json
import shutil
import zipfile
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
LAYOUTS = ("canvas", "moodle", "gradescope", "nbgrader", "classroom", "folders", "flat")


def name_of(number: int) -> str:
    """A student's name; every eighth pair of students shares one."""
    first = NAMES[number % len(NAMES)]
    return first if number % len(NAMES) in (0, 6) else f"{first} {number // len(NAMES)}"


def place_of(layout: str, number: int) -> str:
    """The path at which the platform puts this student's notebook."""
    name = name_of(number)
    if layout == "canvas":
        letters = "".join(char for char in name.lower() if char.isalnum())
        late = "_LATE" if number % 10 == 3 else ""
        again = "-1" if number % 7 == 2 else ""
        return f"{letters}{late}_{5000 + number}_{90000 + number}_home_work_3{again}.ipynb"
    return {
        "moodle": f"{name}_{5000 + number}_assignsubmission_file_/home work.ipynb",
        "gradescope": f"submission_{5000 + number}/work.ipynb",
        "nbgrader": f"submitted/student_{number}/hw1/work.ipynb",
        "classroom": f"hw1-student-{number}/work.ipynb",
        "folders": f"{name} {number}/work.ipynb",
        "flat": f"{name} {number}.ipynb",
    }[layout]


def make_class(layout: str, folder: Path, students: int, notebook: Path | None = None) -> Path:
    """Create `folder`, write the class below it, and a roster.csv beside it."""
    folder.mkdir(parents=True)
    for number in range(students):
        path = folder / place_of(layout, number)
        path.parent.mkdir(parents=True, exist_ok=True)
        if notebook:
            shutil.copyfile(notebook, path)
        else:
            path.write_text(json.dumps(EMPTY))
        if layout == "classroom":
            (path.parent / ".git").mkdir()
            (path.parent / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
        if layout == "nbgrader":
            (path.parent / "timestamp.txt").write_text(f"2024-03-01 10:{number % 60:02}:00.5 UTC")
    if layout == "gradescope":
        metadata = {f"submission_{5000 + number}": _said_of(number) for number in range(students)}
        text = yaml.safe_dump(metadata, allow_unicode=True)
        (folder / "submission_metadata.yml").write_text(text, encoding="utf-8")
    return folder


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


def make_roster(path: Path, students: int) -> Path:
    """A roster with everybody's name and ids."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Name", "ID", "Identifier", "SID", "Username", "Email"])
        for number in range(students):
            user = str(5000 + number)
            login = f"student-{number}"
            email = f"s{number}@example.edu"
            participant = f"Participant {user}"
            writer.writerow([name_of(number), user, participant, str(number), login, email])
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("layout", choices=LAYOUTS)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--students", type=int, default=600)
    parser.add_argument("--notebook", type=Path)
    given = parser.parse_args()
    folder = make_class(given.layout, given.folder, given.students, given.notebook)
    make_roster(folder.with_name(f"{folder.name}-roster.csv"), given.students)
    print(make_zip(folder, folder.with_name(f"{folder.name}.zip")))


if __name__ == "__main__":
    main()
