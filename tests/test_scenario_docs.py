"""The examples of docs/scenario.md are run, parsed and compared with what the program does."""

from __future__ import annotations

import doctest
import re
import shlex
import tomllib
from pathlib import Path

import pytest

from holdfast.core.errors import ScenarioError
from holdfast.pipeline import STAGES, find
from holdfast.scenario.cases import Case, reference_case, resolve_case
from holdfast.scenario.check import check_scenario
from holdfast.scenario.conditions import FAMILIES, PLAIN_FACTS, parse
from holdfast.scenario.files import KNOWN
from holdfast.scenario.load import load_scenario
from holdfast.scenario.needs import STAGE_TABLES
from holdfast.scenario.problems import Problems
from holdfast.scenario.quantities import parse_quantity, read_quantity
from holdfast.scenario.tables import read_table
from holdfast.scenario.template import write_template
from holdfast.scenario.types import Asset

PAGE = Path(__file__).resolve().parent.parent / "docs" / "scenario.md"
TEXT = PAGE.read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


def table_under(heading: str) -> list[list[str]]:
    """Body cells of the first table after a text."""
    after = TEXT[TEXT.index(heading) :]
    table = re.search(r"^\|.*?(?=^[^|])", after, re.MULTILINE | re.DOTALL)
    assert table is not None
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in table.group().strip().splitlines()[2:]]
    return [[cell.strip() for cell in row] for row in rows]


@pytest.fixture
def template(tmp_path: Path) -> Path:
    target = tmp_path / "my-scenario"
    write_template(target)
    return target


def test_python_examples_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every Python example on the page gives what the page says, in order."""
    monkeypatch.chdir(tmp_path)
    source = "\n".join(blocks("pycon"))
    test = doctest.DocTestParser().get_doctest(source, {}, "scenario.md", str(PAGE), 0)
    assert len(test.examples) > 10
    outcome: list[str] = []
    doctest.DocTestRunner().run(test, out=outcome.append)
    assert outcome == []


def test_every_file_is_described() -> None:
    """The page's table of files names exactly the files that are read."""
    named = {name for row in table_under("## The files") for name in re.findall(r"`([a-z]+\.[a-z]+)`", row[0])}
    assert named == set(KNOWN)


def test_quantities_read_as_described() -> None:
    """Each way to write a quantity is read with the distribution that the page names."""
    rows = table_under("A **quantity** is")
    found = [parse_quantity(row[0].strip("`")).distribution for row in rows]
    assert found == ["point", "triangular", "uniform", "lognormal"]
    values = tomllib.loads(next(block for block in blocks("toml") if "zone_depth_km = 20" in block))
    assert len([read_quantity(value) for value in values.values()]) == 5


def test_facts_are_all_described() -> None:
    """Every fact of the language stands on the page, and every one on the page can be parsed."""
    named = {name for row in table_under("| fact |") for name in re.findall(r"`([^`]+)`", row[0])}
    assert all(parse(name) for name in named)
    closed = {f"{family}.{member}" for family, members in FAMILIES.items() for member in members}
    assert {*PLAIN_FACTS, *closed, "always", "never"} <= named


def test_condition_example_parses() -> None:
    """The page's condition is one."""
    assert "nation.GBR" in parse(next(block for block in blocks("text") if block.startswith("ceasefire")).strip()).names


def test_csv_example_is_a_table() -> None:
    """The page's row is read without a problem."""
    problems = Problems()
    table = read_table(
        next(block for block in blocks("text") if block.startswith("id,")),
        file="assets.csv",
        cls=Asset,
        problems=problems,
    )
    assert (problems.found, len(table.rows)) == ([], 1)


def test_toml_examples_fit_the_template(template: Path) -> None:
    """The page's option and factor can be added to the template as they stand."""
    option = next(block for block in blocks("toml") if "[options.robust]" in block).replace(
        'source = "ap-7"', 'assumption = "x"'
    )
    path = template / "scenario.toml"
    path.write_text(path.read_text("utf-8") + option, "utf-8")
    (template / "factors.toml").write_text(
        next(block for block in blocks("toml") if "[visibility.poor_factor]" in block), "utf-8"
    )
    scenario = load_scenario(template)
    assert scenario.options["robust"].set["force.cap_in_country"] == 100000
    assert scenario.factors["visibility.poor_factor"].value.high == 0.6


def test_set_examples_fit_the_template(template: Path) -> None:
    """Every `--set` on the page names a key of the template and a value that fits."""
    words = [word for line in "\n".join(blocks("console")).splitlines() for word in shlex.split(line, comments=True)]
    pairs = [words[number + 1].split("=", 1) for number, word in enumerate(words) if word == "--set"]
    assert len(pairs) == 5
    scenario = load_scenario(template)
    case = reference_case(scenario, overrides=dict(pairs))
    assert resolve_case(scenario, case).mission.lead_nations == ("FRA", "GBR")


def test_problems_read_as_shown(template: Path) -> None:
    """The slips of the page give the messages of the page, word for word."""
    for file, old, new in (
        ("nations.csv", "willing_if", "willing"),
        ("pools.csv", "fra_mech_bn,FRA", "fra_mech_bn,FRE"),
        ("scenario.toml", "respond_minutes =", "respond_minute ="),
    ):
        path = template / file
        path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(template)
    shown = next(block for block in blocks("text") if block.startswith("nations.csv"))
    told = [re.sub(r"toml:\d+", "toml", line) for line in str(caught.value).splitlines()]
    assert sorted(told) == sorted(re.sub(r"toml:\d+", "toml", line) for line in shown.strip().splitlines())


def test_smallest_scenario_is_one(tmp_path: Path) -> None:
    """The page's whole scenario checks clean and can be sized: nothing more is needed."""
    (tmp_path / "scenario.toml").write_text(next(block for block in blocks("toml") if "[record]" in block), "utf-8")
    report = check_scenario(tmp_path)
    assert (report.problems, report.warnings) == ((), ())
    scenario = load_scenario(tmp_path)
    assert find(scenario, reference_case(scenario), until="size").requirement.in_country > 0


def test_levels_by_posture_read_as_shown(template: Path) -> None:
    """The page's table for observers changes what observers are held to, and nobody else."""
    block = next(block for block in blocks("toml") if "[service.observe]" in block)
    path = template / "scenario.toml"
    table = block[block.index("[service.observe]") :]
    path.write_text(path.read_text("utf-8").replace("[force]", f"{table}\n[force]"), "utf-8")
    scenario = load_scenario(template)
    case = Case(option="observe", settlement="thinned")
    assert resolve_case(scenario, case).service.observe_probability == 0.8


def test_table_of_commands_names_the_files_of_the_stages() -> None:
    """The page says of each command what the pipeline asks of its stage."""
    rows = {row[0]: row[1] for row in table_under("## Which command needs which file")}
    words = {"generate": "generate", "lay_down": "laydown", "deploy": "deploy"}
    for stage, word in words.items():
        named = set(re.findall(r"`([a-z]+\.[a-z]+)`", rows[f"`holdfast {word}`"]))
        assert named == {"line.geojson" if name == "traces" else f"{name}.csv" for name in STAGE_TABLES[stage]}
    assert set(STAGE_TABLES) == set(STAGES)
