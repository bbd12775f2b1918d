"""Hooks of mkdocs: the site has the README as its first page, and what documents link to outside of ``docs/``.

A document links to files by their places in the repository, so that its links work there. On the site, such a file is
a page of its own or, if it is a document, that document's page.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

REPOSITORY = Path(__file__).resolve().parents[1]
DOCS = REPOSITORY / "docs"
# Documents outside docs/, by the names of their pages.
OUTSIDE = {"index.md": "README.md", "changelog.md": "CHANGELOG.md", "benchmarks.md": "benchmarks/README.md"}
_LINK = re.compile(r"\]\((?!\w+:|#)([^)#\s]+)(#[^)\s]*)?\)")
_LANGUAGES = {".py": "python", ".yaml": "yaml", ".sh": "bash", ".toml": "toml", ".json": "json"}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the documents outside ``docs/``, and a page for each other file or folder that a document links to."""
    for name, source in OUTSIDE.items():
        files.append(File.generated(config, name, content=(REPOSITORY / source).read_text(encoding="utf-8")))
    pages = [file.src_uri for file in files if file.is_documentation_page()]
    linked = {target for page in pages for target in _targets(_source(page), _text(page))}
    for target in sorted(linked):
        if _page_of(target).startswith("files/"):
            files.append(File.generated(config, _page_of(target), content=_shown(target)))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Return the page with its links turned from places in the repository to pages of the site."""
    name = page.file.src_uri
    if name.startswith("files/"):
        return markdown
    source = _source(name)

    def turned(link: re.Match[str]) -> str:
        target = _target(source, link[1])
        if not target.exists():
            return link[0]  # mkdocs complains
        return f"]({os.path.relpath(_page_of(target), Path(name).parent)}{link[2] or ''})"

    return _LINK.sub(turned, markdown)


def _source(page: str) -> Path:
    """Return the file of the repository that a page is made of."""
    return REPOSITORY / OUTSIDE[page] if page in OUTSIDE else DOCS / page


def _text(page: str) -> str:
    source = _source(page)
    return source.read_text(encoding="utf-8") if source.is_file() else ""


def _targets(source: Path, text: str) -> Iterator[Path]:
    for link in _LINK.finditer(text):
        target = _target(source, link[1])
        if target.exists():
            yield target


def _target(source: Path, link: str) -> Path:
    return Path(os.path.normpath(source.parent / link))


def _page_of(target: Path) -> str:
    """Return the page of the site that shows a file or folder of the repository."""
    place = target.relative_to(REPOSITORY).as_posix()
    if target.is_relative_to(DOCS):
        within = target.relative_to(DOCS)
        return (within / "README.md" if target.is_dir() else within).as_posix()
    by_source = {source: name for name, source in OUTSIDE.items()}
    return by_source.get(place) or f"files/{place}.md"


def _shown(target: Path) -> str:
    """Return a page with the content of a file, or of the files of a folder."""
    place = target.relative_to(REPOSITORY)
    files = [target] if target.is_file() else sorted(path for path in target.rglob("*") if _is_text(path))
    parts = [f"# {place}\n"]
    for file in files:
        heading = f"## {file.relative_to(target)}\n\n" if target.is_dir() else ""
        parts.append(f"{heading}````{_LANGUAGES.get(file.suffix, 'text')}\n{file.read_text(encoding='utf-8')}\n````\n")
    return "\n".join(parts)


def _is_text(path: Path) -> bool:
    return path.is_file() and "__pycache__" not in path.parts and path.suffix in {*_LANGUAGES, ".md", ".txt", ""}
