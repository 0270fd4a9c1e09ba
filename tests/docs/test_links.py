"""Every link of the documents leads somewhere: in the Markdown, as a host of the repository shows it, and in the built site."""
import functools
import html.parser
import pathlib
import re
import urllib.parse

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SITE = ROOT / "web" / "dist" / "docs"
FENCED = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]*`")
LINK = re.compile(r"\]\(([^()\s]+)\)")
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)


def markdown_files():
    skipped = {"node_modules", ".cache", "build", "dist", ".git"}
    return sorted(str(path.relative_to(ROOT)) for path in ROOT.rglob("*.md") if not skipped & set(path.relative_to(ROOT).parts))


def slugs(text):
    found = set()
    for heading in HEADING.findall(FENCED.sub("", text)):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").replace("**", "").lower()
        slug = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        found.add(slug if slug not in found else f"{slug}-{sum(one.startswith(slug) for one in found)}")
    return found


@pytest.mark.parametrize("name", markdown_files())
def test_every_link_in_markdown_leads_to_a_file_and_its_heading(name):
    path = ROOT / name
    text = CODE.sub("", FENCED.sub("", path.read_text(encoding="utf-8")))
    for link in LINK.findall(text):
        if urllib.parse.urlsplit(link).scheme:
            continue
        target, _, fragment = link.partition("#")
        file = (path.parent / target).resolve() if target else path
        assert file.exists() and file.is_relative_to(ROOT), f"{name}: {link}: no such file"
        if fragment and file.suffix == ".md":
            assert fragment in slugs(file.read_text(encoding="utf-8")), f"{name}: {link}: no such heading"


class Page(html.parser.HTMLParser):
    def __init__(self, path):
        super().__init__()
        self.ids, self.links, self.inline = [], [], []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if "id" in given:
            self.ids.append(given["id"])
        self.links += [(tag, given[name]) for name in ("href", "src") if name in given]
        self.inline += [name for name in given if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in given):
            self.inline.append(tag)


@functools.lru_cache(maxsize=None)
def read(path):
    return Page(path)


def site_pages():
    return sorted(path.name for path in SITE.glob("*.html"))


def test_the_site_is_built():
    assert "index.html" in site_pages(), "npm run build writes it"


@pytest.mark.parametrize("name", site_pages())
def test_every_link_of_the_site_leads_to_a_page_and_its_heading(name):
    page = read(SITE / name)
    assert len(page.ids) == len(set(page.ids)), f"{name}: an id twice"
    for tag, link in page.links:
        parts = urllib.parse.urlsplit(link)
        if parts.scheme:
            assert tag == "a", f"{name}: {link} is loaded from elsewhere"
            continue
        path = urllib.parse.unquote(parts.path)
        file = SITE / name if path == "" else SITE.parent / path.lstrip("/") if path.startswith("/") else SITE / path
        file = file / "index.html" if file.is_dir() else file
        assert file.exists(), f"{name}: {link}: no such file"
        if parts.fragment and not parts.fragment.startswith("/") and file.suffix == ".html":
            assert urllib.parse.unquote(parts.fragment) in read(file).ids, f"{name}: {link}: no such heading"


@pytest.mark.parametrize("name", site_pages())
def test_a_page_of_the_site_has_nothing_inline(name):
    assert read(SITE / name).inline == []
