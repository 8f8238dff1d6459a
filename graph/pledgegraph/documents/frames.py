"""The JSON-LD frames of the classes, made from their profiles."""

from __future__ import annotations

from collections.abc import Mapping

from pyoxigraph import NamedNode

from pledgegraph.documents.context import Context, Json
from pledgegraph.documents.jsonld import DEPTH
from pledgegraph.documents.profiles import Profiles, View
from pledgegraph.namespaces import PG


def frame_of(profiles: Profiles, context: Context, kind: NamedNode) -> dict[str, Json]:
    """The frame of a class: what links to a record of it stands inside, by the profile.

    See https://www.w3.org/TR/json-ld11-framing/. A graph may hold several records of the
    class; whoever wants one of them adds its ``@id``.
    """
    top = _bare(profiles, context, inside=False)
    inside = _bare(profiles, context, inside=True)
    return {
        "@type": context.kind(kind.value),
        "@embed": "@always",
        "@omitDefault": True,
        **top,
        **_inside(profiles, context, profiles.incoming_of([kind]), inside, DEPTH),
    }


def framed_classes(profiles: Profiles) -> dict[str, NamedNode]:
    """The classes that there are frames of, by their names."""
    return {kind.value.removeprefix(PG.iri): kind for kind in profiles.incoming}


def _bare(profiles: Profiles, context: Context, *, inside: bool) -> dict[str, Json]:
    """What is never embedded."""
    return {
        context.term(prop, prop).name: {"@embed": "@never", "@omitDefault": True}
        for prop in profiles.outgoing
        if profiles.is_bare(prop, inside=inside)
    }


def _inside(
    profiles: Profiles,
    context: Context,
    views: Mapping[NamedNode, View],
    bare: Mapping[str, Json],
    depth: int,
) -> dict[str, Json]:
    frame: dict[str, Json] = {}
    for path, view in views.items():
        below = profiles.inside(view) if depth else {}
        inside = _inside(profiles, context, below, bare, depth - 1)
        # Any class will do; without one, a frame is met only by what has one of its properties.
        frame[context.reverse[path.value]] = {"@type": {}, **bare, **inside}
    return frame
