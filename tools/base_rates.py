"""Count how far militarised disputes went, as base rates of the levels of test in a scenario.

Usage: ``python tools/base_rates.py gml_mid_disps.csv.gz [first_year]``. The input is the table of disputes of Gibler,
Miller and Little as the package peacesciencer ships it. Prints the `[base_rates]` table of `scenario.toml`.
"""

from __future__ import annotations

import csv
import gzip
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

LEVELS = ("drone_incursion", "raid", "battalion_incursion", "brigade_assault", "renewed_offensive")
DISPLAY, USE, WAR = 3, 4, 5
"""Hostility levels of the data: display of force, use of force, war (2 is a threat and does not count)."""
BATTALION, BRIGADE = range(1, 4), range(4, 7)
"""Classes of deaths: 1 to 250, and 251 or more. No deaths or an unknown number counts as a raid."""


def level_of(hostility: int, deaths: int) -> str:
    """The level of test that a dispute stands for; empty for a mere threat."""
    if hostility == WAR:
        return "renewed_offensive"
    if hostility == DISPLAY:
        return "drone_incursion"
    if hostility != USE:
        return ""
    if deaths in BRIGADE:
        return "brigade_assault"
    return "battalion_incursion" if deaths in BATTALION else "raid"


def count_levels(rows: Iterable[Mapping[str, str]], *, first_year: int) -> Counter[str]:
    """Disputes by level, for those that began in or after a year."""
    recent = (row for row in rows if float(row["styear"]) >= first_year)
    found = Counter(level_of(int(float(row["hostlev"])), int(float(row["fatality"]))) for row in recent)
    del found[""]
    return found


def main(path: str, first_year: str = "1946") -> None:
    with gzip.open(Path(path), "rt", encoding="utf-8") as file:
        found = count_levels(csv.DictReader(file), first_year=int(first_year))
    total = sum(found.values())
    print(f"[base_rates]  # {total} disputes since {first_year}")
    for level in LEVELS:
        print(f"{level} = {found[level] / total:.3f}  # {found[level]}")


if __name__ == "__main__":
    main(*sys.argv[1:])
