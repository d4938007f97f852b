"""The reference scenario ukraine-2025-02 says what its sources say, knows nothing later, and all its cases resolve."""

import csv
import math
import re
from pathlib import Path

import pytest

import holdfast
from holdfast.scenario.cases import Case, resolve_case
from holdfast.scenario.check import check_scenario
from holdfast.scenario.conditions import parse
from holdfast.scenario.levels import LEVELS, levels_given, posture_levels
from holdfast.scenario.load import load_scenario
from holdfast.scenario.origin import sourced_share
from holdfast.scenario.types import POSTURES
from holdfast.sizing.inputs import gather_sizing
from holdfast.sizing.stage import size

FOLDER = Path(holdfast.__file__).parent / "data" / "scenarios" / "ukraine-2025-02"
ROOT = Path(holdfast.__file__).parents[2]
OPTIONS = [
    "reassure_30k_backstop", "reassure_30k_refused", "reassure_30k_europe_alone", "reassure_30k_not_honoured", "robust_100k",
    "observe_light", "interpose_line", "un_worldwide", "no_force",
]  # fmt: skip
VARIANTS = ["thinned_host_only", "thinned_both", "boiling_host_only", "boiling_both"]


@pytest.fixture(scope="module")
def scenario():
    return load_scenario("ukraine-2025-02")


def _reference(name: str) -> list[dict[str, str]]:
    path = ROOT.parent / "shared" / "reference" / name
    if not path.exists():
        pytest.skip("no published figures beside the checkout")
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _things(scenario):
    """Every row and setting that has an origin."""
    tables = (
        "nations",
        "pools",
        "backstop",
        "capabilities",
        "places",
        "legs",
        "assets",
        "sectors",
        "options",
        "settlements",
    )
    for table in tables:
        for key, row in getattr(scenario, table).items():
            yield f"{table}.{key}", row
    for section in ("mission", "settlement", "service", "threat", "behaviour", "base_rates"):
        yield section, getattr(scenario, section)


def _conditions_hold(scenario, nation: str, *facts: str) -> bool:
    return parse(scenario.nations[nation].conditions).evaluate(lambda name: name in facts)


def test_it_is_about_the_day_it_says(scenario):
    """The plan is the one of 22 February 2025, with the options and settlement variants that were asked for."""
    assert scenario.as_of.isoformat() == "2025-02-22"
    assert list(scenario.options) == OPTIONS
    assert list(scenario.settlements) == VARIANTS
    assert scenario.reference_option == OPTIONS[0]
    assert scenario.reference_settlement == VARIANTS[0]


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("variant", VARIANTS)
def test_every_case_resolves(scenario, option, variant):
    """Each option meets each settlement variant, and the levers it names take the values it gives."""
    case = resolve_case(scenario, Case(option=option, settlement=variant, overrides={}))
    assert case.settlement.access == ("both" if variant.endswith("both") else "host_only")
    assert case.settlement.front == variant.split("_")[0]
    chosen = scenario.options[option].set
    assert case.mission.posture == chosen["mission.posture"]
    assert case.force.cap_in_country == chosen["force.cap_in_country"]


def test_options_differ_by_the_backstop_alone_where_they_say_so(scenario):
    """Refused and not honoured are the reference option with one lever moved; Europe alone is refused with one more."""
    base = scenario.options["reassure_30k_backstop"].set
    refused = scenario.options["reassure_30k_refused"].set
    assert refused == base | {"backstop_levers.granted": False}
    alone = {"factors.generation.backstop_conditions_bind": 0}
    assert scenario.options["reassure_30k_europe_alone"].set == refused | alone
    assert scenario.options["reassure_30k_not_honoured"].set == base | {"backstop_levers.honoured": False}


def test_hindsight_is_marked(scenario):
    """What rests on anything published after 22 February 2025 says `inferred later` at the start of its assumption."""
    checked = 0
    for key, row in _things(scenario):
        later = [name for name in filter(None, row.source.split(";")) if scenario.evidence[name].date > scenario.as_of]
        if later:
            checked += 1
            assert row.assumption.startswith("inferred later"), (key, later)
    assert checked > 20


def test_later_claims_are_kept_apart(scenario):
    """Later force sizes are in the evidence with their own dates, and no setting or nation cites what is later."""
    later = {key for key, row in scenario.evidence.items() if row.date > scenario.as_of}
    assert {"est-times-64k", "est-times-15k", "est-iiss-large", "est-times-25k"} <= later
    for key, row in _things(scenario):
        if key.split(".")[0] in {
            "nations",
            "options",
            "settlements",
            "mission",
            "settlement",
            "service",
            "threat",
            "behaviour",
        }:
            assert not later & set(row.source.split(";")), key


