"""Handing grades in: a class for each format.

A new format is a file with a subclass of `Export`, or of `Files` or `SheetExport`, that is listed
in EXPORTS. The options that it declares are those of its command.
"""

from __future__ import annotations

from grader.exports.base import Export, Request
from grader.exports.canvas import Canvas
from grader.exports.classroom import Classroom
from grader.exports.feedback import CanvasFeedback, Feedback, MoodleFeedback
from grader.exports.gradescope import Gradescope
from grader.exports.junit import Junit
from grader.exports.moodle import Moodle
from grader.exports.tables import Csv, Xlsx

__all__ = ["EXPORTS", "Export", "Request"]

EXPORTS: tuple[type[Export], ...] = (
    Canvas,
    CanvasFeedback,
    Moodle,
    MoodleFeedback,
    Gradescope,
    Classroom,
    Feedback,
    Csv,
    Xlsx,
    Junit,
)
