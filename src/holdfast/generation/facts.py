"""The facts that a case settles before anyone decides: frame, access, front, posture, and what follows from them.

`ceasefire` holds, since month 0 is the first day of the ceasefire. Three facts follow from the terms:
a mandate of the United Nations goes with a mission of theirs; the challenger consents where it opens its own side of
the line or where the Security Council, in which a challenger may have a seat, gives the mandate; an agreement counts as
lasting where forces along the front have been thinned, not where it still boils.
"""

from __future__ import annotations

from holdfast.scenario.conditions import FAMILIES
from holdfast.scenario.types import Scenario


def settled_facts(scenario: Scenario) -> dict[str, bool]:
    """Every fact of the condition language that neither a nation nor the backstop decides."""
    mission, terms = scenario.mission, scenario.settlement
    settled = {"frame": mission.frame, "access": terms.access, "front": terms.front, "posture": mission.posture}
    facts = {
        f"{family}.{member}": settled[family] == member for family, members in FAMILIES.items() for member in members
    }
    return facts | {
        "ceasefire": True,
        "nato_assets": mission.nato_assets,
        "article5": mission.article5,
        "un_mandate": mission.frame == "un",
        "challenger_consent": mission.frame == "un" or terms.access == "both",
        "lasting_agreement": terms.front == "thinned",
    }