def test_the_articles_are_in_the_evidence(scenario):
    """Each thing the two articles say has its row, in our words, dated and attributed."""
    articles = [row for key, row in scenario.evidence.items() if key.startswith(("ap-", "wsj-"))]
    assert len(articles) >= 40
    for row in articles:
        assert row.claim.endswith(".")
        assert row.said_by
        assert row.date <= scenario.as_of
    sizes = {(row.low, row.high) for row in articles if row.quantity == "force_size" and row.high}
    assert {(None, 30000), (30000, 40000), (100000, 150000)} <= sizes


def test_no_sentence_is_copied_from_the_articles(scenario):
    """Claims are in our own words: none shares seven words in a row with the articles."""
    folder = ROOT.parent / "shared" / "articles"
    if not folder.is_dir():
        pytest.skip("the articles are not beside the checkout")
    text = " ".join(" ".join(path.read_text("utf-8", "replace").lower().split()) for path in folder.glob("*.txt"))
    for row in scenario.evidence.values():
        words = row.claim.lower().rstrip(".").split()
        runs = [" ".join(words[start : start + 7]) for start in range(max(len(words) - 6, 0))]
        assert not [run for run in runs if run in text], row.id


def test_force_sizes_are_those_published(scenario):
    """Published force sizes are carried over without change."""
    published = {
        (row["low"], row["high"])
        for row in _reference("ukraine_estimates.csv")
        if row["verification"] == "searched" and (row["low"] or row["high"])
    }
    numbers = {tuple(float(part) if part else None for part in pair) for pair in published}
    claims = [row for key, row in scenario.evidence.items() if key.startswith("est-") and row.quantity == "force_size"]
    assert len(claims) >= 15
    for row in claims:
        assert (row.low, row.high) in numbers | {(None, None)}, row.id


def test_positions_are_those_found(scenario):
    """Each nation's position and its date are the ones found for the period; silence is not turned into consent."""
    for row in _reference("national_positions_2025-02.csv"):
        nation = scenario.nations.get(row["iso3"])
        if nation is None or nation.group in {"host", "challenger"}:
            continue
        if not row["stated_position"]:
            assert nation.position == "not_stated", nation.id
            continue
        assert nation.position == row["stated_position"], nation.id
        assert nation.position_date is not None
        assert nation.position_date.isoformat() == row["statement_date"], nation.id


def test_british_conditions(scenario):
    """Britain joins only with a lasting agreement, others beside it and an American backstop."""
    full = ("ceasefire", "lasting_agreement", "backstop.standby_air", "nation.FRA")
    assert _conditions_hold(scenario, "GBR", *full)
    for missing in full:
        assert not _conditions_hold(scenario, "GBR", *(fact for fact in full if fact != missing)), missing


def test_french_condition_on_the_line(scenario):
    """France stands on the line itself only with a mandate of the United Nations."""
    usual = ("ceasefire", "backstop.air_defence", "nation.GBR")
    assert _conditions_hold(scenario, "FRA", *usual, "posture.reassure")
    assert not _conditions_hold(scenario, "FRA", *usual, "posture.interpose")
    assert _conditions_hold(scenario, "FRA", *usual, "posture.interpose", "frame.un")


def test_estonian_condition(scenario):
    """Estonia needs the front thinned, as its minister said in Munich."""
    assert _conditions_hold(scenario, "EST", "ceasefire", "nation.GBR", "front.thinned")
    assert not _conditions_hold(scenario, "EST", "ceasefire", "nation.GBR", "front.boiling")


def test_refusals_hold(scenario):
    """Poland gives nothing inside the country, and those that refuse have no pool at all, training included."""
    assert scenario.nations["POL"].position == "refuses_ground_troops"
    polish = [pool for pool in scenario.pools.values() if pool.nation == "POL"]
    assert polish
    assert all("country" not in pool.areas for pool in polish)
    refusing = {key for key, row in scenario.nations.items() if row.conditions == "never"}
    assert {"SVK", "HUN", "BGR", "HRV", "AUS", "USA", "RUS"} <= refusing
    assert {key for key, row in scenario.nations.items() if row.position == "refuses"} <= refusing
    assert not [pool.id for pool in scenario.pools.values() if pool.nation in refusing]


