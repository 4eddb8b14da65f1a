"""The site's menu, from the lists of pages that readers see."""

from __future__ import annotations

import re

FRONT = "index"
DOORS = "start/"
# An item such as "- [In a container](../container.md): the image".
_ITEM = re.compile(r"^- \[([^\]]+)\]\(([^)#:]+)\.md\)", re.MULTILINE)


def with_menu(text: str, name: str) -> str:
    """The text of a page; of the front page and of a door, with its listed pages as the menu.

    On other pages a list of links is a list of links.
    """
    if name != FRONT and not name.startswith(DOORS):
        return text
    pages = [f"{title} <{page}>" for title, page in _ITEM.findall(text)]
    return "\n".join([text, "```{toctree}", ":hidden:", "", *pages, "```", ""])
