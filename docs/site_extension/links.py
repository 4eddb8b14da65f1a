"""Links from a page to files of the repository that are no pages of the site."""

from __future__ import annotations

import re
from pathlib import Path

_TARGET = re.compile(r"\]\((\.\./[^)#]+)")


def out_of_the_folder(text: str, page: Path, folder: Path, repository: str) -> str:
    """The text with links out of `folder` leading to the same file in the repository.

    `repository` is the address of its files, without a slash at the end.
    """

    def replaced(found: re.Match[str]) -> str:
        target = (page.parent / found[1]).resolve()
        if target.is_relative_to(folder):
            return found[0]
        return f"]({repository}/{target.relative_to(folder.parent).as_posix()}"

    return _TARGET.sub(replaced, text)