def test_the_world_wide_force_needs_mandate_and_consent(scenario):
    """A nation of the world-wide group joins with a United Nations mandate and the challenger's consent, not before."""
    pledging = {pool.nation for pool in scenario.pools.values() if pool.group == "un"} - {"IRL"}
    assert len(pledging) >= 10
    for nation in pledging:
        assert _conditions_hold(scenario, nation, "ceasefire", "un_mandate", "challenger_consent")
        assert not _conditions_hold(scenario, nation, "ceasefire", "un_mandate")


def test_the_backstop_is_what_was_asked(scenario):
    """The elements named in the articles are there, owned by the United States, none of them in the country."""
    facts = {row.fact for row in scenario.backstop.values()}
    assert facts == {
        "air_defence", "air_defence_transfer", "standby_air", "intelligence", "airlift", "tankers", "aew", "logistics", "csar",
    }  # fmt: skip
    for row in scenario.backstop.values():
        assert row.owner == "USA"
        assert scenario.places[row.based].country != "UKR"
        assert row.honoured.low >= 0.5
        assert row.honoured.high <= 0.75


def test_pools_follow_their_rule(scenario):
    """Rotation is the published one: Britain five in the pool for one out, Germany six, France three."""
    for nation, ratio in (("GBR", 5), ("DEU", 6), ("FRA", 3)):
        assert scenario.pools[f"{nation.lower()}_mech_bn"].dwell + 1 == ratio


FLEETS = {
    "fighter_sqn", "tanker_det", "strategic_lift_sqn", "attack_helo_sqn", "lift_helo_sqn", "patriot_bty", "sampt_bty", "medium_ad_bty",
}  # fmt: skip
SPARED = {
    "observer_team", "sensor_section", "housing_unit", "training_team", "demining_coy", "medical_role3", "division_hq", "corps_hq",
    "male_uav_orbit", "aew_orbit", "csar_det", "medevac_helo_det", "mcm_group", "patrol_ship",
}  # fmt: skip


def test_one_deployable_share_for_all_nations(scenario):
    """What can deploy depends on the kind of unit and never on the nation: 0.4 of land forces, 0.5 of fleets, 1 of what is spared."""
    target = scenario.evidence["cat-nato-usability"]
    for pool in scenario.pools.values():
        if pool.group == "un" or pool.capability in SPARED:
            expected = 1.0
        elif pool.capability in FLEETS:
            expected = 0.5
        else:
            expected = target.high / 100
            assert "cat-nato-usability" in pool.source, pool.id
            assert "40 per cent can deploy, the NATO target" in pool.assumption, pool.id
        assert pool.deployable_share == expected, pool.id


def _free(pool) -> int:
    return max(math.floor(pool.units.nominal * pool.deployable_share - pool.committed_units + 1e-9), 0)


def test_pools_say_when_they_are_bound(scenario):
    """A pool with no whole unit free says so, no other does, and each starts from a depot of its own nation."""
    for pool in scenario.pools.values():
        assert (_free(pool) == 0) == ("none free" in pool.assumption), pool.id
        assert scenario.places[pool.depot].country == pool.nation, pool.id
    assert sum(_free(pool) == 0 for pool in scenario.pools.values()) < 10


def _people_in_country(scenario, group: str, *, sustained: bool = True) -> dict[str, float]:
    """People that each nation's pools keep in the country, for ever (free units x tour / cycle, whole months) or once."""
    people: dict[str, float] = {}
    for pool in scenario.pools.values():
        if pool.group != group or "country" not in pool.areas:
            continue
        cycle = math.ceil((pool.tour_months + pool.overlap_days / 30) * (1 + pool.dwell) - 1e-9)
        share = pool.tour_months / cycle if sustained else 1.0
        added = _free(pool) * share * scenario.capabilities[pool.capability].personnel
        people[pool.nation] = people.get(pool.nation, 0.0) + added
    return people


