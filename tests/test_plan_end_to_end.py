"""One small study from scenario to brief: the same plans in one process or two, a file that keeps them, a page that loads nothing."""

import csv
import json
import math
import re
import shutil
import subprocess
import sys
from collections import Counter
from html.parser import HTMLParser

import pytest

import holdfast
from conftest import require
from holdfast.results.store import results_equal
from support import tiny_scenario

pytestmark = pytest.mark.slow

OPTIONS = ("reference", "refused", "observe", "none")
SECTIONS = (
    "reading", "options", "map", "size", "requirements", "supply", "ask", "time", "coverage", "stress", "approvals",
    "claims", "origin", "limits", "provenance",
)  # fmt: skip
NETWORK_OFF = ("--proxy-server=127.0.0.1:9", "--host-resolver-rules=MAP * ~NOTFOUND")
BROWSER = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
    "--enable-logging=stderr", *NETWORK_OFF,
)  # fmt: skip


class Page(HTMLParser):
    """What a page is made of: its tags, all attributes, and its style sheets."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.styles = Counter(), [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data):
        if self.lasttag == "style":
            self.styles.append(data)

    def values(self, *names):
        return [value for _, name, value in self.attributes if name in names]


@pytest.fixture(scope="module")
def scenario():
    return tiny_scenario()


@pytest.fixture(scope="module")
def planned(scenario):
    """All options of the tiny scenario, planned in this process: paid once."""
    return holdfast.study(scenario, workers=1)


@pytest.fixture(scope="module")
def folder(planned, scenario, tmp_path_factory):
    """The brief's folder, in a place with a space and Cyrillic."""
    target = tmp_path_factory.mktemp("вихід 1") / "brief"
    assert holdfast.write_brief(planned, scenario, target) == target / "brief.html"
    return target


@pytest.fixture(scope="module")
def page(folder):
    return Page((folder / "brief.html").read_text(encoding="utf-8"))


def test_every_option_is_planned_and_compared(planned):
    """A plan an option, measured, and each contrasted with the reference over the same futures."""
    assert tuple(planned.plans) == OPTIONS
    assert planned.skipped == {}
    assert [{item.better, item.worse} for item in planned.contrasts] == [{"reference", other} for other in OPTIONS[1:]]
    assert list(planned.measures["option"].values) == list(OPTIONS)
    for option, item in planned.plans.items():
        assert 0 <= item.stress.hold_low <= item.stress.hold_high <= 1, option
        assert float(planned.measures["hold"].sel(option=option)) == item.stress.hold_mean


def test_no_force_needs_nobody_and_nobody_arrives(planned):
    """The baseline without a force has no people, no sites, no arrivals; the reference has all three."""
    none, reference = planned.plans["none"], planned.plans["reference"]
    assert (none.requirement.in_country, none.laydown.sites, none.deployment.arrivals) == (0, (), ())
    assert reference.requirement.in_country > 0
    assert reference.laydown.sites
    assert reference.deployment.arrivals


def test_options_answer_to_the_same_futures(planned):
    """Inputs of the futures that two options share are drawn alike, so that their difference is the option's."""
    base = planned.plans["reference"].stress.futures
    for option in ("refused", "observe"):
        other = planned.plans[option].stress.futures
        shared = [name for name in base["parameter"].values if name in set(other["parameter"].values)]
        assert len(shared) > 10
        equal = (base.sel(parameter=shared).values == other.sel(parameter=shared).values).all(axis=0)
        assert equal.mean() > 0.8, option


def test_two_processes_give_the_same_bits(planned, scenario):
    """The number of workers is no input: plans, measures and contrasts are equal bit for bit."""
    assert results_equal(holdfast.study(scenario, workers=2), planned)


def test_a_study_loads_back_equal(planned, folder):
    """study.nc of the brief's folder holds the whole study."""
    assert results_equal(holdfast.load_result(folder / "study.nc"), planned)


