"""The documentation site: `make docs` builds it from this folder and the docstrings."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from arthurai.version import __version__  # noqa: E402 - stands in ROOT

project = "arthurai"
author = "The arthurai authors"
copyright = author  # noqa: A001 - the name that Sphinx reads
release = version = __version__
language = "en"

extensions = [
    "myst_parser",
    "sphinx_external_toc",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "scripts.site_extension",
]
external_toc_path = "_toc.yml"
nitpicky = True
nitpick_ignore_regex = [
    # Python and other packages, whose inventories are not at hand without a network.
    ("py:.*", r"(collections|dataclasses|datetime|os|pathlib|ssl|typing|httpx|_?pytest|pd|np)\..*"),
    (
        "py:class",
        "datetime|timedelta|ModuleType|Path|PathLike|InitVar|Figure|Future|ThreadPoolExecutor|NDArray",
    ),
    # Type variables.
    ("py:class", r"(.*\.)?(T|T_co|A_co|O|P|P.args|P.kwargs|R|C|FigureT)"),
    # What annotations of public calls name, and no program makes.
    ("py:class", r"arthurai\.typing\.(ListOf|Supports\w+)"),
    ("py:class", r"(.*\.)?(Async)?Raw(\w+Calls|BiasMetrics|ThresholdMitigation)"),
    ("py:class", r"(.*\.)?(ListOperation|Items|MetricItems)"),
    ("py:class", r"CredentialProvider|dict\[str"),
    (
        "py:class",
        "Session|AsyncSession|AsyncApiClient|UploadSchema|SendRules|LocalTimes|Redaction|TableView|LoggerOptions",
    ),
    ("py:class", r"(arthurai\._compat|arthurai_api)\..*"),
    ("py:class", "RequestParts|FilePart|RefreshFunction|Interval|Date|ModuleType"),
]

myst_heading_anchors = 4

default_role = "code-or-link"
add_module_names = False
autodoc_default_options = {
    "members": True,
    "inherited-members": "dict,list,str,tuple,BaseException,Mapping,Protocol,Generic",
    "member-order": "bysource",
}
autodoc_inherit_docstrings = True
autodoc_preserve_defaults = True
autodoc_typehints = "signature"
maximum_signature_line_length = 88
napoleon_attr_annotations = False
napoleon_numpy_docstring = False
napoleon_use_ivar = True
napoleon_use_rtype = False
python_display_short_literal_types = True
toc_object_entries_show_parents = "hide"

html_theme = "furo"
html_title = f"arthurai {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_copyright = False
html_copy_source = False
html_show_sourcelink = False
pygments_style = "friendly"
pygments_dark_style = "github-dark"
