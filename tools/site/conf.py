"""Settings of Sphinx. The repository's address is not among them: see ``build.launch``; nor are
those of a language: see ``build.speaking``.
"""

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "tools.site.docstrings",
    "tools.site.formulas",
    "tools.site.freshness",
    "tools.site.language",
    "tools.site.notebooks",
    "tools.site.quiz",
]

# The outputs are those that the tests of the lessons have compared.
nb_execution_mode = "off"
nb_merge_streams = True
# They would come from another host, and there is no kernel to move a slider.
nb_ipywidgets_js: dict[str, dict[str, str]] = {}

myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
html_math_renderer = "mathml"

autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True

html_theme = "sphinx_book_theme"
templates_path = ["theme"]
html_theme_options = {
    "article_header_end": ["language.html", "article-header-buttons.html"],
    "navbar_persistent": [],  # the search field is in the sidebar
    "show_navbar_depth": 1,
    "use_fullscreen_button": False,
}
html_context = {"default_mode": "auto"}  # light or dark, as the reader's system is
html_static_path = ["static"]
html_css_files = ["site.css"]
html_js_files = ["freshness.js", "quiz.js", "stills.js"]
html_favicon = "static/icon.svg"
html_show_copyright = False
html_use_index = False  # the list of modules and the search are shorter ways
html_domain_indices = False