def test_a_rerun_in_a_new_process_gives_the_same_bits(folder):
    """The file alone carries what a rerun needs; nothing of this process helps it."""
    command = [sys.executable, "-m", "holdfast", "rerun", "study.nc", "--json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    verdict = json.loads(done.stdout)
    assert verdict["equal"]
    assert verdict["differing_stages"] == []


def test_a_rerun_says_what_differs(planned, tmp_path):
    """A plan whose kept result was changed by hand is found out, stage by stage."""
    from dataclasses import replace

    plan = planned.plans["none"]
    forged = replace(plan, stress=replace(plan.stress, hold_mean=math.nextafter(plan.stress.hold_mean, 1)))
    kept = holdfast.save_result(forged, tmp_path / "forged.nc")
    _, verdict = holdfast.rerun(holdfast.load_result(kept))
    assert not verdict["equal"]
    assert verdict["differing_stages"] == ["stress"]


def test_every_figure_of_every_option_is_explained(planned):
    """`explain` answers for each named figure and ends at sources or assumptions."""
    for plan in planned.plans.values():
        for name in plan.figures:
            assert name in holdfast.explain(plan, name)


def test_the_brief_is_small_and_holds_every_section(folder, page):
    """The brief stays under 2 MB, names each section once and links to it."""
    assert (folder / "brief.html").stat().st_size < 2_000_000
    identities = Counter(page.values("id"))
    assert [key for key in SECTIONS if identities[key] != 1] == []
    assert [key for key, count in identities.items() if count > 1] == []
    links = {value[1:] for value in page.values("href", "xlink:href") if value.startswith("#")}
    assert links <= set(identities)
    assert set(SECTIONS[1:]) <= links


def test_the_brief_loads_nothing_and_runs_nothing(folder, page):
    """No script, no handler, no style sheet, font, frame or picture from elsewhere."""
    text = (folder / "brief.html").read_text(encoding="utf-8")
    assert "<script" not in text.lower()
    assert "@import" not in text.lower()
    assert not {"script", "link", "iframe", "object", "embed", "base", "form", "audio", "video"} & set(page.tags)
    assert [name for _, name, _ in page.attributes if name.startswith("on")] == []
    assert [value for value in page.values("src", "srcset", "data", "action", "background", "poster") if value] == []
    assert [value for value in page.values("href", "xlink:href") if not value.startswith("#")] == []
    assert [link for link in re.findall(r"url\(\s*['\"]?([^)]*)", text) if not link.startswith("#")] == []
    loaded = [
        value for _, name, value in page.attributes if re.search(r"https?://", value) and not name.startswith("xmlns")
    ]
    assert loaded == []
    policy = next(value for _, name, value in page.attributes if name == "content" and "default-src" in value)
    assert "default-src 'none'" in policy


def test_every_drawing_says_what_it_shows(page):
    """Each picture has a label for readers who do not see it; every table has a caption."""
    assert page.tags["svg"] >= 4
    assert page.values("role").count("img") == page.tags["svg"]
    assert len([value for value in page.values("aria-label") if value]) >= page.tags["svg"]
    assert page.tags["caption"] == page.tags["table"]


def test_tables_are_read_by_a_spreadsheet(folder):
    """Every CSV is UTF-8 with a byte-order mark, rectangular, and no cell starts a formula."""
    files = sorted((folder / "tables").glob("*.csv"))
    assert len(files) > 15
    for path in files:
        assert path.read_bytes().startswith(b"\xef\xbb\xbf"), path.name
        with path.open(encoding="utf-8-sig", newline="") as file:
            head, *rows = list(csv.reader(file))
        assert len(set(head)) == len(head), path.name
        assert all(len(row) == len(head) for row in rows), path.name
        cells = [cell for row in rows for cell in row]
        assert [cell for cell in cells if cell[:1] in {"=", "@", "\t"}] == [], path.name
        assert not {"nan", "inf", "-inf"} & set(cells), path.name


def test_the_table_of_options_holds_the_measures(folder, planned):
    """tables/options.csv has a row an option in the order of the study."""
    with (folder / "tables" / "options.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    titles = [plan.case.option_title for plan in planned.plans.values()]
    assert [next(iter(row.values())) for row in rows] == [f"{titles[0]} (reference)", *titles[1:]]


def test_geography_is_valid_geojson(folder, planned):
    """Every file is a FeatureCollection with finite longitudes and latitudes; the sites are the laydown's."""
    found = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in (folder / "geo").glob("*.geojson")}
    assert set(found) == {"line.geojson", "sites.geojson", "assets.geojson"}
    for document in found.values():
        assert document["type"] == "FeatureCollection"
        for feature in document["features"]:
            shape = feature["geometry"]
            points = shape["coordinates"] if shape["type"] == "LineString" else [shape["coordinates"]]
            assert all(-180 <= lon <= 180 and -90 <= lat <= 90 for lon, lat in points)
    named = [feature["properties"]["id"] for feature in found["sites.geojson"]["features"]]
    assert named == [site.id for site in planned.plans["reference"].laydown.sites]


def test_a_brief_written_twice_has_the_same_bytes(planned, scenario, folder, tmp_path):
    """Only the time of creation differs between the brief of a study and that of the study planned and loaded again."""
    loaded = holdfast.load_result(folder / "study.nc")
    holdfast.write_brief(loaded, scenario, tmp_path)
    names = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file() and path.suffix != ".nc")
    assert names == sorted(
        path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".nc"
    )
    times = [item.plans["reference"].provenance.created.encode() for item in (planned, loaded)]
    first, second = ((place / "brief.html").read_bytes() for place in (folder, tmp_path))
    assert first.replace(times[0], b"") == second.replace(times[1], b"")
    assert first.count(times[0]) == 1
    for name in names:
        if name.name != "brief.html":
            assert (folder / name).read_bytes() == (tmp_path / name).read_bytes(), name


