"""The documents' site: built without a warning, complete, and asking nothing of any other place."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from disco_desktop import engine

CHECKOUT = Path(__file__).parents[2]


def build(config: Path, site: Path) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "mkdocs",
        "build",
        "--quiet",
        "-f",
        str(config),
        "-d",
        str(site),
    ]
    return subprocess.run(
        command,
        cwd=CHECKOUT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
    )


def test_it_has_each_exported_name_and_no_address_of_elsewhere_to_fetch(tmp_path: Path) -> None:
    done = build(CHECKOUT / "mkdocs.yml", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    page = (tmp_path / "reference" / "engine.html").read_text()
    assert [n for n in engine.__all__ if f'id="disco_desktop.engine.{n}"' not in page] == []
    scripts = list(tmp_path.rglob("*.js"))
    assert scripts
    assert [path for path in scripts if "unpkg.com" in path.read_text()] == []


@pytest.mark.parametrize(
    "text",
    [
        '<img src="https://example.org/a.png">',
        '<link rel="stylesheet" href="//example.org/a.css">',
        '<div style="background: url(https://example.org/a.png)"></div>',
    ],
)
def test_a_page_that_would_fetch_from_elsewhere_is_refused(tmp_path: Path, text: str) -> None:
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "bad.md").write_text(f"# A page\n\n{text}\n")
    config = tmp_path / "mkdocs.yml"
    config.write_text(
        "site_name: bad\ndocs_dir: pages\ntheme: {name: material, font: false}\n"
        f"plugins: []\nhooks: [{CHECKOUT / 'packaging' / 'docs_pages.py'}]\n"
    )
    done = build(config, tmp_path / "site")
    assert done.returncode != 0
    assert "would fetch what is elsewhere" in done.stderr
    assert "example.org" in done.stderr
