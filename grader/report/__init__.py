"""The report: one page for the class, one for each exercise and each submission.

    FOLDER/index.html             for the instructor: everybody's verdicts, and how the class did
    FOLDER/students/<slug>.html   for one student: verdicts, evidence, code
    FOLDER/exercises/<name>.html  for the instructor: the answers to one exercise by mistake
    FOLDER/similar/<n>.html       for the instructor: two similar submissions, side by side

Every page stands alone: it asks the network for nothing, and its Content-Security-Policy allows
no script or style but its own. Whatever a student could have written is shown as text.
`write_diff` writes what changed between two runs as such a page.

What writes pages is imported when it is first used: the words and the explanations of this package
are needed without any page, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grader.report.pages import write_diff, write_report

__all__ = ["write_diff", "write_report"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from grader.report import pages

    return getattr(pages, name)
