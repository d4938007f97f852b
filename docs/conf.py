"""Sphinx configuration: MyST pages, furo theme, nothing loaded from the network."""

import holdfast

project = "Holdfast"
author = "The Holdfast developers"
copyright = "The Holdfast developers, Apache-2.0"
version = release = holdfast.__version__
extensions = ["myst_parser", "sphinx-mathjax-offline"]  # MathJax ships with the pages: they work offline
myst_enable_extensions = ["deflist", "dollarmath", "colon_fence"]
myst_heading_anchors = 3
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build", "schema"]
html_theme = "furo"
html_title = "Holdfast"
html_show_sphinx = False
suppress_warnings = ["myst.strikethrough"]
