"""File names for pages: any text is turned into a name that is safe on every disk and server.

A slug depends on nothing but the student's name, so that an address that was given to one student
does not become another's when more submissions come in.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

_SAFE = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_HASHED = re.compile(r".*-[0-9a-f]{12}")
_DEVICE = re.compile(r"con|prn|aux|nul|(com|lpt)[0-9]")  # no file names on Windows


def slug(name: str) -> str:
    """The name itself where it is safe; else its letters and digits, and a piece of its SHA-256."""
    if _SAFE.fullmatch(name) and not _HASHED.fullmatch(name) and not _DEVICE.fullmatch(name):
        return name
    plain = unicodedata.normalize("NFKD", name[:300]).encode("ascii", "ignore").decode()
    legible = re.sub(r"[^a-z0-9]+", "-", plain.lower())[:40].strip("-") or "student"
    mark = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"{legible}-{mark}"


def free(wanted: str, taken: set[str]) -> str:
    """The wanted slug, with a number if it is in `taken`; the slug is added to `taken`."""
    found, count = wanted, 1
    while found in taken:
        count += 1
        found = f"{wanted}-{count}"
    taken.add(found)
    return found
