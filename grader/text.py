"""Make text that somebody else wrote fit for files, terminals and pages; put numbers into words.

Nothing here escapes HTML or rich's markup: whoever prints the text does that afterwards.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal

_TERMINAL_CODES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # colours, cursor movements
    r"|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)"  # window titles, links, device strings
    r"|\x1b[ -/]*[0-~]"  # the rest
)
# What spreadsheets take for the beginning of a formula, also after blanks, and in the full-width
# forms of East Asian fonts.
_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# Characters without a shape of their own that change how the text around them looks: control
# characters, marks that turn the direction of writing, invisible and filling characters, lone
# surrogates. The joiners U+200C and U+200D are left alone: Persian names and many emoji need them.
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b"
    r"\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb"
    r"\ufffe\uffff\U000e0000-\U000e0fff\ud800-\udfff]"
)
# More than three combining accents on one letter, which would cover the lines above and below.
_STACKED = re.compile(
    r"([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{3})"
    r"[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+"
)

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


def without_terminal_codes(text: str) -> str:
    """The text without the codes that set colours, move the cursor or name the window."""
    return _TERMINAL_CODES.sub("", text)


def plain(text: str) -> str:
    """The text as any file in UTF-8 may hold it.

    Terminal codes are removed, control characters other than line ends and tabs become U+FFFD, and
    halves of surrogate pairs become "?".
    """
    text = without_terminal_codes(text.replace("\r\n", "\n"))
    text = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
    return text.encode("utf-8", "replace").decode()


def uncomputed(text: str) -> str:
    """The text on one line, with a `'` before it where a spreadsheet would compute it."""
    return f"'{on_one_line(text)}" if _FORMULA.match(text) else on_one_line(text)


def visible(text: str) -> str:
    """The text with every unseen character written out, such as `[U+202E]`.

    All line ends become `\\n`. Of many accents on one letter the first three stay. The result can
    always be written as UTF-8.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _STACKED.sub(r"\1", _UNSEEN.sub(_code_point, text))


def one_line(text: str) -> str:
    """The text for a place of one line, such as a name or a heading, without terminal codes.

    Unseen characters, line ends and tabs are written out: "a\\tb" becomes "a[U+0009]b".
    """
    return re.sub(r"[\n\t]", _code_point, visible(without_terminal_codes(text)))


def on_one_line(text: str) -> str:
    """The same as `one_line`, but line ends become spaces."""
    return one_line(" ".join(text.splitlines()))


def shortened(text: str, limit: int) -> str:
    """The text, or its beginning and end with a line between them that says how much is left out.

    Three quarters of the limit go to the beginning.
    """
    if len(text) <= limit:
        return text
    head, tail = limit * 3 // 4, limit // 4
    gap = f"[… {len(text) - head - tail:,} characters are left out here …]"
    return f"{text[:head]}\n{gap}\n{text[-tail:]}"


def beginning(text: str, limit: int) -> str:
    """The text, or the beginning of a longer one with `…` after it."""
    return text if len(text) <= limit else f"{text[:limit]}…"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'check'?` for a word that is like a known one; empty where none is.

    Capital letters make no difference.
    """
    by_folded = {each.casefold(): each for each in known}
    near = difflib.get_close_matches(word.casefold(), by_folded, n=1)
    return f"; did you mean {by_folded[near[0]]!r}?" if near else ""


def number(value: float | None) -> str:
    """The number with at most two decimals and no zeros at their end, such as 87.5, 100, 6.25.

    Halves are rounded away from zero. The text for None is empty.
    """
    if value is None:
        return ""
    rounded = Decimal(str(value)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    text = f"{rounded:f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def counted(count: float, noun: str) -> str:
    """The number with its noun: `1 exercise`, `3 exercises`, `1.5 days`."""
    shown = f"{count:g}" if isinstance(count, float) else str(count)
    return f"{shown} {noun if count == 1 else plural(noun)}"


def plural(noun: str) -> str:
    """The regular plural of an English noun: `exercises`, `mini-batches`."""
    return f"{noun}es" if noun.endswith(("s", "x", "ch", "sh")) else f"{noun}s"


def when(started: str) -> str:
    """An ISO 8601 time as "1 March 2026, 23:59 UTC"; any other text on one line, as it is."""
    try:
        moment = datetime.fromisoformat(started)
    except ValueError:
        return one_line(started)
    zone = {None: "", UTC.utcoffset(None): " UTC"}.get(moment.utcoffset(), f" {moment:%z}")
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}, {moment:%H:%M}{zone}"


def _code_point(match: re.Match[str]) -> str:
    return f"[U+{ord(match[0]):04X}]"
