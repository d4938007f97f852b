"""Write the page and the picture of the documentation on the validation of sizing: what `holdfast validate sizing` finds.

Usage: ``python tools/make_validation.py [draws]``. Run it when sizing, the planning factors or a mission has changed; a test compares the
nominal sizes of the page with those of the bundled missions.
"""

from __future__ import annotations

import sys
from pathlib import Path

from holdfast.validation.page import page
from holdfast.validation.picture import draw_picture
from holdfast.validation.sizing import DRAWS, validate_sizing
from holdfast.validation.tables import sentences

DOCS = Path(__file__).resolve().parent.parent / "docs"


def main() -> None:
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else DRAWS
    found = validate_sizing(draws=draws)
    svg, png = draw_picture(found)
    (DOCS / "images" / "validation-sizing.svg").write_text(svg, encoding="utf-8")
    (DOCS / "images" / "validation-sizing.png").write_bytes(png)
    (DOCS / "validation").mkdir(exist_ok=True)
    (DOCS / "validation" / "sizing.md").write_text(
        page(found, picture="../images/validation-sizing.png"), encoding="utf-8"
    )
    print("\n".join(sentences(found)))


if __name__ == "__main__":
    main()
