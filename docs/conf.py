"""The documents as a site: `python -m sphinx -W docs build/site`, with the extra `docs`.

What makes a site of the pages is in `site_extension/`.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # for `site_extension`

_project = tomllib.loads((HERE.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]

project = "fairgrade"
author = project_copyright = "The fairgrade maintainers"
version = release = _project["version"]

extensions = ["myst_parser", "site_extension"]
exclude_patterns = ["site_extension"]
repository_files = _project["urls"]["Homepage"] + "/blob/main"

# Links lead to headings by the names that GitHub gives them.
myst_heading_anchors = 4
# For the options of a command, each followed by what it does.
myst_enable_extensions = ["deflist"]
highlight_language = "none"
smartquotes = False  # options begin with two hyphens, and what stands in quotes may be typed

# Every link and every page in the menu has to lead somewhere: `-W` makes errors of these warnings.
nitpicky = True

html_title = f"fairgrade {release}"
html_theme = "pydata_sphinx_theme"
html_static_path = ["site_extension/static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_context = {"default_mode": "auto"}  # light or dark, as the reader's system has it
html_theme_options = {
    "github_url": _project["urls"]["Homepage"],
    "show_prev_next": False,
    "navigation_with_keys": False,
    "footer_start": ["copyright"],
    "footer_end": [],
    "secondary_sidebar_items": ["page-toc"],
    "show_toc_level": 2,
}
