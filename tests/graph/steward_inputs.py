"""What a steward may write, and whether it is refused, warned of or accepted.

Each input is a file of its own; ``SLUG`` in it stands for its name, so that no input can be taken
for a twin of another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_HEAD: Final = """\
@prefix pg: <https://w3id.org/pledgegraph/def#> .
@prefix amount-kind: <https://w3id.org/pledgegraph/scheme/amount-kind#> .
@prefix at: <https://w3id.org/pledgegraph/scheme/actor-type#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix es: <https://w3id.org/pledgegraph/scheme/event-status#> .
@prefix et: <https://w3id.org/pledgegraph/scheme/event-type#> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix grade: <https://w3id.org/pledgegraph/scheme/grade#> .
@prefix m49: <https://w3id.org/pledgegraph/scheme/m49#> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix redistributable: <https://w3id.org/pledgegraph/scheme/redistributable#> .
@prefix role: <https://w3id.org/pledgegraph/scheme/membership-role#> .
@prefix schema: <https://schema.org/> .
@prefix sdg: <http://metadata.un.org/sdg/> .
@prefix status: <https://w3id.org/pledgegraph/scheme/status#> .
@prefix topic: <https://w3id.org/pledgegraph/scheme/topic#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
_SOURCE: Final = """
<id/source/SLUG>
    a pg:Source ;
    rdfs:label "A document called SLUG"@en ;
    pg:redistributable redistributable:unknown ;
    pg:retrieved "2026-11-22"^^xsd:date ;
    schema:url <https://example.org/SLUG> .
"""
_MAKER: Final = """
<id/actor/SLUG> a pg:Actor ; rdfs:label "Maker SLUG"@en ; pg:actorType at:civil-society .
"""
_PROMISE: Final = """
<id/commitment/SLUG> a pg:Commitment ; rdfs:label "Promise SLUG"@en ;
    pg:grade grade:high ; pg:madeBy <id/actor/SLUG> .
"""
_ANNOUNCED: Final = """
<id/commitment/SLUG> pg:announcedEarliest "2024-11-01"^^xsd:date ;
    pg:announcedLatest "2024-11-30"^^xsd:date .
"""
_TARGET: Final = """
<id/target/SLUG> a pg:Target ; rdfs:label "Target SLUG"@en ; pg:grade grade:high ;
    pg:partOf <id/commitment/SLUG> ; pg:targetValue 3.0 .
"""
_VALUE: Final = """
<id/measurement/SLUG> a pg:Measurement ; pg:grade grade:high ; pg:ofTarget <id/target/SLUG> ;
    pg:value 2.0 .
"""
_REPORT: Final = """
<id/report/SLUG> a pg:StatusReport ; pg:grade grade:high ; pg:reporter <id/actor/SLUG> ;
    pg:reportsOn <id/commitment/SLUG> .
"""
_ACTOR: Final = "<id/actor/SLUG> a pg:Actor ; pg:actorType at:international-organisation ; "
_EVENT: Final = """
<id/event/SLUG> a pg:Event , pg:Workshop ; rdfs:label "Workshop SLUG"@en ; pg:grade grade:high ;
    pg:eventType et:workshop .
"""
_OUTCOME: Final = """
<id/outcome/SLUG> a pg:Outcome ; rdfs:label "Outcome SLUG"@en ; pg:grade grade:high ;
    pg:resultedFrom <id/commitment/SLUG> .
"""
PROMISE: Final = _MAKER + _PROMISE
KNOWN: Final = (
    _HEAD
    + _SOURCE.replace("SLUG", "known")
    + """
<id/actor/unsd> a pg:Actor ; rdfs:label "United Nations Statistics Division"@en ;
    pg:acronym "UNSD" ; pg:actorType at:international-organisation .
"""
)
"""What is loaded before."""


@dataclass(frozen=True)
class Input:
    """One file, and what has to become of it."""

    slug: str
    turtle: str
    rule: str = ""
    """The shape that finds fault; none where the input is lawful."""
    says: str = ""
    """Words of the message."""

    def text(self) -> str:
        """The file's text."""
        source = "" if "pg:retrieved" in self.turtle else _SOURCE
        return (_HEAD + source + self.turtle).replace("SLUG", self.slug)

    def __str__(self) -> str:
        return self.slug


def _promise(more: str) -> str:
    return f"{PROMISE}<id/commitment/SLUG> {more} ."


def _event(more: str) -> str:
    return f"{_EVENT}<id/event/SLUG> {more} ."


def _dated(first: str, last: str) -> str:
    return f'pg:earliest "{first}"^^xsd:date ; pg:latest "{last}"^^xsd:date'


def _milestone(more: str) -> str:
    return f"""{PROMISE}{_ANNOUNCED}
<id/milestone/SLUG> a pg:Milestone ; rdfs:label "Step SLUG"@en ; pg:grade grade:high ; {more} ."""


