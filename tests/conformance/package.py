"""Brings the W3C's test data, which the RDF4J project packs for Maven; none of it is ours.

They are under the W3C Software Notice and License.
"""

from __future__ import annotations

import subprocess
import zipfile
from pathlib import Path
from typing import Final

VERSION: Final = "5.1.0"
_NAME: Final = "org.eclipse.rdf4j:rdf4j-sparql-testsuite"


def bring_suites(folder: Path) -> Path:
    """The folder into which the suites are unpacked; Maven keeps the package for the next time."""
    jar = folder / f"rdf4j-sparql-testsuite-{VERSION}.jar"
    group, name = _NAME.split(":")
    kept = Path.home() / ".m2/repository" / group.replace(".", "/") / name / VERSION / jar.name
    if not kept.is_file():
        subprocess.run(
            [
                "mvn",
                "--batch-mode",
                "--quiet",
                "org.apache.maven.plugins:maven-dependency-plugin:2.8:copy",
                f"-Dartifact={_NAME}:{VERSION}",
                f"-DoutputDirectory={folder}",
            ],
            cwd=folder,
            check=True,
            timeout=300,
        )
        kept = jar
    unpacked = folder / "suites"
    partly = folder / "suites-unpacking"
    with zipfile.ZipFile(kept) as archive:
        archive.extractall(partly)
    return partly.rename(unpacked)
