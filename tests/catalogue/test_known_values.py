"""A value that names nothing in the data is refused, with what looks like it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pledgegraph.catalogue.known_values import KnownValues
from pledgegraph.catalogue.name_index import domain_of
from pledgegraph.catalogue.questions import Parameter, Question, WrongParameter, catalogue, question
from pledgegraph.cli import main
from pledgegraph.namespaces import SCHEME
from pledgegraph.store.embedded_snapshot import EmbeddedSnapshot
from tests.catalogue.answers import BASE

PARAMETERS = [(asked, each) for asked in catalogue() for each in asked.parameters]
KENYA = f"{SCHEME}m49#404"
NOWHERE = "zzz-no-such-thing-zzz"

each_parameter = pytest.mark.parametrize(
    ("asked", "parameter"), PARAMETERS, ids=lambda of: getattr(of, "id", getattr(of, "name", ""))
)


def found(name: str, parameter: str, value: str, snapshot: EmbeddedSnapshot) -> str:
    return KnownValues(BASE).of(question(name), {parameter: value}, snapshot)[parameter]


@each_parameter
def test_what_is_nowhere_is_refused_by_every_parameter(
    asked: Question, parameter: Parameter, snapshot: EmbeddedSnapshot
) -> None:
    for value in (NOWHERE, f"https://{NOWHERE}.example/it"):
        with pytest.raises(WrongParameter, match=f"parameter {parameter.name} is "):
            given = KnownValues(BASE).of(asked, {parameter.name: value}, snapshot)
            asked.bind(given, base=BASE)


@each_parameter
def test_every_example_and_default_is_in_the_data(
    asked: Question, parameter: Parameter, snapshot: EmbeddedSnapshot
) -> None:
    for value in (parameter.example, parameter.default):
        if value is not None:
            KnownValues(BASE).of(asked, {parameter.name: value}, snapshot)


def test_every_iri_parameter_is_looked_up_or_a_choice() -> None:
    for asked, parameter in PARAMETERS:
        if parameter.type == "iri":
            named = parameter.kind or parameter.namespace or parameter.choices
            assert named, (asked.id, parameter.name)
            assert parameter.choices or domain_of(parameter)


@pytest.mark.parametrize(
    "value", ["404", "KE", "ken", "Kenya", "kenia", "كينيا", "Кения", KENYA, f" {KENYA}".strip()]
)
def test_a_country_goes_by_its_codes_and_names(value: str, snapshot: EmbeddedSnapshot) -> None:
    assert found("promises-of-a-country", "country", value, snapshot) == KENYA


@pytest.mark.parametrize(
    ("name", "parameter", "value", "iri"),
    [
        ("status-as-of", "promise", "fds2020-1-1", "id/commitment/fds2020-1-1"),
        ("sources-of-a-record", "record", "bishkek-workshop-2025",
         "id/event/bishkek-workshop-2025"),
        ("sources-of-a-record", "record", "unsd", "id/actor/unsd"),
        ("status-of-a-register", "register", "Commit to Data", "id/register/commit-to-data"),
        ("leadership-on-a-day", "organisation", "CIVICUS", "id/actor/civicus"),
    ],
)  # fmt: skip
def test_bare_names_do(
    name: str, parameter: str, value: str, iri: str, snapshot: EmbeddedSnapshot
) -> None:
    assert found(name, parameter, value, snapshot) == f"{BASE}/{iri}"


def test_regions_and_goals_go_by_their_names(snapshot: EmbeddedSnapshot) -> None:
    of_type = "organisations-by-type-and-region"
    assert found(of_type, "region", "Afrique", snapshot) == f"{SCHEME}m49#002"
    goal = found("commitments-by-sdg", "goal", "gender equality", snapshot)
    assert goal == "http://metadata.un.org/sdg/5"


@pytest.mark.parametrize(
    ("name", "parameter", "value", "told"),
    [
        ("freshness-and-status", "commitment", "c2d-citizen-dat", "Did you mean c2d-citizen-data"),
        ("promises-of-a-country", "country", "Keny", "404 (Kenya)"),
        ("commitments-by-sdg", "goal", "5.3", "expected an IRI, or the slug of a record"),
        ("commitments-by-sdg", "sdg", "99", "The data hold no"),
        ("commitments-for-a-group", "group", "women", "There are: african-american-communities"),
        ("freshness-and-status", "commitment", "id/actor/unsd", "hold no commitment of that name"),
        ("actors-by-identifier", "identifier", "Q1190181x", "Did you mean Q1190181"),
    ],
)  # fmt: skip
def test_what_looks_like_it_is_told(
    name: str, parameter: str, value: str, told: str, snapshot: EmbeddedSnapshot
) -> None:
    with pytest.raises(WrongParameter) as refused:
        found(name, parameter, value, snapshot)
    assert told in str(refused.value)


def test_bounds_of_numbers_hold() -> None:
    with pytest.raises(WrongParameter, match="a whole number from 1900 to 2200"):
        question("events-of-a-year").bind({"year": "20255"}, base=BASE)


def test_near_choices_are_told() -> None:
    with pytest.raises(WrongParameter, match="Did you mean academia"):
        question("organisations-by-type-and-region").bind({"type": "academie"}, base=BASE)


def run(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], *given: str
) -> tuple[int, str, str]:
    arguments = ["queries", "run", *(f"--param={each}" for each in given[1:]), given[0]]
    monkeypatch.setenv("PLEDGEGRAPH_DATA_DIR", str(data_dir))
    monkeypatch.setattr("sys.argv", ["pledgegraph", *arguments, "--format", "csv"])
    capfd.readouterr()
    with pytest.raises(SystemExit) as ended:
        main()
    told = capfd.readouterr()
    return int(ended.value.code or 0), told.out, told.err


def test_the_command_line_refuses_too(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    status, out, told = run(data_dir, monkeypatch, capfd, "promises-of-a-country", "country=Keny")
    assert (status != 0, out) == (True, "")
    assert "404 (Kenya)" in " ".join(told.split())
    status, out, _ = run(data_dir, monkeypatch, capfd, "promises-of-a-country", "country=KEN")
    assert (status, KENYA in out) == (0, True)


def test_capitals_of_an_identifier_do_not_matter(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    answers = [
        run(data_dir, monkeypatch, capfd, "actors-by-identifier", f"identifier={each}")[1]
        for each in ("dane", "DANE")
    ]
    assert len(answers[0].splitlines()) > 1
    assert answers[0].lower() == answers[1].lower()
