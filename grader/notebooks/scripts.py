"""Read the cells of notebooks that jupytext wrote as a script (.py) or as Markdown (.md).

Such a file is recognized by its header, which names jupytext. The formats are the percent format,
the light format, Markdown with fenced code, and MyST. What is needed of them is so little that a
dependency on jupytext would cost more than it saves. Every pattern looks at one line only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

# How many of the first lines are searched for the header's end.
_HEADER_LINES = 120
_PERCENT = re.compile(r"# %%+(?:\s+(?P<rest>\S.*))?")
_TEXT_CELL = re.compile(
    r"(?:[^\[\n]*\s)?\[(?:markdown|md|raw)\].*|[^=\n]*cell_type=\"(?:markdown|raw)\".*"
)
_OPENED, _CLOSED = re.compile(r"# \+(?:\s.*)?"), re.compile(r"# -\s*")
_FENCE = re.compile(r"(?P<fence>`{3,}|~{3,})\s*(?P<language>[^`]*)")
_CODE = re.compile(r"\{?(?:code-cell\}|i?python\d?\b|py\b).*", re.IGNORECASE)
# In these formats, code without braces is an example in the text.
_BRACED = re.compile(r"\{(?:code-cell\}|i?python\d?\b).*", re.IGNORECASE)
# Between these marks stands one cell of text, in which there may be fences.
_REGION, _END_REGION = re.compile(r"<!-- #region\b.*"), re.compile(r"<!-- #endregion -->\s*")
_RAW_REGION = re.compile(r"<!-- #(?:end)?raw\b.*")
# MyST: what parts two texts, with the metadata of the second, and cells that are no text.
_BREAK = re.compile(r"\+\+\+(?:[ \t]+(?P<notes>\{.*\}))?[ \t]*")
_RAW_CELL = re.compile(r"\{raw-cell\}.*")
_NOT_RUN = re.compile(r".*(?:\.noeval|active=\"\"|\.no-execute)")
_FORMAT = re.compile("format_name: *(myst|rmarkdown|quarto)")
_LANGUAGE = re.compile(r"[# ]*language: *[\"']?(?P<name>[\w+#.-]{1,40})")
# Jupytext writes magics as comments. Only well-known ones are turned back: a comment may begin
# with a percent sign, too.
_MAGIC = re.compile(
    r"# (?P<magic>%%?(?:autoreload|bash|capture|cd|conda|config|env|html|javascript|latex|load_ext"
    r"|markdown|matplotlib|pip|pylab|reload_ext|run|script|sh|sql|svg|time|timeit|writefile)\b.*)"
)
_QUOTES = re.compile(r'"""|\'\'\'')


@dataclass(frozen=True, slots=True)
class ScriptCell:
    """A cell of a `kind` as notebooks name it: "code", "markdown" or "raw".

    `notes` is what stands behind its mark: its title, and its metadata as jupytext writes them.
    `options` are the metadata in YAML that stand before the source, as in MyST.
    """

    kind: str
    source: str
    notes: str = ""
    options: str = ""


@dataclass(frozen=True, slots=True)
class Script:
    """A notebook that was written as text: its cells, and its language."""

    cells: tuple[ScriptCell, ...]
    language: str


def is_script(text: str) -> bool:
    """Whether the text begins with a header of jupytext's."""
    return bool(_header(text.split("\n", _HEADER_LINES)[:_HEADER_LINES]))


def read_script(text: str) -> Script:
    """The cells of a text for which `is_script` is true."""
    lines = text.replace("\r\n", "\n").split("\n")
    header = _header(lines[:_HEADER_LINES])
    body = lines[len(header) :]
    languages = [found["name"] for line in header if (found := _LANGUAGE.match(line))]
    if not header[0].startswith("#"):
        names = {found[1] for line in header if (found := _FORMAT.search(line))}
        cells = _myst(body) if "myst" in names else _fenced(body, _BRACED if names else _CODE)
    elif any(_PERCENT.fullmatch(line) for line in body):
        cells = _percent(body)
    else:
        cells = _light(body)
    return Script(tuple(cells), languages[0].lower() if languages else "")


