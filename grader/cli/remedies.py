"""For each remedy that an error may have, the option or the command that brings it about.

Lower layers name a remedy only (`errors.Remedy`); what it is called is known here alone.
"""

from __future__ import annotations

from grader.errors import FairgradeError, Remedy

HINTS = {
    Remedy.OTHER_GRADEBOOK: "--gradebook names another file",
    Remedy.OTHER_OUTPUT_FOLDER: "--output names another folder",
    Remedy.OTHER_EXPORT_TARGET: "--to names another place",
    Remedy.OTHER_RESULTS: "--results names the folder",
    Remedy.OTHER_BUNDLE_TARGET: "--output names a folder or a .zip file",
    Remedy.LAYOUT_OF_FOLDERS: "or give --layout folders",
    Remedy.NAME_COLUMN: "--column names the one that is meant",
    Remedy.SCALE_POINTS: "or --scale converts them",
    Remedy.EXPORT_CSV: "or `grade export csv` makes a file that spreadsheets open",
    Remedy.NAME_ASSIGNMENT_FOLDER: "or name that folder with --folder",
    Remedy.GENERATE: "`grade generate` does that",
    Remedy.ROSTER_PARTIAL: "--roster-partial grades all the same",
    Remedy.SHEET_PARTIAL: "--partial writes it all the same",
    Remedy.LIST_BEHAVIOURS: "`grade clusters` lists them",
    Remedy.GRADE_AGAIN: "run `grade` as before, then export",
}


def advised(error: FairgradeError) -> str:
    """The error's message, and behind it the option or command that would help, if there is one."""
    return f"{error}; {HINTS[error.remedy]}" if error.remedy else str(error)