def _value(target: str, value: str) -> str:
    return (
        f"{PROMISE}{_TARGET}{_VALUE}<id/target/SLUG> pg:unit {target} .\n".replace(
            "<id/target/SLUG> pg:unit  .\n", ""
        )
        + f"<id/measurement/SLUG> {value} ."
    )


_READ_LATER: Final = """
<id/source/SLUG> a pg:Source ; rdfs:label "SLUG"@en ; pg:redistributable redistributable:unknown ;
    schema:url <https://example.org/SLUG> ; pg:retrieved """
_OLD: Final = "<http://w3id.org/pledgegraph/def#"
_ON: Final = 'pg:asOf "2025-06-30"^^xsd:date'

REFUSED: Final = (
    Input("ends-first", _event(_dated("2025-02-13", "2025-02-12")), "Dated-earliest"),
    Input("month-13", _event(_dated("2025-13-02", "2025-13-02")), "Dated-earliest"),
    Input("30-february", _event('pg:startsOn "2025-02-30"^^xsd:date'), "Dated-startsOn"),
    Input("year-only", _event('pg:startsOn "2025"^^xsd:gYear'), "Dated-startsOn"),
    Input(
        "starts-outside",
        _event(f'{_dated("2025-02-01", "2025-02-28")} ; pg:startsOn "2025-03-01"^^xsd:date'),
        "Within-startsOn",
    ),
    Input(
        "due-first",
        _promise('pg:dueDate "2023-01-01"^^xsd:date') + _ANNOUNCED,
        "DueAfterAnnounced",
    ),
    Input(
        "status-of-2035",
        PROMISE + _REPORT + "<id/report/SLUG> pg:status status:completed ; "
        'pg:asOf "2035-01-01"^^xsd:date .',
        "DayIsPast",
        "2035-01-01, which is to come",
    ),
    Input(
        "status-after-reading",
        PROMISE + _REPORT + "<id/report/SLUG> pg:status status:completed ; "
        'pg:asOf "2026-11-25"^^xsd:date .',
        "DayIsPast",
        "after 2026-11-22, when the source was read",
    ),
    Input(
        "measured-in-2035",
        _value("", 'pg:asOf "2035-01-01"^^xsd:date'),
        "DayIsPast",
    ),
    Input(
        "announced-in-2031",
        _promise(
            'pg:announcedEarliest "2031-11-01"^^xsd:date ; '
            'pg:announcedLatest "2031-11-30"^^xsd:date'
        ),
        "DayIsPast",
    ),
    Input(
        "outcome-of-2031",
        f"{PROMISE}{_OUTCOME}<id/outcome/SLUG> {_dated('2031-01-01', '2031-12-31')} .",
        "DayIsPast",
    ),
    Input(
        "held-in-2031",
        _event(f"{_dated('2031-02-12', '2031-02-12')} ; pg:eventStatus es:held"),
        "HeldIsPast",
        "event-status:announced",
    ),
    Input("read-in-2030", _READ_LATER + '"2030-01-01"^^xsd:date .', "DayIsPast", "to come"),
    Input(
        "published-after",
        _READ_LATER + '"2026-11-22"^^xsd:date ; pg:published "2026-11-23"^^xsd:date .',
        "Dated-published",
    ),
    Input(
        "not-reported",
        f"{PROMISE}{_REPORT}<id/report/SLUG> {_ON} ; pg:status status:not-reported .",
        "StatusReport-status",
    ),
    Input(
        "own-assessor",
        f"""{PROMISE}<id/assessment/SLUG> a pg:Assessment ; pg:grade grade:high ; {_ON} ;
    pg:assessor <id/actor/SLUG> ; pg:method "By reading."@en ;
    pg:reportsOn <id/commitment/SLUG> ; pg:status status:completed .""",
        "NotItsOwnAssessor",
        "pg:StatusReport",
    ),
    Input("maker-in-quotes", _PROMISE.replace("<id/actor/SLUG>", '"Kenya"'), "Commitment-madeBy"),
    Input("goal-18", _promise("pg:sdg sdg:18"), "Record-sdg", "goals 1 to 17"),
    Input("target-5.99".replace(".", "-"), _promise("pg:sdg sdg:5\\.99"), "Record-sdg"),
    Input("https-sdg", _promise("pg:sdg <https://metadata.un.org/sdg/5>"), "Record-sdg"),
    Input("country-as-text", _promise('dcterms:spatial "KE"'), "Record-spatial"),
    Input("no-such-country", _promise("dcterms:spatial m49:999"), "Record-spatial"),
    Input("made-up-language", _promise('pg:note "Text"@xx-made'), "KnownLanguage", "und"),
    Input("language-as-word", _promise('pg:note "Text"@english'), "KnownLanguage"),
    Input("other-unit", _value('"USD"', f'{_ON} ; pg:unit "GBP"'), "UnitOfTarget"),
    Input("measured-when", PROMISE + _TARGET + _VALUE, "MeasuredWhen", "pg:asOf"),
    Input(
        "target-of-what",
        PROMISE + _TARGET.replace('rdfs:label "Target SLUG"@en ;', ""),
        "TargetSaysWhat",
        "pg:indicator",
    ),
    Input("part-of-itself", _milestone("pg:partOf <id/milestone/SLUG>"), "NoCycle-partOf"),
    Input(
        "circle-of-three",
        _milestone("pg:partOf <id/undertaking/SLUG>")
        + "<id/undertaking/SLUG> a pg:Undertaking ; rdfs:label 'U'@en ; pg:grade grade:high ; "
        "pg:partOf <id/undertaking/SLUG-2> . <id/undertaking/SLUG-2> a pg:Undertaking ; "
        "rdfs:label 'U 2'@en ; pg:grade grade:high ; pg:partOf <id/milestone/SLUG> .",
        "NoCycle-partOf",
    ),
    Input("phone", _promise('pg:note "Ask Jo, +254 700 123 456"@en'), "NoPhoneNumber"),
    Input("phone-at-home", _promise('pg:note "Call 0700 123 456"@en'), "NoPhoneNumber"),
    Input("phone-us", _promise('pg:note "Ask (212) 555-0187"@en'), "NoPhoneNumber"),
    Input("mail", _promise('pg:note "Write to jo@stats.example"@en'), "NoMailAddress"),
    Input("mail-at", _promise('pg:note "jo.doe (at) stats.example"@en'), "NoPhoneNumber"),
    Input("mail-at-dot", _promise('pg:note "jo [at] stats [dot] org"@en'), "NoPhoneNumber"),
    Input("url-as-text", _promise('schema:url "https://example.org/x"'), "Record-url"),
    Input(
        "other-event-type",
        _EVENT.replace("et:workshop", "et:meeting"),
        "Workshop-eventType",
    ),
    Input("two-kinds", _promise("a pg:Event ; pg:eventType et:workshop"), "OneKind"),
    Input(
        "no-type", _MAKER + _PROMISE.replace("a pg:Commitment ; ", ""), "RecordHasType",
        "a pg:Commitment",
    ),
    Input("label-only", '<id/event/SLUG> rdfs:label "SLUG"@en .', "RecordHasType", "a pg:Event"),
    Input(
        "foreign-type",
        '<id/event/SLUG> a schema:Event ; rdfs:label "SLUG"@en .',
        "RecordHasType",
        "a pg:Event",
    ),
    Input("foreign-word", '<id/actor/SLUG> foaf:name "SLUG" .', "RecordHasType", "a pg:Actor"),
    Input(
        "http-prefix",
        f'<id/commitment/SLUG> a {_OLD}Commitment> ; {_OLD}madeBy> <id/actor/unsd> .',
        "OurNamespace",
        "pg:Commitment",
    ),
    Input(
        "hyphen-in-prefix",
        _promise('<https://w3id.org/pledge-graph/def#dueDate> "2027-01-01"^^xsd:date'),
        "OurNamespace",
        "pg:dueDate",
    ),
    Input(
        "slash-in-prefix",
        _promise('<https://w3id.org/pledgegraph/def/dueDate> "2027-01-01"^^xsd:date'),
        "OurNamespace",
        "pg:dueDate",
    ),
    Input(
        "www-in-prefix",
        _promise('<https://www.w3id.org/pledgegraph/def#dueDate> "2027-01-01"^^xsd:date'),
        "OurNamespace",
    ),
    Input(
        "http-concept",
        _promise("pg:theme <http://w3id.org/pledgegraph/scheme/topic#inclusion>"),
        "OurNamespace",
        "topic:inclusion",
    ),
    Input(
        "start-date",
        _event('pg:startDate "2025-02-12"^^xsd:date'),
        "KnownProperty",
        "Did you mean pg:earliest",
    ),
    Input(
        "letter-missing",
        _promise('pg:dueDat "2027-01-01"^^xsd:date'),
        "KnownProperty",
        "Did you mean pg:dueDate?",
    ),
    Input("class-misspelt", _promise("a pg:Comitment"), "KnownClass-type", "pg:Commitment?"),
    Input("spaces", _promise('pg:note "  "@en'), "NotBlank"),
    Input(
        "target-due-later",
        _promise('pg:dueDate "2027-01-01"^^xsd:date')
        + _TARGET + '<id/target/SLUG> pg:dueDate "2028-01-01"^^xsd:date .',
        "PartDueWithinWhole",
    ),
    Input(
        "outcome-first",
        f"{PROMISE}{_ANNOUNCED}{_OUTCOME}"
        f"<id/outcome/SLUG> {_dated('2024-01-01', '2024-01-31')} .",
        "OutcomeAfterCause",
    ),
    Input("dollars", _value('"dollars"', _ON), "MoneyAsCode", "USD"),
    Input(
        "no-such-currency",
        PROMISE + "<id/amount/SLUG> a pg:Amount ; pg:amountFor <id/commitment/SLUG> ; "
        'pg:amountKind amount-kind:pledged ; pg:currency "XUS" ; pg:value 3.0 .',
        "KnownCurrency",
    ),
    Input(
        "less-than-nothing",
        PROMISE + "<id/amount/SLUG> a pg:Amount ; pg:amountFor <id/commitment/SLUG> ; "
        'pg:amountKind amount-kind:pledged ; pg:currency "USD" ; pg:value -3.0 .',
        "Amount-value",
    ),
    Input(
        "member-of-itself",
        "<id/membership/SLUG> a pg:Membership ; org:member <id/actor/unsd> ; pg:grade grade:high ; "
        "org:organization <id/actor/unsd> ; org:role role:co-chair .",
        "TwoEnds",
    ),
    Input("like-itself", _promise("pg:possiblySameAs <id/commitment/SLUG>"), "NotItself"),
)  # fmt: skip
WARNED: Final = (
    Input(
        "type-of-another-vocabulary",
        '<id/thing/SLUG> a schema:Thing ; rdfs:label "SLUG"@en .',
        "RecordHasType",
    ),
    Input(
        "same-name",
        _ACTOR + 'rdfs:label "United Nations Statistics Division"@en .',
        "TwinActor",
        "Did you mean <id/actor/unsd>",
    ),
    Input(
        "same-acronym",
        _ACTOR + 'rdfs:label "The division"@en ; pg:acronym "UNSD" .',
        "TwinAcronym",
        "Did you mean <id/actor/unsd>",
    ),
    Input(
        "same-name-otherwise",
        _ACTOR + 'rdfs:label "united nations  Statistics division"@fr .',
        "TwinName",
        "<id/actor/unsd>",
    ),
    Input("acronym-as-name", _ACTOR + 'rdfs:label "unsd"@en .', "TwinName"),
    Input(
        "schema-start",
        _event('schema:startDate "2025-02-12"^^xsd:date'),
        "PropertyIsRead",
        "pg:earliest",
    ),
    Input("schema-name", _promise('schema:name "Promise"@en'), "PropertyIsRead", "rdfs:label"),
    Input("unit-on-one-side", _value("", f'{_ON} ; pg:unit "GBP"'), "UnitOnBothSides"),
    Input("currency-typo", _value('"USDD"', f'{_ON} ; pg:unit "USDD"'), "CapitalUnit"),
    Input("currency-small", _value('"usd"', f'{_ON} ; pg:unit "usd"'), "CurrencyInCapitals"),
    Input("script", _promise('pg:note "Национальный комитет"@en'), "ScriptOfLanguage", "und"),
    Input(
        "superseded-by-what",
        f"{PROMISE}{_REPORT}<id/report/SLUG> {_ON} ; pg:status status:superseded .",
        "SupersededBy",
        "pg:replaces",
    ),
    Input(
        "milestone-first",
        _milestone('pg:partOf <id/commitment/SLUG> ; pg:dueDate "2023-01-01"^^xsd:date'),
        "PartDueAfterAnnounced",
    ),
    Input(
        "kind-of-iri",
        _MAKER.replace("/actor/", "/commitment/"),
        "TypeOfIri",
        "a pg:Commitment",
    ),
)
LAWFUL: Final = (
    Input("indicator", _promise("pg:sdg sdg:C050301")),
    Input("host-by-shortcut", _event("pg:host <id/actor/unsd>")),
    Input(
        "announced-for-2031",
        _event(f"{_dated('2031-02-12', '2031-02-12')} ; pg:eventStatus es:announced"),
    ),
    Input("due-in-2031", _promise('pg:dueDate "2031-01-01"^^xsd:date')),
    Input("this-year", f"{PROMISE}{_OUTCOME}<id/outcome/SLUG> {_dated('2026-01-01', '2026-12-31')} ."),  # noqa: E501
    Input("figures", _promise('pg:note "Resolution 2015/10, 56/112, 1,500,000 in 2024-2027."@en')),
    Input("name-in-another-script", _promise('pg:note "The office, 国家统计局"@en')),
    Input(
        "namesake-abroad",
        _ACTOR + 'rdfs:label "Statistics Office"@en ; dcterms:spatial m49:404 .'
        + _ACTOR.replace("SLUG", "SLUG-2")
        + 'rdfs:label "Statistics office"@en ; dcterms:spatial m49:454 .',
    ),
)  # fmt: skip
