"""The packaged catalogue is complete, says where it comes from, and its support needs converge."""

import csv
import importlib.util
import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

import holdfast
from holdfast.core.errors import ScenarioError
from holdfast.models.sensing import duty_of
from holdfast.scenario.load import load_scenario
from holdfast.scenario.overrides import apply_overrides
from holdfast.scenario.quantities import read_quantity
from holdfast.scenario.symbols import codes, fault_of, meaning_of, parts_of
from holdfast.scenario.vocabulary import RANGED

ROOT = Path(holdfast.__file__).parents[2]
CATALOGUE = Path(holdfast.__file__).parent / "data" / "catalogue"
GROUPS = {
    "ground": "infantry_bn mech_bn armour_bn artillery_bn observer_team recce_coy engineer_bn demining_coy eod_team",
    "sensor": "sensor_section gsr_section acoustic_section mini_uav_section tactical_uav_unit male_uav_orbit",
    "air_defence": "patriot_bty sampt_bty medium_ad_bty shorad_bty cuas_section",
    "air": "fighter_sqn aew_orbit tanker_det medevac_helo_det attack_helo_sqn lift_helo_sqn csar_det strategic_lift_sqn",
    "sea": "mcm_group patrol_ship",
    "support": ("logistics_bn signals_bn medical_role2 medical_role3 mp_coy maintenance_bn housing_unit training_team"),
    "command": "brigade_hq division_hq corps_hq",
    "service": "isr_service logistics_service",
}


@pytest.fixture(scope="module")
def capabilities():
    return load_scenario("ukraine-2025-02").capabilities


@pytest.fixture
def reference_rows():
    """Rows of the published figures by item, or a skip where they are not beside the checkout."""
    path = ROOT.parent / "shared" / "reference" / "capability_catalog.csv"
    if not path.exists():
        pytest.skip("no published figures beside the checkout")
    with path.open(encoding="utf-8") as file:
        return {row["item"]: row for row in csv.DictReader(file)}


def _evidence() -> dict[str, dict[str, str]]:
    with (CATALOGUE / "evidence" / "capabilities.csv").open(encoding="utf-8") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def test_every_capability_is_there(capabilities):
    """A planner finds every kind of unit that stages and scenarios name, in its domain."""
    for domain, names in GROUPS.items():
        for name in names.split():
            assert capabilities[name].domain == domain, name


def test_every_row_says_where_it_comes_from(capabilities):
    """No figure of the catalogue stands without a source or the reason it was assumed."""
    evidence = _evidence()
    for row in capabilities.values():
        assert row.source or row.assumption, row.id
        assert row.checked != "recalled" or row.assumption, row.id
        assert set(filter(None, row.source.split(";"))) <= set(evidence), row.id


def test_support_needs_converge(capabilities):
    """Units that need units need finitely many: the spectral radius is below 1, and so is the first round in people."""
    names = list(capabilities)
    needs = np.zeros((len(names), len(names)))
    for column, row in enumerate(capabilities.values()):
        for other, units in row.needs.items():
            needs[names.index(other), column] = units
    people = np.array([row.personnel for row in capabilities.values()])
    assert np.abs(np.linalg.eigvals(needs)).max() < 0.5
    assert (people @ needs / people).max() < 1.0


def test_heavy_units_need_more_tail_than_light(capabilities):
    """Support follows weight: a tank battalion needs more people behind each of its own than observers do."""

    def tail(name: str) -> float:
        row = capabilities[name]
        return sum(units * capabilities[other].personnel for other, units in row.needs.items()) / row.personnel

    assert tail("armour_bn") > tail("infantry_bn") > tail("observer_team") > 0


def test_air_defence_reaches_in_the_published_order(capabilities):
    """Long-range systems out-reach medium ones and these short ones; only the long ones meet ballistic missiles."""
    order = ["patriot_bty", "sampt_bty", "medium_ad_bty", "shorad_bty", "cuas_section"]
    reaches = [capabilities[name].reach_aircraft_km for name in order]
    assert reaches == sorted(reaches, reverse=True)
    assert [name for name in order if capabilities[name].reach_ballistic_missile_km > 0] == order[:2]


