"""Gradescope: the zip of "Export Submissions"."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date
from functools import cached_property
from pathlib import PurePath
from typing import Any

from grader.errors import InputError, Remedy
from grader.model import Owner
from grader.submissions.layouts.layout import Layout
from grader.text import one_line

METADATA = "submission_metadata.yml"
_MOST_BYTES = 100_000_000


class Gradescope(Layout):
    """`submission_123/work.ipynb`; `submission_metadata.yml` has the students of each folder.

    From Gradescope come the folders and that file, at the top of the export; from the student what
    is in a folder, where another file of that name means nothing. Students can change the names
    under which Gradescope knows them, so an email address or a number is the surer mark.
    """

    name = "gradescope"
    title = "Gradescope export"

    def fits(self) -> bool:
        return os.path.isfile(self.root / METADATA)

    def is_platforms(self, path: PurePath) -> bool:
        return path.parts == (METADATA,)

    def owners(self, path: PurePath) -> Sequence[Owner]:
        key = path.parts[0]
        said = self._metadata.get(key)
        if not isinstance(said, dict) or not isinstance(said.get(":submitters"), list):
            return ()
        return [
            _owner(submitter, key, _time(said.get(":created_at")))
            for submitter in said[":submitters"]
            if isinstance(submitter, dict)
        ]

    @cached_property
    def _metadata(self) -> dict[Any, Any]:
        # Here, as no other layout has a file of YAML.
        import yaml

        # The parser of libyaml, which not every PyYAML has, is ten times faster.
        loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        path = self.root / METADATA
        try:
            if path.is_symlink() or path.stat().st_size > _MOST_BYTES:
                raise InputError(f"{path}: is a link, or larger than {_MOST_BYTES:,} bytes")
            data = yaml.load(path.read_bytes(), Loader=loader)
        except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
            why = one_line(str(error))[:200]
            raise InputError(
                f"{path}: cannot be read: {why}; export the submissions once more",
                Remedy.LAYOUT_OF_FOLDERS,
            ) from None
        return data if isinstance(data, dict) else {}


def _owner(submitter: dict[Any, Any], key: str, submitted_at: str) -> Owner:
    sid, email = (one_line(str(submitter.get(name) or "")) for name in (":sid", ":email"))
    ids = {"gradescope": key, **({"sid": sid} if sid else {})}
    name = one_line(str(submitter.get(":name") or email or sid or key))
    return Owner(name, ids, email=email, submitted_at=submitted_at)


def _time(said: object) -> str:
    return said.isoformat() if isinstance(said, date) else one_line(str(said or ""))
