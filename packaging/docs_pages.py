"""Pages of the documentation's site that are made of other files, while `make docs` builds it.

The first page is the README, the API reference comes from the names that the packages export, the
examples are the scripts that the tests run. The site asks nothing of any other place, and a build
that would is an error.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

CHECKOUT = Path(__file__).resolve().parent.parent
PACKAGE = CHECKOUT / "disco_desktop"
ENGINE = PACKAGE / "engine"

# The packages whose exported names make the first page of the reference.
FRONT_DOORS = ("disco_desktop.engine", "disco_desktop.server")

# Pages that are files at the top of the checkout, under their names there and in the site.
TOP = {
    "README.md": "index.md",
    "CHANGELOG.md": "changes.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
}

# What makes a browser fetch something: links that only a person follows are no assets.
FETCHED = re.compile(
    r"<(?:script|img|iframe|source|video|audio|embed)\b[^>]*\bsrc\s*=\s*[\"']?(?:https?:)?//[^\"'\s>]+"
    r"|<link\b(?![^>]*\brel=[\"']?canonical)[^>]*\bhref\s*=\s*[\"']?(?:https?:)?//[^\"'\s>]+"
    r"|url\(\s*[\"']?(?:https?:)?//[^)]+|@import\s+[\"'](?:https?:)?//[^\"']+"
)
# The theme's script would fetch these to draw diagrams, and to search a site opened from the disk.
OF_THE_THEME = re.compile(r"https://unpkg\.com/[^\"'`\s]*")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Give each package of the engine its page in the reference."""
    pages = [{package.name: f"reference/{package.name}.md"} for package in _packages()]
    for section in config.nav or []:
        if "Reference" in section:
            section["Reference"].append({"Packages of the engine": pages})
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages."""
    pages = {target: _top_page(CHECKOUT / source) for source, target in TOP.items()}
    pages["examples.md"] = _examples()
    pages["reference/engine.md"] = _front_doors()
    for package in _packages():
        pages[f"reference/{package.name}.md"] = _modules(package)
    for path, content in pages.items():
        files.append(File.generated(config, path, content=content))
    return files


def on_post_build(config: MkDocsConfig) -> None:
    """Take the theme's addresses out of its scripts, and look for any that is left.

    Raises:
        PluginError: a page would fetch something from elsewhere.
    """
    left = []
    for path in sorted(Path(config.site_dir).rglob("*")):
        if path.suffix not in {".html", ".css", ".js"}:
            continue
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".js":
            path.write_text(OF_THE_THEME.sub("", text), encoding="utf-8")
            continue
        left += [f"{path}: {found.group()}" for found in FETCHED.finditer(text)]
    if left:
        raise PluginError("The site would fetch what is elsewhere:\n" + "\n".join(left))


def _packages() -> list[Path]:
    return sorted(path.parent for path in ENGINE.glob("*/__init__.py"))


def _top_page(path: Path) -> str:
    """Return a file's text with its links as they are within the site."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"(\]\()docs/", r"\1", text)
    text = re.sub(r"(\]\()\.\./", r"\1", text)
    for source, target in TOP.items():
        text = text.replace(f"]({source}", f"]({target}")
    return text


def _examples() -> str:
    """Return the scripts, each under the sentence with which it begins."""
    parts = ["# Examples", "Each of these runs as it stands; the tests run them all."]
    for path in sorted((CHECKOUT / "docs" / "examples").glob("*.py")):
        text = path.read_text(encoding="utf-8")
        said = ast.get_docstring(ast.parse(text)) or path.stem
        title = path.stem.replace("_", " ").capitalize()
        parts += [f"## {title}", said, f"```python\n{text.strip()}\n```"]
    return "\n\n".join(parts)


def _front_doors() -> str:
    """Return the page of the names that are exported, package by package."""
    parts = ["# The library", "What scripts and notebooks import; all else may change."]
    for package in FRONT_DOORS:
        parts.append(f"## `{package}`")
        parts += [
            f"::: {package}.{name}\n    options: {{heading_level: 3, show_root_full_path: false}}"
            for name in _exported(CHECKOUT.joinpath(*package.split("."), "__init__.py"))
        ]
    return "\n\n".join(parts)


def _exported(path: Path) -> list[str]:
    """Return a module's `__all__`, without running it."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            names: list[str] = ast.literal_eval(node.value)
            return names
    raise PluginError(f"{path} does not say what it exports")


def _modules(package: Path) -> str:
    """Return the page of a package: each module with what is public in it."""
    parts = [f"# `{'.'.join(package.relative_to(CHECKOUT).parts)}`"]
    for path in sorted(package.rglob("*.py")):
        if path.stem != "__init__":
            parts.append("::: " + ".".join(path.relative_to(CHECKOUT).with_suffix("").parts))
    return "\n\n".join(parts)