@pytest.mark.parametrize(
    ("name", "field", "item"),
    [
        ("patriot_bty", "reach_aircraft_km", "Patriot battery"),
        ("patriot_bty", "reach_ballistic_missile_km", "Patriot PAC-3 defended radius"),
        ("sampt_bty", "reach_aircraft_km", "SAMP/T (Mamba) battery"),
        ("medium_ad_bty", "reach_aircraft_km", "IRIS-T SLM battery"),
        ("gsr_section", "detect_km", "SQUIRE Block 2 radar"),
        ("male_uav_orbit", "endurance_h", "MALE UAV endurance"),
        ("patriot_bty", "procure_musd", "Patriot battery"),
        ("infantry_bn", "personnel", "UNIFIL battalion 1982"),
        ("mech_bn", "personnel", "British battlegroup in defence"),
        ("armour_bn", "personnel", "German tank battalion"),
        ("lift_helo_sqn", "speed_kmh", "QRF helicopter"),
        ("cuas_section", "reach_drone_km", "Counter-drone detection by sensor"),
    ],
)
def test_figures_lie_in_the_searched_range(capabilities, reference_rows, name, field, item):
    """Figures that claim a published range lie in it; the row was read in the named page, not recalled."""
    row = reference_rows[item]
    assert row["verification"] == "searched"
    if field == "procure_musd":
        low = high = float(re.search(r"USD ([\d.]+)bn", row["notes"]).group(1)) * 1000
    else:
        low, high = float(row["value_low"] or 0), float(row["value_high"])
    assert low <= getattr(capabilities[name], field) <= high


def test_evidence_repeats_the_searched_figures(reference_rows):
    """Evidence of the catalogue carries the very figures of the rows it stands for."""
    pairs = {
        "cat-tfe-load": "Task Force Eagle deployment load",
        "cat-role2": "UN Level 2 hospital",
        "cat-deu-420": "Germany 4/20 rule",
        "cat-uk-harmony": "UK harmony guideline, army",
        "cat-sampt": "SAMP/T (Mamba) battery",
        "cat-male-orbit": "MALE UAV orbit",
        "cat-unifil-activity": "UNIFIL operational activities",
        "cat-eumm-patrol": "EUMM patrol rate",
        "cat-eumm-long": "EUMM long-run patrol rate",
    }
    evidence = _evidence()
    for key, item in pairs.items():
        row = reference_rows[item]
        expected = (row["typical_personnel"],) * 2 if key == "cat-male-orbit" else (row["value_low"], row["value_high"])
        assert (float(evidence[key]["low"]), float(evidence[key]["high"])) == tuple(map(float, expected)), key


def test_observer_teams_patrol_as_in_georgia(capabilities, reference_rows):
    """Teams of eight go on patrol as often as the European monitors in Georgia did, and are out that share of the day."""
    first, later = reference_rows["EUMM patrol rate"], reference_rows["EUMM long-run patrol rate"]
    assert first["verification"] == later["verification"] == "searched"
    team = capabilities["observer_team"]
    lowest = float(later["value_low"]) / 352 * team.personnel
    highest = float(later["value_high"]) / 220 * team.personnel
    assert team.output_unit == "patrols"
    assert lowest <= team.output_per_day <= highest
    factors = load_scenario("ukraine-2025-02").factors
    hours = factors["duty.patrol_hours"].value.nominal
    assert duty_of(team, factors) == pytest.approx(team.output_per_day * hours / 24)
    assert duty_of(team, factors) < 0.25


def test_patrols_out_at_once_fit_the_unit(capabilities):
    """No unit has more patrols out than it has pairs of vehicles, and a ship is never out more than once at a time."""
    factors = load_scenario("ukraine-2025-02").factors
    for name in ("observer_team", "recce_coy"):
        assert duty_of(capabilities[name], factors) <= capabilities[name].vehicles / 2, name
    assert duty_of(capabilities["patrol_ship"], factors) <= 1


