"""Write the scenario folders of past missions, and the tables of them in catalogue and docs, from tools/hand/missions.

Developer script. Run `python tools/make_missions.py` after an edit of `missions.toml` or `technology.csv` and commit what
it writes. The rules that turn facts into terms stand here once, for all missions alike, and in docs/missions.md in words:
posture and class by type of mission, commitment by consent, mines by grade, sensors by year. Service levels, behaviour and
planning factors are never written: every mission is sized with the packaged ones.
"""

from __future__ import annotations

import csv
import io
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

HAND = Path(__file__).parent / "hand" / "missions"
DATA = Path(__file__).parents[1] / "src/holdfast/data"
FOLDERS = DATA / "scenarios" / "missions"
TABLE = DATA / "catalogue" / "missions.csv"
PAGE = Path(__file__).parents[1] / "docs" / "missions.md"
MARKS = ("<!-- missions: written by tools/make_missions.py -->\n", "<!-- end of missions -->\n")

POSTURE_OF = {
    "observer": "observe", "monitoring": "observe", "monitoring-civilian": "observe",
    "interposition": "interpose", "preventive-interposition": "interpose", "observer+interposition": "interpose",
    "robust-interposition": "robust", "robust-enforcement": "robust", "stabilisation": "robust",
}  # fmt: skip
"""Posture by type of mission. All robust ones stood on or over what they secured; none away from it, as `reassure` would."""
COMMITMENT = {"strong": (0.7, 0.9, 0.98), "usual": (0.3, 0.6, 0.9), "weak": (0.05, 0.3, 0.6)}
"""Share by which incidents fall at D, by consent of the parties."""
HALF_LIFE_DAYS = {"strong": (180, 360, 720), "usual": (30, 180, 720), "weak": (5, 14, 60)}
MINES = {"none": 0.0, "some": 0.1, "heavy": 0.3}
"""Share of tracks denied by mines."""
ROAD_KMH = 30
"""The packaged factor `respond.default_road_kmh`."""
PEOPLE_PER_BRIGADE = 4000.0
PEOPLE_PER_BATTALION = 1250.0
"""Soldiers near the zone for each brigade and for each battalion that could attack, where the facts do not count them."""
STANDOFF_KM = {"observe": (0, 0, 1), "interpose": (0, 0, 1), "robust": (0, 2, 10)}
ALLIED = ("nato", "coalition")
"""Frames whose forces had sensors in the first of the two years of `technology.csv`."""
MEMORY = "from memory"
LATER = "inferred later"
Range = tuple[float, float, float]
Facts = dict[str, Any]


def read_facts() -> dict[str, Facts]:
    return tomllib.loads((HAND / "missions.toml").read_text("utf-8"))


def posture_of(facts: Facts) -> str:
    return POSTURE_OF[facts["type"]]


def class_of(facts: Facts) -> str:
    """Class of the record: token observers apart; robust missions without a line are of class area."""
    if facts.get("token"):
        return "token"
    posture = posture_of(facts)
    if posture == "robust":
        return "robust" if "line" in facts else "area"
    return {"observe": "monitoring", "interpose": "interposition"}[posture]


def said(facts: Facts, key: str, rule: str = "") -> dict[str, str]:
    """Origin of one fact: its source with what was inferred, or that it is from memory."""
    source, why = facts.get(f"{key}_source", ""), facts.get(f"{key}_why", "")
    if rule and not (source or why):
        return {"assumption": rule}
    if source:
        return {"source": source, "assumption": f"{LATER}: {why or 'as the source says'}"}
    return {"assumption": f"{MEMORY}: {why}" if why else MEMORY}


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def number(value: float) -> str:
    return f"{value:.0f}" if value == round(value) else f"{value:g}"


def quantity(values: Range, origin: Mapping[str, str]) -> str:
    low, mode, high = (number(value) for value in values)
    numbers = f"value = {mode}" if low == high else f"low = {low}, mode = {mode}, high = {high}"
    words = ", ".join(f"{key} = {quoted(text)}" for key, text in origin.items())
    return f"{{ {numbers}, {words} }}"


def per(values: Range, people: float) -> Range:
    return tuple(round(value / people, 1) for value in values)  # type: ignore[return-value]


