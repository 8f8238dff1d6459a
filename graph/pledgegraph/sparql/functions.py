"""The functions that queries may call by an IRI, beside those of SPARQL 1.1 itself.

See https://www.w3.org/TR/sparql11-query/#extensionFunctions
"""

from __future__ import annotations

from typing import Final

from pyoxigraph import NamedNode, Store

from pledgegraph.namespaces import XSD, Vocabulary

GEOF: Final = Vocabulary("http://www.opengis.net/def/function/geosparql/")
"""GeoSPARQL's functions over geometries in WKT and GeoJSON."""

_CASTS: Final = (
    "date time duration dayTimeDuration yearMonthDuration gYear gYearMonth gMonth gMonthDay gDay"
)
_SPATIAL: Final = (
    "area asGeoJSON centroid convexHull coordinateDimension difference dimension distance "
    "ehContains ehCoveredBy ehCovers ehDisjoint ehEquals ehInside ehMeet ehOverlap envelope "
    "getSRID intersection isEmpty isSimple length perimeter rcc8dc rcc8ec rcc8eq rcc8ntpp "
    "rcc8ntppi rcc8po rcc8tpp rcc8tppi relate sfContains sfCrosses sfDisjoint sfEquals "
    "sfIntersects sfOverlaps sfTouches sfWithin spatialDimension symDifference union"
)


def extension_functions() -> tuple[NamedNode, ...]:
    """Those of the functions known to us that the engine, asked for each, says it has."""
    known = [XSD[name] for name in _CASTS.split()] + [GEOF[name] for name in _SPATIAL.split()]
    nothing = Store()
    return tuple(each for each in known if _is_there(nothing, each))


def _is_there(store: Store, function: NamedNode) -> bool:
    """Whether the engine knows a function; it says so before it counts the arguments."""
    try:
        store.query(f"ASK {{ FILTER ({function}()) }}")
    except (SyntaxError, ValueError, RuntimeError) as refusal:
        return "is not supported" not in str(refusal)
    return True
