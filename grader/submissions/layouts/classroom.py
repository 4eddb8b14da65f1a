"""GitHub Classroom: a folder of clones, as `gh classroom clone student-repos` makes it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import PurePath

from grader.model import Owner
from grader.submissions.layouts.layout import Layout


class Classroom(Layout):
    """`SLUG-submissions/SLUG-login/`: for each login a git repository, SLUG is the assignment's."""

    name = "classroom"
    title = "GitHub Classroom clones"

    def fits(self) -> bool:
        return bool(self._folders) and super().fits()

    def owners(self, notebook: PurePath) -> Sequence[Owner]:
        if notebook.parts[0] not in self._folders:
            return ()
        login = notebook.parts[0].removeprefix(self._prefix)
        return (Owner(login, {"login": login}),)

    @cached_property
    def _folders(self) -> frozenset[str]:
        firsts = {notebook.parts[0] for notebook in self.notebooks if len(notebook.parts) > 1}
        return frozenset(name for name in firsts if (self.root / name / ".git").exists())

    @cached_property
    def _prefix(self) -> str:
        slug = f"{self.root.name.removesuffix('-submissions')}-"
        if all(name.startswith(slug) for name in self._folders):
            return slug
        if len(self._folders) < 2:
            return ""
        # The longest common beginning of strings is wanted, not of paths.
        common = os.path.commonprefix(sorted(self._folders))  # noqa: RUF071
        return common[: common.rfind("-") + 1]