def test_the_folder_tells_what_its_pools_add_up_to(scenario):
    """The people that the README says follow from the pools do follow from them, in all and by nation."""
    text = " ".join((FOLDER / "README.md").read_text("utf-8").split())

    def told(before: str) -> float:
        found = re.search(before + r" ([\d,]+)\b", text)
        assert found, before
        return float(found.group(1).replace(",", ""))

    lasting = _people_in_country(scenario, "coalition")
    once = _people_in_country(scenario, "coalition", sustained=False)
    world = _people_in_country(scenario, "un")
    assert sum(lasting.values()) == pytest.approx(told("all nations together, about"), rel=0.01)
    assert sum(once.values()) == pytest.approx(told("without relief about"), rel=0.01)
    assert sum(world.values()) == pytest.approx(told("the world-wide pools about"), rel=0.01)
    names = {"France": "FRA", "Britain": "GBR", "Germany": "DEU", "Turkey": "TUR", "Sweden": "SWE"}
    listed = text[text.index("all nations together, about") :]
    text = listed[: listed.index(")")]
    for name, nation in names.items():
        assert lasting[nation] == pytest.approx(told(name), abs=50), nation
    others = sum(people for nation, people in lasting.items() if nation not in names.values())
    assert others == pytest.approx(told("the others"), abs=150)


def test_each_lever_says_what_it_stands_for(scenario):
    """Every service level that is judgement, and every level an option moves, is explained beside it."""
    words = {
        "observe_probability": "observe_probability", "observe_event_minutes": "observe_event_minutes",
        "verify_visits_per_site_month": "verify visits", "respond_minutes": "respond_minutes", "respond_blocking": "respond_blocking",
        "hold_axes": "hold_axes", "hold_attacker_battalions": "hold_attacker_battalions", "hold_force_ratio": "hold_force_ratio",
        "hold_warning_days": "hold_warning_days", "protected_share": "protected_share", "cap_stations": "cap_stations",
        "trainees_per_year": "trainees", "clear_km2_year": "clear_km2_year", "medevac_minutes": "minutes of evacuation",
    }  # fmt: skip
    assert set(words) == set(LEVELS)
    for lever, word in words.items():
        assert word in scenario.service.assumption, lever
    moved = {
        "observe_probability": "seen", "hold_axes": "axes", "hold_attacker_battalions": "battalions", "protected_share": "assets",
        "cap_stations": "alert", "trainees_per_year": "trainees", "clear_km2_year": "clearing",
    }  # fmt: skip
    for posture in POSTURES:
        given, text = levels_given(scenario.service, posture), posture_levels(scenario.service, posture).assumption
        for lever, value in given.items():
            if value != getattr(scenario.service, lever):
                assert moved[lever] in text, (posture, lever)
    for name, option in scenario.options.items():
        for lever in option.set:
            word = {
                "behaviour.host_share": "host holds",
                **{f"service.{key}": text for key, text in moved.items()},
            }.get(lever)
            assert word is None or word in option.assumption, (name, lever)


def test_each_posture_has_levels_of_its_own(scenario):
    """Changing the posture alone changes what is asked: an observer sees most, a robust force meets the larger test."""
    posed = {}
    for posture in POSTURES:
        assert posture_levels(scenario.service, posture) is not None, posture
        case = Case(option="reassure_30k_backstop", settlement="thinned_both", overrides={"mission.posture": posture})
        posed[posture] = resolve_case(scenario, case).service
    seen = {posture: service.observe_probability for posture, service in posed.items()}
    assert seen["observe"] > seen["interpose"] > seen["robust"] > seen["reassure"]
    tests = {posture: service.hold_axes * service.hold_attacker_battalions for posture, service in posed.items()}
    assert tests["robust"] > tests["reassure"]
    assert posed["robust"].protected_share > posed["reassure"].protected_share
    assert {posture for posture, service in posed.items() if service.trainees_per_year} == {"reassure", "robust"}
    assert {posture for posture, service in posed.items() if service.cap_stations == 0} == {"observe"}


def test_options_of_a_posture_are_held_to_its_levels(scenario):
    """The options' levels are those that stood in them before: (seen, axes, battalions, assets, stations, trainees, clearing)."""
    names = (
        "observe_probability", "hold_axes", "hold_attacker_battalions", "protected_share", "cap_stations", "trainees_per_year",
        "clear_km2_year",
    )  # fmt: skip
    expected = {
        "reassure_30k_backstop": (0.5, 2, 12, 0.6, 1, 20000, 10), "robust_100k": (0.6, 3, 20, 0.75, 2, 20000, 10),
        "observe_light": (0.85, 2, 12, 0.6, 0, 0, 10), "interpose_line": (0.8, 2, 12, 0.6, 1, 0, 30),
        "un_worldwide": (0.7, 2, 12, 0.6, 0, 0, 10),
    }  # fmt: skip
    for option, levels in expected.items():
        service = resolve_case(scenario, Case(option=option, settlement="thinned_both", overrides={})).service
        assert tuple(getattr(service, name) for name in names) == levels, option


