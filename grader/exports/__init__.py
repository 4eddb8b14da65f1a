"""Grades in the formats of platforms and programs, one class for each format.

A new format is a file here with a class that is listed in EXPORTS: a subclass of `Export`, of
`Files` if it makes many files, or of `SheetExport` if it fills in a sheet that the platform made.
The fields that the class declares become the options of its command.
"""

from __future__ import annotations

from grader.exports.base import Export, Request
from grader.exports.canvas import Canvas
from grader.exports.classroom50 import Classroom50
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
    Classroom50,
    Feedback,
    Csv,
    Xlsx,
    Junit,
)
