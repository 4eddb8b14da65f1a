"""The report: one page for the class and one for each submission.

    FOLDER/index.html             for the instructor: everybody's verdicts, and how the class did
    FOLDER/students/<slug>.html   for one student: verdicts, evidence, code
    FOLDER/similar/<n>.html       for the instructor: two similar submissions, side by side

Every page stands alone: it asks the network for nothing, and its Content-Security-Policy allows
no script or style but its own. Whatever a student could have written is shown as text.
`write_diff` writes what changed between two runs as such a page.
"""

from grader.report.pages import write_diff, write_report

__all__ = ["write_diff", "write_report"]