def _header(lines: list[str]) -> list[str]:
    """The lines of jupytext's header, up to its end; empty if there is none.

    Before it there may be a line that says the encoding or the program.
    """
    begin = 0
    while begin < min(3, len(lines)) and lines[begin].startswith(("#!", "# -*-")):
        begin += 1
    first = lines[begin].strip("\ufeff \r") if begin < len(lines) else ""
    if first not in ("# ---", "---"):
        return []
    for number, line in enumerate(lines[begin + 1 :], start=begin + 1):
        if line.strip() == first:
            inside = lines[: number + 1]
            is_known = any("jupytext:" in each for each in inside) and not any(
                re.search("format_name: *sphinx", each) for each in inside
            )
            return inside if is_known else []
    return []


def _percent(lines: list[str]) -> Iterator[ScriptCell]:
    """The cells of the percent format; what stands before the first mark is a cell, too."""
    cell: list[str] = []
    kind, notes = "code", ""
    for line in [*lines, None]:
        mark = _PERCENT.fullmatch(line) if line is not None else None
        if line is not None and not mark:
            cell.append(line)
            continue
        made = _cell(cell, kind, notes)
        if made.source or kind != "code":
            yield made
        cell, notes = [], (mark and mark["rest"]) or ""
        kind = _kind(notes)


def _kind(notes: str) -> str:
    """The kind of a cell by what stands behind its mark."""
    if not _TEXT_CELL.fullmatch(notes):
        return "code"
    return "raw" if re.search(r"\[raw\]|cell_type=\"raw\"", notes) else "markdown"


def _cell(lines: list[str], kind: str, notes: str = "") -> ScriptCell:
    """A cell of a script, where texts stand in comments or between triple quotes."""
    if kind == "code":
        return ScriptCell(kind, _source(lines), notes)
    text = "\n".join(lines).strip()
    for quotes in ('"""', "'''"):
        if len(text) >= 6 and text.startswith(quotes) and text.endswith(quotes):
            return ScriptCell(kind, text[3:-3].strip("\n"), notes)
    bare = [line.removeprefix("#").removeprefix(" ") for line in text.split("\n")]
    return ScriptCell(kind, "\n".join(bare).strip("\n"), notes)


def _light(lines: list[str]) -> Iterator[ScriptCell]:
    """The cells of the light format: between marks `# +` and `# -`, or paragraphs of code."""
    cell: list[str] = []
    marked, kind, notes, quote = False, "code", "", ""
    for number, line in enumerate(lines):
        opened = bool(_OPENED.fullmatch(line)) and not quote
        closed = marked and bool(_CLOSED.fullmatch(line)) and not quote
        after = lines[number + 1] if number + 1 < len(lines) else ""
        ends = not marked and not quote and not line.strip() and not after.startswith((" ", "\t"))
        if opened or closed or (ends and after.strip()):
            yield from _light_cell(cell, kind, notes, marked)
            cell = []
        if opened or closed:
            marked, notes = opened, line[3:].strip() if opened else ""
            kind = _kind(notes)
            continue
        cell.append(line)
        quote = _quote_after(line, quote)
    yield from _light_cell(cell, kind, notes, marked)


def _light_cell(lines: list[str], kind: str, notes: str, marked: bool) -> Iterator[ScriptCell]:
    source = _source(lines)
    if source:
        is_text = all(not line.strip() or line.startswith("#") for line in lines)
        is_magic = source.startswith("%")
        is_code = kind == "code" and (marked or is_magic or not is_text)
        yield _cell(lines, "code" if is_code else kind if kind != "code" else "markdown", notes)


def _fenced(lines: list[str], code: re.Pattern[str]) -> Iterator[ScriptCell]:
    """The code between fences in Markdown; the text between two of them is a cell, too."""
    cell: list[str] = []
    fence, kind, in_region, notes = "", "code", False, ""
    for line in lines:
        if not fence and (_REGION.fullmatch(line) or _END_REGION.fullmatch(line)):
            yield from _texts(cell, notes if in_region else None)
            cell, in_region = [], bool(_REGION.fullmatch(line))
            notes = line.removeprefix("<!-- #region").removesuffix("-->").strip()
            continue
        if not fence and not in_region and _RAW_REGION.fullmatch(line):
            if line.startswith("<!-- #end"):
                yield ScriptCell("raw", "\n".join(cell).strip("\n"))
            else:
                yield from _texts(cell, None)
            cell = []
            continue
        found = None if in_region else _FENCE.fullmatch(line.rstrip())
        if fence and found and found["fence"].startswith(fence) and not found["language"]:
            if kind == "code":
                yield _fenced_code(cell, notes)
                cell = []
            elif kind == "raw":  # code that is not run
                yield ScriptCell(kind, "\n".join(cell), notes)
                cell = []
            else:
                cell.append(line)
            fence = ""
        elif not fence and found:
            fence, notes, kind = found["fence"], found["language"], _kind_in(found, code)
            if kind == "markdown":
                cell.append(line)
            else:
                yield from _texts(cell, None)
                cell = []
        else:
            cell.append(line)
    if fence and kind == "code" and any(line.strip() for line in cell):
        yield _fenced_code(cell, notes)
    else:
        yield from _texts(cell, notes if in_region else None)