def browse(path, home, *flags):
    """Open a page without a network; what the browser printed, and what it complained of."""
    program = next(found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name)))
    command = [program, *BROWSER, f"--user-data-dir={home / 'profile'}", *flags, path.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


def test_a_browser_shows_the_brief_without_complaint(folder, tmp_path):
    """Chromium, with no network, reads every section and drawing and has nothing to say on its console."""
    require("chromium")
    shown, complaints = browse(folder / "brief.html", tmp_path, "--dump-dom")
    assert complaints == []
    page = Page(shown)
    assert set(SECTIONS) <= set(page.values("id"))
    assert page.tags == Page((folder / "brief.html").read_text(encoding="utf-8")).tags


def test_a_browser_would_complain(folder, tmp_path):
    """The check above can fail: a brief that asks for a picture from elsewhere is refused by its own policy."""
    require("chromium")
    spoilt = tmp_path / "spoilt.html"
    text = (folder / "brief.html").read_text(encoding="utf-8")
    spoilt.write_text(text.replace("</main>", '<img src="https://example.org/a.png"></main>'), encoding="utf-8")
    _, complaints = browse(spoilt, tmp_path, "--dump-dom")
    assert any("Content Security Policy" in line for line in complaints)


def test_a_browser_prints_the_brief(folder, tmp_path):
    """The brief prints to a PDF of several pages of A4."""
    require("chromium")
    target = tmp_path / "brief.pdf"
    _, complaints = browse(folder / "brief.html", tmp_path, f"--print-to-pdf={target}")
    assert complaints == []
    printed = target.read_bytes()
    assert printed.startswith(b"%PDF")
    sheets = re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]", printed)
    assert len(sheets) >= 5
    assert all(abs(float(wide) - 595) < 2 and abs(float(high) - 842) < 2 for wide, high in sheets)
