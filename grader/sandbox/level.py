"""The three levels of protection; docs/security.md has what each of them promises."""

from __future__ import annotations

from enum import IntEnum


class Level(IntEnum):
    """A level of protection; they are ordered from the weakest to the strongest."""

    LIMITS = 1
    LANDLOCK = 2
    NAMESPACES = 3

    @property
    def word(self) -> str:
        return self.name.lower()

    @classmethod
    def of(cls, word: str) -> Level:
        return cls[word.upper()]


SUMMARY = {
    Level.NAMESPACES: "student code runs in bubblewrap, in namespaces of its own",
    Level.LANDLOCK: "student code runs behind Landlock and seccomp, without namespaces",
    Level.LIMITS: "student code is not shut in: it runs as the user who grades, within limits",
}
