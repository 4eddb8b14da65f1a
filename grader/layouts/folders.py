"""Layouts of no platform, and nbgrader's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath

from grader.layouts.layout import Layout, Owner


class Nbgrader(Layout):
    """`submitted/STUDENT/ASSIGNMENT/NOTEBOOK.ipynb`, or the folder `submitted` itself."""

    name = "nbgrader"
    title = "nbgrader's folder of submissions"

    def fits(self) -> bool:
        inside = self.root.name == "submitted" or any(
            notebook.parts[0] == "submitted" for notebook in self.notebooks
        )
        return inside and super().fits()

    def owners(self, notebook: PurePath) -> Sequence[Owner]:
        parts = notebook.parts[1:] if notebook.parts[0] == "submitted" else notebook.parts
        return (Owner(parts[0], (("login", parts[0]),)),) if len(parts) >= 3 else ()


class Folders(Layout):
    """`STUDENT/work.ipynb`: a folder for each student."""

    name = "folders"
    title = "a folder for each student"

    def fits(self) -> bool:
        count = Counter(path.parts[0] for path in self.notebooks if len(path.parts) > 1)
        # Most folders with one notebook: folders of groups or sections would have more.
        alone = sum(number == 1 for number in count.values())
        return len(count) > 1 and 2 * alone > len(count) and super().fits()

    def owners(self, notebook: PurePath) -> Sequence[Owner]:
        name = notebook.parts[0]
        return (Owner(name, (("login", name),)),) if len(notebook.parts) > 1 else ()


class Flat(Layout):
    """Notebooks anywhere, named after their files; what is left if nothing else fits."""

    name = "flat"
    title = "notebooks"

    def fits(self) -> bool:
        return True

    def owners(self, notebook: PurePath) -> Sequence[Owner]:
        return ()
