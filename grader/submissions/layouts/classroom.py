"""GitHub Classroom: a folder of clones, as `gh classroom clone student-repos` makes it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import PurePath

from grader.model import Owner
from grader.submissions.layouts.layout import Layout


class Classroom(Layout):
    """`SLUG-submissions/SLUG-login/`: for each login a git repository, SLUG is the assignment's.

    From GitHub come the names of the clones, which end with the login or the team's name; from the
    student what is in a clone.
    """

    name = "classroom"
    title = "GitHub Classroom clones"

    def fits(self) -> bool:
        return bool(self._folders) and super().fits()

    def owners(self, path: PurePath) -> Sequence[Owner]:
        if path.parts[0] not in self._folders:
            return ()
        login = path.parts[0].removeprefix(self._prefix)
        return (Owner(login, {"login": login}),)

    @cached_property
    def _folders(self) -> frozenset[str]:
        firsts = {path.parts[0] for path in self.files if len(path.parts) > 1}
        # A name in a zip may be too long for the disk, where a Path would raise.
        return frozenset(name for name in firsts if os.path.exists(self.root / name / ".git"))

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