def _fenced_code(lines: list[str], notes: str) -> ScriptCell:
    """A cell of code in Markdown. In MyST whose header names no format it may have options."""
    made = _with_options("code", lines)
    return replace(made, source=_source(made.source.split("\n")), notes=notes)


def _kind_in(fence: re.Match[str], code: re.Pattern[str]) -> str:
    """The kind of cell that a fence begins; "markdown" where it is an example in the text."""
    if not code.match(fence["language"]):
        return "markdown" if code is _BRACED else "raw"
    return "raw" if _NOT_RUN.match(fence["language"]) else "code"


def _texts(lines: list[str], region: str | None) -> Iterator[ScriptCell]:
    """The cells of text, which two blank lines part unless it is a region with these notes."""
    text = "\n".join(lines).strip("\n")
    for each in [text] if region is not None else re.split(r"\n(?:[ \t]*\n){2}", text):
        if each.strip():
            yield ScriptCell("markdown", each.strip("\n"), region or "")


def _myst(lines: list[str]) -> Iterator[ScriptCell]:
    """The cells of MyST: code and raw ones in fences, and texts that `+++` parts.

    Unlike in the other formats magics are no comments, and blank lines part nothing.
    """
    cell: list[str] = []
    fence, kind, notes = "", "markdown", ""
    for line in lines:
        mark = None if fence else _BREAK.fullmatch(line)
        found = _FENCE.fullmatch(line.rstrip())
        if mark:
            yield from _texts(cell, notes)
            cell, notes = [], mark["notes"] or ""
        elif fence and found and found["fence"].startswith(fence) and not found["language"]:
            if kind == "markdown":
                cell.append(line)
            else:
                yield _with_options(kind, cell)
                cell = []
            fence = ""
        elif not fence and found:
            fence, kind = found["fence"], _directive(found["language"])
            if kind == "markdown":
                cell.append(line)
            else:
                yield from _texts(cell, notes)
                cell, notes = [], ""
        else:
            cell.append(line)
    if fence and kind == "code" and any(line.strip() for line in cell):
        yield _with_options(kind, cell)
    else:
        yield from _texts(cell, notes)


def _directive(language: str) -> str:
    """The kind of cell that a fence of MyST begins."""
    if _RAW_CELL.match(language):
        return "raw"
    return "code" if _BRACED.match(language) else "markdown"


def _with_options(kind: str, lines: list[str]) -> ScriptCell:
    """A cell of MyST, whose options stand before its source.

    They are lines such as `:tags: [x]`, or a block between lines of `---`.
    """
    start, options = 0, list[str]()
    if lines and lines[0].strip() == "---":
        ends = [number for number, line in enumerate(lines) if line.strip() == "---"]
        if len(ends) > 1:
            start, options = ends[1] + 1, lines[1 : ends[1]]
    else:
        while start < len(lines) and re.match(r":[\w-]+:", lines[start]):
            options.append(lines[start][1:])
            start += 1
    source = "\n".join(lines[start:]).strip("\n")
    return ScriptCell(kind, source, options="\n".join(options))


def _source(lines: list[str]) -> str:
    found = (_MAGIC.fullmatch(line) for line in lines)
    text = "\n".join(
        match["magic"] if match else line for match, line in zip(found, lines, strict=True)
    )
    return text.strip("\n")


def _quote_after(line: str, quote: str) -> str:
    """The triple quote that is open after a line, given the one that is open before it."""
    for found in _QUOTES.findall(line):
        if not quote:
            quote = found
        elif quote == found:
            quote = ""
    return quote
