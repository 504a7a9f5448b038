"""Build the documentation site for `script/docs`: the Markdown files of the repository, as pages in build/docs.

The files link to each other as on a code host, relative to where they are in the repository. They are copied to one
folder, and their links follow them. `--serve` shows the site on http://localhost:8000/ instead and builds it again when
`zensical.toml` changes.
"""

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "build" / "docs-source"
SITE = ROOT / "build" / "docs"
DOCS = ROOT / "docs"
# The files outside of docs/ that are pages, too.
OUTSIDE = ("CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")
LINK = re.compile(r"(\]\()([^)#\s]+)")
# What a page loads by itself. Links may lead anywhere.
LOADED = re.compile(
    r"""<(?:script|img|iframe|link rel="?(?:stylesheet|preload|icon)"?)[^>]* (?:src|href)="?(https?:[^" >]+)"""
)


def pages() -> dict[Path, Path]:
    """Every file of the site: its path in the repository and its path in the site."""
    files = [path for path in sorted(DOCS.rglob("*")) if path.is_file()]
    return {path: path.relative_to(DOCS) for path in files} | {ROOT / name: Path(name) for name in OUTSIDE}


def with_links_of_the_site(text: str, path: Path, site: dict[Path, Path]) -> str:
    """The text of a page with its links to other pages. A link to a folder leads to its README."""

    def follow(match: re.Match[str]) -> str:
        target = (path.parent / match[2]).resolve()
        target = target / "README.md" if target.is_dir() else target
        if target not in site:
            return match[0]
        return match[1] + os.path.relpath(site[target], site[path].parent)

    return LINK.sub(follow, text)


def copy_pages() -> None:
    """Write the pages of the site to an empty folder, with Mermaid from its Python package."""
    shutil.rmtree(SOURCE, ignore_errors=True)
    site = pages()
    for path, name in site.items():
        target = SOURCE / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".md":
            target.write_text(with_links_of_the_site(path.read_text(), path, site))
        else:
            shutil.copyfile(path, target)
    shutil.copyfile(_mermaid(), SOURCE / "assets" / "mermaid.js")


def _mermaid() -> Path:
    package = find_spec("mermaidx")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).parent / "assets" / "mermaid.js"


def other_hosts() -> list[str]:
    """What the built pages would load from other hosts."""
    texts = (path.read_text() for path in sorted(SITE.rglob("*.html")))
    return [address for text in texts for address in LOADED.findall(text)]


def main(arguments: list[str]) -> int:
    copy_pages()
    if "--serve" in arguments:
        return zensical("serve")
    status = zensical("build", "--clean", "--strict")
    if status == 0 and (loaded := other_hosts()):
        sys.exit(f"The pages load something from another host: {', '.join(sorted(set(loaded)))}")
    return status


def zensical(*command: str) -> int:
    return subprocess.run([sys.executable, "-m", "zensical", *command], cwd=ROOT).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