def test_companies_patrol_no_more_than_unifil_was_active(capabilities, reference_rows):
    """Reconnaissance companies make between UNIFIL's patrols and its activities of all kinds, by head."""
    patrols, all_kinds = reference_rows["UNIFIL patrol rate"], reference_rows["UNIFIL operational activities"]
    row = capabilities["recce_coy"]
    assert row.output_unit == "patrols"
    assert float(patrols["value_low"]) / 10500 * row.personnel <= row.output_per_day
    assert row.output_per_day <= float(all_kinds["value_high"]) / 10500 * row.personnel


def test_winter_supply_follows_task_force_eagle(capabilities):
    """A light battalion draws the 21 kg a person a day that Task Force Eagle used beside water; none draws above 100."""
    light = capabilities["infantry_bn"]
    assert 1000 * light.sustain_t_day / light.personnel == pytest.approx(21, rel=0.02)
    for row in capabilities.values():
        assert 1000 * row.sustain_t_day / row.personnel <= 101, row.id


def test_visibility_weights_sum_to_one():
    """Day, night and poor sight share out all the time there is."""
    table = tomllib.loads((CATALOGUE / "factors" / "common.toml").read_text("utf-8"))["visibility"]
    assert sum(table[state]["value"] for state in ("day", "night", "poor")) == pytest.approx(1.0)


