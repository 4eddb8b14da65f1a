"""What a file is that a student handed in: a notebook, whatever it is called, or what else.

A file is judged by its first bytes and by its name. Nothing in it is run.
"""

from __future__ import annotations

import json
import re
import stat
import zipfile
from contextlib import suppress
from enum import IntEnum
from pathlib import Path, PurePath

from grader.errors import SubmissionError
from grader.notebooks.read import is_script_notebook, notebook_bytes, notebook_data

NOTEBOOK_SUFFIX = ".ipynb"
HEAD_BYTES = 8192

# What browsers, mail programs and file managers append to a notebook's name.
_NAMED = re.compile(r"\.ipynb([ ._-]*(txt|json|download|text|\(\d{1,3}\)))*[ .]*", re.IGNORECASE)
_CLUTTER_NAMES = frozenset({"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r"})
_CLUTTER_FOLDERS = frozenset({"__macosx", "__pycache__", "$recycle.bin"})
# Folders in which programs keep a repository. That one is there does not mean that something was
# handed in.
REPOSITORIES = (".git", ".hg", ".svn", ".bzr")
CHECKPOINTS = ".ipynb_checkpoints"

_ARCHIVES = (
    (b"7z\xbc\xaf\x27\x1c", 0),
    (b"Rar!\x1a\x07", 0),
    (b"\x1f\x8b", 0),
    (b"BZh", 0),
    (b"\xfd7zXZ\x00", 0),
    (b"\x28\xb5\x2f\xfd", 0),
    (b"ustar", 257),
)
_ARCHIVE_SUFFIXES = frozenset(
    {".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".tbz", ".xz", ".txz", ".zst"}
)
_IMAGES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*")
_BY_SUFFIX = {
    **dict.fromkeys((".doc", ".docx", ".docm", ".dotx"), "a Word document"),
    **dict.fromkeys((".odt", ".rtf"), "a text document"),
    **dict.fromkeys((".xls", ".xlsx", ".xlsm"), "an Excel workbook"),
    **dict.fromkeys((".ppt", ".pptx"), "a PowerPoint presentation"),
    **dict.fromkeys((".ods", ".odp", ".key", ".pages", ".numbers"), "a document"),
    **dict.fromkeys((".py", ".pyw"), "a Python script"),
    **dict.fromkeys((".txt", ".md", ".rst"), "a text file"),
    **dict.fromkeys((".htm", ".html", ".mhtml", ".mht"), "a web page"),
    **dict.fromkeys((".csv", ".tsv", ".json", ".npy", ".npz", ".pkl", ".h5"), "a file of data"),
    **dict.fromkeys((".heic", ".svg", ".webp", ".bmp"), "a picture"),
}
_SHORTCUTS = frozenset({".url", ".webloc", ".lnk", ".desktop", ".website"})
_UNFINISHED = frozenset({".crdownload", ".part", ".partial", ".opdownload"})
_GOOGLE = frozenset(
    {".gdoc", ".gsheet", ".gslides", ".gdraw", ".gform", ".glink", ".gcolab", ".gscript", ".gnote"}
)
_LFS = b"version https://git-lfs.github.com/spec/"
_EXPORT_MARKS = (b"nbconvert", b"jp-notebook", b"jp-cell", b"notebook-container", b"jupyter")
_EXPORT = "is an export of a notebook and not the notebook itself"
_CLOUD = "is a link: the file itself was not handed in"
_ADDRESS = re.compile(rb"\s*https?://[^\s]{1,2000}\s*")
_SCRIPT_EXPORT = re.compile(rb"^# In\[[ \d]*\]:", re.MULTILINE)
# What is in more folders inside each other is not unpacked: a path in a zip may have 32,000.
MAX_FOLDERS = 50


class Rank(IntEnum):
    """How surely a file is the notebook that its student means, the surest first.

    Notebooks of a later rank only count where there is none of an earlier one.
    """

    NAMED = 0
    OTHERWISE_CALLED = 1
    CHECKPOINT = 2


def is_notebook(path: PurePath) -> bool:
    """Whether a file is called a notebook, also one such as `work.ipynb.txt`.

    What is in it may still be something else.
    """
    return _NAMED.search(path.name[-60:]) is not None and bool(_stem(path.name)[1])


def stem(path: PurePath) -> str:
    """The file's name without `.ipynb` and what was appended to that, or without its suffix."""
    name, is_named = _stem(path.name)
    return name if is_named else path.stem


def _stem(name: str) -> tuple[str, bool]:
    head, end = name[:-60], name[-60:]
    for found in _NAMED.finditer(end):
        if found.end() == len(end) and head + end[: found.start()]:
            return head + end[: found.start()], True
    return name, False


def is_zip(path: PurePath) -> bool:
    return path.suffix.lower() == ".zip"


def is_clutter(path: PurePath) -> bool:
    """Whether programs left this file behind, such as `.DS_Store`, and no person handed it in.

    Hidden files and what lies in hidden folders is clutter, too, but for Jupyter's checkpoints.
    """
    name = path.name.lower()
    if name in _CLUTTER_NAMES | _CLUTTER_FOLDERS or name.startswith(("~$", "._")):
        return True
    if any(map(_is_clutter_folder, path.parts[:-1])):
        return True
    return is_hidden(name) and not name.endswith(".icloud")


def clutter_folder(path: PurePath) -> PurePath | None:
    """The topmost folder above a file that is clutter as a whole; None if there is none."""
    for depth, part in enumerate(path.parts[:-1], start=1):
        if _is_clutter_folder(part):
            return PurePath(*path.parts[:depth])
    return None


def _is_clutter_folder(name: str) -> bool:
    return name.lower() in _CLUTTER_FOLDERS or is_hidden(name.lower())


def is_hidden(name: str) -> bool:
    return name.startswith(".") and name not in ("..", CHECKPOINTS)


def is_checkpoint(path: PurePath) -> bool:
    return CHECKPOINTS in path.parts[:-1]


def head(path: Path) -> bytes:
    """The first bytes of a file; empty where it cannot be read."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return b""
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)
    except OSError:
        return b""


def holds_notebook(path: Path) -> bool:
    """Whether there is a notebook in a file, whatever it is called."""
    begin = head(path)
    if is_script_notebook(begin):
        return True
    text = begin.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not text.startswith(b"{") or not re.search(rb'"(cells|nbformat|metadata)"', text):
        return False
    try:
        data = notebook_data(notebook_bytes(path))
    except SubmissionError:
        return False
    return isinstance(data.get("cells", data.get("worksheets")), list)


def called_but_is(path: Path) -> bool:
    """Whether a file that is called a notebook is surely something else: empty, a PDF, ..."""
    begin = head(path)
    if not begin:
        with suppress(OSError):
            return path.stat().st_size == 0
    return bool(_by_content(begin, path))


def is_named_zip(path: Path, place: PurePath) -> bool:
    """Whether a file that is called a notebook is a zip."""
    return is_notebook(place) and head(path).startswith((b"PK\x03\x04", b"PK\x05\x06"))


def lists_notebook(path: Path) -> bool:
    """Whether a zip has a file that is called a notebook, and is no checkpoint."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = [each.replace("\\", "/") for each in archive.namelist()]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False
    places = (PurePath(name) for name in names if not is_too_deep(name))
    return any(is_notebook(p) and not is_clutter(p) and not is_checkpoint(p) for p in places)


def is_too_deep(name: str) -> bool:
    """Whether a path in a zip is in more folders than people make."""
    return name.count("/") > MAX_FOLDERS


def telling(name: str) -> int:
    """A rank of what says most about what a student meant to hand in; small numbers first."""
    place = PurePath(name)
    suffix = place.suffix.lower()
    if is_notebook(place):
        return 0
    if is_zip(place) or suffix in _ARCHIVE_SUFFIXES:
        return 1
    if suffix in (".html", ".htm", ".py", ".md", ".pdf") or suffix in _GOOGLE | _SHORTCUTS:
        return 2
    return 3 if suffix in _BY_SUFFIX else 4


def what_is(path: Path, place: PurePath) -> str:
    """What a file is instead of a notebook, in words that go on after "which".

    `place` is the file's path as its student named it.
    """
    begin, suffix = head(path), place.suffix.lower()
    if not begin and path.is_file():
        return "is empty" if path.stat().st_size == 0 else "cannot be read"
    return _by_content(begin, path) or _by_name(begin, suffix)


def _by_content(begin: bytes, path: Path) -> str:
    if begin.startswith(_LFS):
        return "is a pointer of Git LFS: the file itself was not uploaded"
    if begin.startswith(b"%PDF"):
        return "is a PDF and no notebook"
    if any(begin[at : at + len(mark)] == mark for mark, at in _ARCHIVES):
        return "is an archive that is not opened: only zips are"
    if begin.startswith(_IMAGES):
        return "is a picture and no notebook"
    if begin.startswith(b"\xd0\xcf\x11\xe0"):
        return "is an office document and no notebook"
    text = begin.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype html", b"<html")):
        return _EXPORT if _is_export(path) else "is a web page and no notebook"
    if _SCRIPT_EXPORT.search(begin):
        return _EXPORT
    return _CLOUD if _is_cloud_link(begin) or _ADDRESS.fullmatch(begin) else ""


def _by_name(begin: bytes, suffix: str) -> str:
    if suffix in _GOOGLE | _SHORTCUTS:
        return _CLOUD
    if suffix in _UNFINISHED:
        return "is a download that was not finished"
    if suffix == ".icloud":
        return "is a placeholder of iCloud: the file itself was not uploaded"
    if suffix in _ARCHIVE_SUFFIXES:
        return "is an archive that is not opened: only zips are"
    what = _BY_SUFFIX.get(suffix)
    return f"is {what} and no notebook" if what else "is no notebook"


def _is_export(path: Path) -> bool:
    """Whether a page was made of a notebook: nbconvert's marks stand within the first 500 kB."""
    try:
        with path.open("rb") as file:
            begin = file.read(500_000).lower()
    except OSError:
        return False
    return any(mark in begin for mark in _EXPORT_MARKS)


def _is_cloud_link(begin: bytes) -> bool:
    if len(begin) == HEAD_BYTES or not begin.lstrip().startswith(b"{"):
        return False
    try:
        data = json.loads(begin)
    except (ValueError, RecursionError):
        return False
    return isinstance(data, dict) and bool({"doc_id", "url"} & data.keys()) and len(data) <= 6