def settlement(facts: Facts) -> Iterator[tuple[str, str]]:
    posture, consent = posture_of(facts), facts["consent"]
    forces: Range = tuple(facts["forces"])
    yield "access", quoted(facts["access"])
    yield "front", quoted(facts["front"])
    if "line" in facts:
        yield "zone_depth_km", quantity(tuple(facts["depth"]), said(facts, "depth"))
    behind = "rule for the posture: on the line" if posture != "robust" else "rule for the posture: on or over the area"
    yield "standoff_km", quantity(STANDOFF_KM[posture], {"assumption": behind})
    yield "forces_left_per_side", quantity(forces, said(facts, "forces"))
    rule = f"rule: one brigade for {PEOPLE_PER_BRIGADE:g} soldiers left a side"
    for key in ("challenger_brigades", "host_brigades"):
        values = tuple(facts[key]) if key in facts else per(forces, PEOPLE_PER_BRIGADE)
        yield f"{key}_near", quantity(values, said(facts, key) if key in facts else {"assumption": rule})
    yield "withdrawal_sites", quantity(tuple(facts["sites"]), said(facts, "sites"))
    words = {"assumption": f"rule for {consent} consent"}
    yield "political_commitment", quantity(COMMITMENT[consent], words)
    yield "commitment_half_life_days", quantity(HALF_LIFE_DAYS[consent], words)
    yield from ((key, quoted(text)) for key, text in said(facts, "terms").items())


def attackers(facts: Facts) -> str:
    if "attackers" in facts:
        return quantity(tuple(facts["attackers"]), said(facts, "attackers"))
    rule = f"rule: one battalion for {PEOPLE_PER_BATTALION:g} soldiers left a side"
    return quantity(per(tuple(facts["forces"]), PEOPLE_PER_BATTALION), {"assumption": rule})


GEOMETRY = (("line", "line_km"), ("area", "area_km2"), ("population", "population"))


def geometry(facts: Facts, end: int) -> dict[str, float]:
    """Length, area and people at the low (0), middle (1) or high (2) end of what is known."""
    return {name: float(facts[key][end]) for key, name in GEOMETRY if key in facts}


def variants(facts: Facts) -> Iterator[str]:
    """The ends of an uncertain geometry as settlement variants: numbers of the head have no range of their own."""
    ends = {"as_known": 1, "smallest": 0, "largest": 2}
    if geometry(facts, 0) == geometry(facts, 2):
        return
    titles = {"as_known": "Geometry as best known", "smallest": "Smallest geometry", "largest": "Largest geometry"}
    for name, end in ends.items():
        levers = geometry(facts, end)
        if "line_km" in levers:
            levers["sectors.line.to_km"] = levers["line_km"]
        yield f"\n[settlements.{name}]"
        yield f"title = {quoted(titles[name])}"
        yield f"weight = {0.5 if end == 1 else 0.25}"
        yield f"assumption = {quoted('weights by judgement: the best known geometry is as likely as both ends together')}"
        if end != 1:
            pairs = ", ".join(f"{quoted(key)} = {number(value)}" for key, value in levers.items())
            yield f"set = {{ {pairs} }}"


def counted(facts: Facts) -> str:
    """Whom the strength counts, and when."""
    return f"{facts['strength_who']}; {facts['strength_at']}"


def scenario_toml(name: str, facts: Facts) -> str:
    """The text of scenario.toml: facts and what the rules make of them; levels and behaviour are the package's."""
    lines = [
        f"# {facts['title']}: a past mission for validation and as an example.",
        "# Written by tools/make_missions.py from tools/hand/missions; rules in docs/missions.md. Service levels, behaviour and",
        "# planning factors are the packaged ones, as for every mission. [record] is read by no model.",
        "schema_version = 1",
        f"name = {quoted(name)}",
        f"title = {quoted(facts['title'])}",
        'question = "What would have been sized for this mission, and what was deployed?"',
        f"as_of = {facts['as_of'].isoformat()}",
    ]
    if geometry(facts, 0) != geometry(facts, 2):
        lines.append('reference_settlement = "as_known"')
    for key, field in GEOMETRY:
        if key in facts:
            low, middle, high = (number(float(value)) for value in facts[key])
            why = "; ".join(said(facts, key).values())
            lines.append(f"{field} = {middle}  # {low} to {high}; {why}")
    lines += [f"terrain = {quoted(facts['terrain'])}", "", "[mission]", f"frame = {quoted(facts['frame'])}"]
    lines += [f"posture = {quoted(posture_of(facts))}", f"host_nation = {quoted(facts['host'])}"]
    lines += [f"challenger = {quoted(facts['challenger'])}"]
    frame_why = f"; {facts['frame_why']}" if "frame_why" in facts else ""
    lines += [f"assumption = {quoted('rule: type ' + facts['type'] + ' has this posture' + frame_why)}"]
    lines += ["", "[settlement]", *(f"{key} = {value}" for key, value in settlement(facts))]
    lines += ["", "[threat]", f"attacker_battalions_available = {attackers(facts)}"]
    lines += [f"assumption = {quoted('rule: no raids from the air in any mission')}"]
    lines += variants(facts)
    lines += ["", "[record] # what was deployed: for comparison, read by no model"]
    lines += [f"class = {quoted(class_of(facts))}"]
    lines += [f"strength = {quantity(tuple(facts['strength']), said(facts, 'strength'))}"]
    lines += [f"strength_at = {quoted(counted(facts))}"]
    lines += [
        f"{key} = {quoted(facts[key])}" for key in ("counts", "checked", "contributors", "outcome") if key in facts
    ]
    lines += [f"{key} = {quoted(text)}" for key, text in said(facts, "strength").items()]
    return "\n".join(lines) + "\n"