def _base_rates_script():
    spec = importlib.util.spec_from_file_location("base_rates", ROOT / "tools" / "base_rates.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_dispute_levels_are_mapped_as_documented():
    """Threats do not count; display, bloodless use, deadly use by its deaths, and war each have their level."""
    level_of = _base_rates_script().level_of
    found = [
        level_of(2, 0),
        level_of(3, 0),
        level_of(4, 0),
        level_of(4, -9),
        level_of(4, 3),
        level_of(4, 4),
        level_of(5, 6),
    ]
    assert found == [
        "", "drone_incursion", "raid", "raid", "battalion_incursion", "brigade_assault", "renewed_offensive",
    ]  # fmt: skip


def test_base_rates_come_from_the_disputes(shared_data):
    """The base rates of the reference scenario are the shares counted in the dispute data, to the third decimal."""
    import gzip

    script = _base_rates_script()
    path = shared_data / "peacekeeping" / "gml_mid_disps.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        found = script.count_levels(csv.DictReader(file), first_year=1946)
    rates = load_scenario("ukraine-2025-02").base_rates
    for level in script.LEVELS:
        assert getattr(rates, level) == pytest.approx(found[level] / sum(found.values()), abs=6e-4)


def _factor_entries():
    from holdfast.scenario.factors import flat_entries

    for path in sorted((CATALOGUE / "factors").glob("*.toml")):
        yield from flat_entries(tomllib.loads(path.read_text("utf-8")))


WHY_EXACT = (
    "a switch: ", "a lever: ", "by definition", "a setting of the method", "presentation: ", "a planner's rule",
    "a weight of the aim", "a rank: ", "one end of a range", "a month of the calendar", "one of three shares of a whole",
)  # fmt: skip
"""Kinds of reasons for which a factor has no range."""


def test_every_factor_has_a_range_or_says_why_not():
    """No factor is a bare number: futures draw it, or the row says which kind of exactness it has."""
    for key, entry in _factor_entries():
        quantity = read_quantity(entry["value"])
        if quantity.is_uncertain:
            assert "exact" not in entry, key
        else:
            assert entry.get("exact", "").startswith(WHY_EXACT), key


def test_every_factor_is_sourced_or_assumed():
    """A factor cites evidence that exists, or says why it was assumed."""
    scenario = load_scenario("ukraine-2025-02")
    for key, factor in scenario.factors.items():
        assert factor.value.source or factor.value.assumption, key
        assert set(filter(None, factor.value.source.split(";"))) <= set(scenario.evidence), key


def test_every_figure_has_a_range_around_it(capabilities):
    """Each figure that sizing may draw has a range with the figure in it, and neither end is absurdly far."""
    for row in capabilities.values():
        for name in RANGED:
            value, low, high = getattr(row, name), getattr(row, f"{name}_low"), getattr(row, f"{name}_high")
            if value == 0:
                assert low == high == 0, (row.id, name)
            else:
                assert 0 < low <= value <= high, (row.id, name)
                assert low < high, (row.id, name)
                assert high <= 5 * value, (row.id, name)
                assert low >= value / 6, (row.id, name)


@pytest.mark.parametrize(
    ("name", "field", "item"),
    [
        ("patriot_bty", "reach_aircraft_km", "Patriot battery"),
        ("patriot_bty", "reach_ballistic_missile_km", "Patriot PAC-3 defended radius"),
        ("sampt_bty", "reach_aircraft_km", "SAMP/T (Mamba) battery"),
        ("medium_ad_bty", "reach_aircraft_km", "NASAMS battery"),
        ("male_uav_orbit", "endurance_h", "MALE UAV endurance"),
        ("infantry_bn", "personnel", "UNIFIL battalion 1982"),
        ("tactical_uav_unit", "endurance_h", "Camcopter S-100 (long-range UAV)"),
    ],
)
def test_ranges_are_those_of_the_sources(capabilities, reference_rows, name, field, item):
    """Where one source gives a range, ours has its very ends."""
    row = reference_rows[item]
    assert row["verification"] == "searched"
    ends = getattr(capabilities[name], f"{field}_low"), getattr(capabilities[name], f"{field}_high")
    assert ends == (float(row["value_low"]), float(row["value_high"]))


def test_a_range_out_of_order_is_refused():
    """A figure outside its range is told by its row; a figure set by hand closes the old range."""
    scenario = load_scenario("ukraine-2025-02")
    row = apply_overrides(scenario, {"capabilities.gsr_section.detect_km": 40}, why="x").capabilities["gsr_section"]
    assert (row.detect_km_low, row.detect_km, row.detect_km_high) == (40, 40, 40)
    with pytest.raises(ScenarioError, match=r"gsr_section\.detect_km is 4, 10, 9; expected detect_km_low"):
        apply_overrides(scenario, {"capabilities.gsr_section.detect_km_high": 9}, why="x")


ECHELONS = {
    "bn": "16", "coy": "15", "bty": "15", "team": "11", "section": "13", "brigade_hq": "18", "division_hq": "21",
    "corps_hq": "22",
}  # fmt: skip


def test_symbols_are_codes_of_app_6d(capabilities):
    """Each unit has a symbol of 20 digits whose every part stands in the packaged table, friend and present."""
    for row in capabilities.values():
        assert re.fullmatch(r"1003(01|10|30)0[02]\d{12}", row.symbol), row.id
        assert fault_of(row.symbol) == "", row.id
        assert meaning_of(row.symbol), row.id


def test_symbols_follow_what_a_unit_is(capabilities):
    """Ships bear sea symbols, headquarters the mark of one, and formed units the echelon of their name."""
    for row in capabilities.values():
        assert (row.symbol[4:6] == "30") == (row.domain == "sea"), row.id
        assert (row.symbol[7] == "2") == row.id.endswith("_hq"), row.id
        for ending, code in ECHELONS.items():
            if row.id.endswith(f"_{ending}") or row.id == ending:
                assert row.symbol[8:10] == code, row.id
    assert meaning_of(capabilities["medical_role2"].symbol).startswith(
        "land unit: medical treatment facility, NATO medical role 2"
    )


@pytest.mark.parametrize(
    ("symbol", "expected"),
    [
        ("1003100016121100000", "20 digits"),
        ("10031000161211000x00", "20 digits"),
        ("10061000161211000000", "begins with 1003"),
        ("10039900161211000000", "as set one of 01, 10, 30"),
        ("10031000169999990000", "as entity one of"),
        ("10033000001211000000", "as entity one of 120405, 120502"),
    ],
)
def test_wrong_symbols_are_told(symbol, expected):
    """A symbol of another length, identity, set or entity is refused with what was expected."""
    assert expected in fault_of(symbol)
    scenario = load_scenario("ukraine-2025-02")
    with pytest.raises(ScenarioError, match=r"capabilities\.infantry_bn\.symbol"):
        apply_overrides(scenario, {"capabilities.infantry_bn.symbol": symbol}, why="x")


def test_no_code_stands_unused(capabilities):
    """The packaged table of codes holds what the catalogue uses and nothing that nobody checked against it."""
    used = {(part, digits) for row in capabilities.values() for part, digits in parts_of(row.symbol).items()}
    assert {(part, code) for part, _set, code in codes()} == used
