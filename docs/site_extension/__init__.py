"""A Sphinx extension: what the pages have on the site beyond what they have on GitHub.

The pages are plain Markdown, so that they are read on GitHub as well. Three things are added while
Sphinx reads a page; nothing is written into the folder of the pages.

- `menu.py`: the lists of pages in `index.md` and `start/` become the site's menu.
- `links.py`: a link to a file outside of this folder leads to the repository.
- `reference.py`: comments such as `<!-- generated: commands -->` are replaced by what they name,
  made from the code. So no reference can be out of date, and none has to be committed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from site_extension.links import out_of_the_folder
from site_extension.menu import with_menu
from site_extension.reference import filled, is_generated

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.add_config_value("repository_files", "", "env")
    app.connect("source-read", _read)
    app.connect("env-get-outdated", _outdated)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _read(app: Sphinx, name: str, content: list[str]) -> None:
    """Change the text of the page of this name, which is the one item of `content`."""
    page = app.env.doc2path(name)
    text = filled(content[0])
    text = out_of_the_folder(text, page, app.srcdir, app.config.repository_files)
    content[0] = with_menu(text, name)


def _outdated(
    _app: Sphinx, env: BuildEnvironment, _added: set[str], _changed: set[str], _removed: set[str]
) -> list[str]:
    """The pages to read again though their files have not changed: those made from the code."""
    return [name for name in env.all_docs if is_generated(env.doc2path(name))]