def rows_text(rows: list[dict[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def sectors_csv(facts: Facts) -> str:
    origin = said(facts, "line")
    more = f"terrain by the map; tracks denied by mines by grade ({facts['mines']}); road speed as packaged"
    row = {
        "id": "line", "name": "the whole line", "from_km": "0", "to_km": number(float(facts["line"][1])), "kind": "contact",
        "terrain": facts["terrain"], "mines": f"{MINES[facts['mines']]:g}", "threat_weight": "1", "road_kmh": f"{ROAD_KMH}",
        "source": origin.get("source", ""), "assumption": f"{origin['assumption']}; {more}",
    }  # fmt: skip
    return rows_text([row])


def capabilities_csv(facts: Facts) -> str:
    """Sensors that forces of that frame did not have in that year: they see nothing, or less at night; empty for none."""
    with (HAND / "technology.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    year = "first_year_allied" if facts["frame"] in ALLIED else "first_year_other"
    late = [row for row in table if facts["as_of"].year < int(row[year])]
    columns = ("detect_km", "detect_night_factor")
    rows = [
        {"id": row["capability"]} | {name: row["before"] if name == row["column"] else "" for name in columns}
        | {"assumption": f"{LATER}: rule by year, before {row[year]}: {row['why']}"}
        for row in late
    ]  # fmt: skip
    return rows_text(rows) if rows else ""


def table_row(name: str, facts: Facts) -> dict[str, str]:
    middle = geometry(facts, 1)
    return {
        "id": name, "name": facts["title"], "start_year": str(facts["as_of"].year), "class": class_of(facts),
        "length_km": number(middle["line_km"]) if "line_km" in middle else "", "strength": number(float(facts["strength"][1])),
        "at": counted(facts), "source": facts["strength_source"],
        "checked_length": ("searched" if "line_source" in facts else "recalled") if "line" in facts else "",
        **{name: number(middle[name]) if name in middle else "" for name in ("area_km2", "population")},
    }  # fmt: skip


def folders() -> Iterator[tuple[str, dict[str, str]]]:
    """Every mission with its files by name."""
    for name, facts in read_facts().items():
        files = {"scenario.toml": scenario_toml(name, facts)}
        if "line" in facts:
            files["sectors.csv"] = sectors_csv(facts)
        if sensors := capabilities_csv(facts):
            files["capabilities.csv"] = sensors
        yield name, files


def table() -> str:
    return rows_text([table_row(name, facts) for name, facts in read_facts().items() if facts["checked"] != "recalled"])


def between(values: list[float]) -> str:
    low, middle, high = (f"{value:,.0f}" if value >= 10 else f"{value:g}" for value in values)
    return middle if low == high else f"{middle} ({low} to {high})"


def page_row(name: str, facts: Facts) -> str:
    """One line of the table of docs/missions.md; what is from memory is in italics."""

    def shown(key: str) -> str:
        text = between(facts[key])
        return text if f"{key}_source" in facts else f"*{text}*"

    where = [f"{shown(key)} {unit}" for key, unit in (("line", "km"), ("area", "km²")) if key in facts]
    where += [f"{shown('population')} people"] if "population" in facts else []
    terms = f"{facts['access'].replace('_', ' ')}, {facts['front']}, {facts['consent']}"
    cells = (
        f"`{name}`", facts["type"], posture_of(facts), class_of(facts), ", ".join(where),
        shown("depth") if "line" in facts else "", facts["terrain"], terms, shown("forces"), shown("sites"),
        f"{between(facts['strength'])}: {counted(facts)}", facts["checked"],
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def page(text: str) -> str:
    """The page with its table written anew between the two marks."""
    head, tail = text.split(MARKS[0], maxsplit=1)[0], text.split(MARKS[1])[1]
    columns = (
        "mission", "type", "posture", "class", "line, area, people", "depth, km", "terrain", "access, front, consent",
        "forces left a side", "sites", "strength deployed", "strength checked",
    )  # fmt: skip
    rows = [f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    rows += [page_row(name, facts) for name, facts in read_facts().items()]
    return head + MARKS[0] + "\n" + "\n".join(rows) + "\n\n" + MARKS[1] + tail


def main() -> None:
    shutil.rmtree(FOLDERS, ignore_errors=True)
    written = dict(folders())
    for name, files in written.items():
        (FOLDERS / name).mkdir(parents=True)
        for file, text in files.items():
            (FOLDERS / name / file).write_text(text, encoding="utf-8")
    TABLE.write_text(table(), encoding="utf-8")
    PAGE.write_text(page(PAGE.read_text("utf-8")), encoding="utf-8")
    print(f"{len(written)} missions")


if __name__ == "__main__":
    main()