def test_the_scenario_is_as_large_as_was_asked(scenario):
    """At least 30 nations, 22 capabilities in the pools, 150 places, 400 legs, 60 defended assets and 80 rows of evidence."""
    with (FOLDER / "evidence.csv").open(encoding="utf-8", newline="") as file:
        evidence = list(csv.DictReader(file))
    counts = {
        "nations": (len(scenario.nations), 30), "capabilities": (len({pool.capability for pool in scenario.pools.values()}), 22),
        "places": (len(scenario.places), 150), "legs": (len(scenario.legs), 400), "assets": (len(scenario.assets), 60),
        "evidence": (len(evidence), 80), "alternatives": (sum(t.kind == "contact" for t in scenario.traces.values()), 3),
    }  # fmt: skip
    assert {name: pair for name, pair in counts.items() if pair[0] < pair[1]} == {}
    assert {pool.group for pool in scenario.pools.values()} == {"coalition", "un"}
    assert {leg.mode for leg in scenario.legs.values()} == {"road", "rail", "sea", "air"}
    assert {trace.kind for trace in scenario.traces.values()} == {"contact", "border", "coast"}


def test_claims_of_size_are_caps(scenario):
    """An option named after a published size says that the size is a claim and a cap, and its need is what its tasks take."""
    for name in ("reassure_30k_backstop", "robust_100k"):
        assert "stands here as a cap" in scenario.options[name].why, name
        assert "tasks" in scenario.options[name].why, name


def test_the_need_of_the_robust_option_is_below_its_cap(scenario):
    """The README tells that the robust option needs about two thirds of the claim it is named after, bypass of the line included."""
    case = resolve_case(scenario, Case(option="robust_100k", settlement="thinned_host_only", overrides={}))
    assert "the need of `robust_100k` is two thirds of its cap" in " ".join(
        (FOLDER / "README.md").read_text("utf-8").split()
    )
    assert size(gather_sizing(case)).in_country / case.force.cap_in_country == pytest.approx(2 / 3, abs=0.05)


def test_the_stress_test_is_long_enough(scenario):
    """Each option is run a thousand times or more, over a hundred futures or more."""
    assert scenario.stress.futures >= 100
    assert scenario.stress.futures * scenario.stress.replications >= 1000


def test_the_scenario_checks_without_a_warning():
    """`holdfast check` finds nothing to say against the reference scenario: no idle evidence, no pool of a refusing nation."""
    report = check_scenario("ukraine-2025-02")
    assert report.is_clean
    assert report.warnings == ()


def test_united_nations_pools_scale_with_what_is_deployed(scenario):
    """Battalions of the world-wide group are four tenths of what the nation had in missions in November 2023."""
    for row in _reference("un_contributors.csv"):
        pool = scenario.pools.get(f"{row['iso3'].lower()}_infantry_bn") if row["iso3"] else None
        if pool is None or pool.group != "un":
            continue
        on_station = pool.units.nominal / (1 + pool.dwell) * 650
        assert on_station == pytest.approx(0.4 * float(row["uniformed_nov_2023"]), abs=40), pool.id


def test_the_line_is_about_a_thousand_kilometres(scenario):
    """The weighted traces of the line of contact lie within what was measured two days before."""
    measured = scenario.evidence["loc-20feb"]
    lengths = [row for row in scenario.sectors.values() if row.kind in {"contact", "river"}]
    total = sum(row.to_km - row.from_km for row in lengths)
    assert measured.low * 0.9 <= total <= measured.high * 1.1


def test_the_sourced_share_is_told_honestly(scenario):
    """No pool and no backstop element passes as sourced, since every number of units is derived or assumed."""
    share = sourced_share(scenario)
    assert share.by_table["pools"][0] == 0
    assert share.by_table["backstop"][0] == 0
    assert share.by_table["mission"][0] > 0


def test_files_are_plain(scenario):
    """The tables open in a spreadsheet: a header, one width throughout, plain line ends."""
    for path in sorted(FOLDER.glob("*.csv")):
        raw = path.read_bytes()
        assert b"\r" not in raw, path.name
        with path.open(encoding="utf-8", newline="") as file:
            widths = {len(row) for row in csv.reader(file)}
        assert len(widths) == 1, path.name
