"""Brings Turtle files into canonical form, or says which are not: the one format to review.

Usage: python scripts/turtle_format.py [--check] [FILE_OR_FOLDER ...]

Without names, everything under ``ontology/`` and ``data/``. A file keeps its comment block at its
head; a comment further down is refused, because the triples are sorted and it would lose its place
(say it in `skos:editorialNote`, `rdfs:comment` or `sh:description`). `@base` is refused: relative
IRIs are resolved when the file is loaded. See ``turtle_writer.py`` for the order.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from turtle_writer import BASE, NotWritable, turtle

_ROOT = Path(__file__).resolve().parent.parent
_FOLDERS: Final = ("ontology", "data")

_TOKEN = re.compile(
    r'''(?P<string>"""(?:[^\\]|\\.)*?"""|\'\'\'(?:[^\\]|\\.)*?\'\'\'
           |"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
      |(?P<iri><[^<>"{}|^`\s]*>)
      |(?P<comment>\#[^\n]*)
      |(?P<base>(?:@base|\bBASE)\b(?=\s*<))
      |(?P<prefix>(?:@prefix|\bPREFIX)\s+(?P<name>[^\s:<"]*):\s*<(?P<namespace>[^>]*)>)''',
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


class NotTurtle(ValueError):
    """The file cannot be brought into form; the message says where and why."""


def _place(text: str, offset: int) -> str:
    return f"line {text.count(chr(10), 0, offset) + 1}"


def _relative_is_plain(iri: str) -> bool:
    """True for absolute IRIs and for relative ones that go down from the base and nowhere else."""
    return bool(_ABSOLUTE.match(iri)) or not iri.startswith((".", "/"))


def _head(text: str) -> str:
    lines = []
    for line in text.split("\n"):
        if line.strip() and not line.startswith("#"):
            break
        lines.append(line.rstrip())
    return "\n".join(lines).strip("\n")


def _scan(text: str, head: str) -> dict[str, str]:
    """The prefixes that the file declares; refuses what cannot be kept."""
    prefixes: dict[str, str] = {}
    begin = text.find(head) + len(head)
    for token in _TOKEN.finditer(text, begin):
        where = _place(text, token.start())
        if token["comment"]:
            raise NotTurtle(
                f"{where}: a comment below the file's head would lose its place; move it to the "
                "head, or say it in a triple (skos:editorialNote, rdfs:comment, sh:description)"
            )
        if token["base"]:
            raise NotTurtle(f"{where}: no @base here; files are read against the service's base")
        iri = token["namespace"] if token["prefix"] else (token["iri"] or "").strip("<>")
        if not _relative_is_plain(iri):
            raise NotTurtle(f"{where}: <{iri}>: write it relative to the base, as <id/actor/dane>")
        if token["prefix"]:
            namespace = iri if _ABSOLUTE.match(iri) else BASE + iri
            if prefixes.setdefault(token["name"], namespace) != namespace:
                raise NotTurtle(f"{where}: the prefix {token['name']}: is declared twice")
    return prefixes


def _parse(text: str) -> ox.Dataset:
    try:
        return ox.Dataset(ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri=BASE))
    except SyntaxError as error:
        raise NotTurtle(error.msg) from error


def _canonical(dataset: ox.Dataset) -> set[ox.Quad]:
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return set(dataset)


def canonical(text: str) -> str:
    """The same graph in canonical form.

    Raises:
        NotTurtle: it is not Turtle, or holds something that the form has no place for.
    """
    dataset = _parse(text)
    head = _head(text)
    prefixes = _scan(text, head)
    try:
        written = turtle((quad.triple for quad in dataset), prefixes, head)
    except NotWritable as error:
        raise NotTurtle(str(error)) from error
    if written != text and _canonical(_parse(written)) != _canonical(dataset):
        raise NotTurtle("writing it would change the graph; please report the file")
    return written


def _files(names: list[Path]) -> list[Path]:
    found: list[Path] = []
    for name in names or [_ROOT / folder for folder in _FOLDERS]:
        found += sorted(name.rglob("*.ttl")) if name.is_dir() else [name]
    return found


def _shown(path: Path) -> str:
    path = path.resolve()
    return str(path.relative_to(_ROOT) if path.is_relative_to(_ROOT) else path)


def main(arguments: list[str] | None = None) -> int:
    """Format or check; 0 when all is well, 1 when a file is not in form or cannot be."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing, say what would be")
    parser.add_argument("names", nargs="*", type=Path, metavar="FILE_OR_FOLDER")
    options = parser.parse_args(arguments)
    bad = 0
    files = _files(options.names)
    for path in files:
        try:
            text = path.read_bytes().decode("utf-8")
            formatted = canonical(text)
        except (NotTurtle, OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            print(f"{_shown(path)}: {reason}", file=sys.stderr)
            bad += 1
            continue
        if formatted == text:
            continue
        if options.check:
            print(
                f"{_shown(path)}: not in canonical form; run scripts/turtle_format.py on it",
                file=sys.stderr,
            )
            bad += 1
        else:
            path.write_bytes(formatted.encode("utf-8"))
            print(f"{_shown(path)}: formatted")
    if not bad:
        print(f"{len(files)} Turtle file(s) in canonical form")
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
