"""The page of the brief: one HTML file that needs no script and no network."""

from __future__ import annotations

import html
from collections.abc import Sequence

from holdfast.brief.table import Table, to_html

STYLE = """
:root{--ink:#1a1a1a;--soft:#5b5b5b;--rule:#d5d5d5;--accent:#0072B2}
*{box-sizing:border-box}
body{font:16px/1.5 "Source Serif 4",Georgia,"Times New Roman",serif;color:var(--ink);margin:0;background:#fff}
main{max-width:56rem;margin:0 auto;padding:1.5rem 1.25rem 4rem}
header p.kicker{font:600 .8rem/1.3 system-ui,sans-serif;letter-spacing:.04em;color:var(--accent);margin:0;text-transform:uppercase}
h1{font-size:1.9rem;line-height:1.2;margin:.2rem 0 .6rem}
h2{font-size:1.3rem;margin:2.4rem 0 .6rem;padding-top:.5rem;border-top:2px solid var(--ink)}
h3{font-size:1.05rem;margin:1.4rem 0 .4rem}
p{margin:.5rem 0}
.question{font-size:1.1rem}
.disclaimer{font:.85rem/1.45 system-ui,sans-serif;background:#f6f4ee;border-left:4px solid var(--accent);padding:.6rem .9rem}
ol.reading{padding-left:1.4rem;font-size:1.05rem}
ol.reading li{margin:.45rem 0}
figure{margin:1rem 0}
figure svg{width:100%;height:auto;display:block}
figcaption,.note{font:.8rem/1.45 system-ui,sans-serif;color:var(--soft);margin:.35rem 0 0}
.table{overflow-x:auto;margin:1rem 0}
table{border-collapse:collapse;width:100%;font:.8rem/1.35 system-ui,sans-serif}
caption{text-align:left;font-weight:600;font-size:.92rem;padding:.2rem 0 .4rem}
th,td{padding:.3rem .55rem .3rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--rule);
overflow-wrap:break-word}
thead th{border-bottom:1.5px solid var(--ink);vertical-align:bottom;font-weight:600}
tbody th{font-weight:500}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
thead .n{white-space:normal}
td:last-child,th:last-child{padding-right:0}
nav{font:.85rem/1.6 system-ui,sans-serif;margin:1rem 0}
nav{display:flex;flex-wrap:wrap;gap:.1rem .9rem}
.own{outline:2px solid var(--accent);outline-offset:-2px;font-weight:700}
#table-options tbody th{min-width:9.5rem}
#table-claims_by_terms tbody th{min-width:5rem}
#table-claims_by_terms td:nth-child(2){min-width:11rem}
#table-claims_by_terms td:nth-child(7){min-width:11rem}
#table-sources td:nth-child(2){min-width:17rem}
#table-sources td:last-child,#table-sources tbody th,#table-assumptions tbody th{overflow-wrap:anywhere;min-width:7rem}
#table-requests td:nth-child(3){min-width:16rem}
#table-shortfalls_with_backstop td:last-child,#table-shortfalls_europe_only td:last-child{min-width:11rem}
#table-approvals td:last-child{min-width:15rem}#table-approvals td:nth-child(6){min-width:11rem}
#table-claims_by_terms td:last-child{white-space:nowrap}
#table-statement_loads td:nth-child(2){white-space:nowrap;font-variant-numeric:tabular-nums}
#table-troops td{text-align:right;white-space:nowrap}#table-troops thead th+th{text-align:right}
a{color:var(--accent)}
dl{font:.85rem/1.45 system-ui,sans-serif;display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}
dt{font-weight:600}dd{margin:0;overflow-wrap:anywhere}
#table-options table,#table-contrasts table,#table-ask table,#table-troops table,#table-claims_by_terms table{font-size:.74rem}
@media (max-width:60rem){#table-options table,#table-ask table,#table-troops table,#table-claims_by_terms table{min-width:46rem}}
@media print{@page{size:A4;margin:13mm 14mm}main{max-width:none;padding:0}body{font-size:10pt;line-height:1.4}
h1{font-size:17pt}h2{font-size:13pt;margin:1.1rem 0 .3rem;padding-top:.3rem}h3{font-size:10.5pt;margin:.7rem 0 .2rem}
h2,h3,caption,thead{break-after:avoid}p,dl,ul{font-size:9.5pt;margin:.3rem 0}ol.reading{font-size:11pt}
.question{font-size:11pt}figcaption,.note{font-size:7.4pt;line-height:1.3}caption{font-size:8.6pt;padding:.1rem 0 .15rem}
figure,.table{margin:.5rem 0}th,td{padding:.13rem .5rem .13rem 0}table{font-size:7.4pt;line-height:1.22}
#options,#size,#map,#size_in_full{break-before:page}
figure,tr{break-inside:avoid}nav{display:none}.table{overflow:visible}
#table-options table,#table-contrasts table,#table-ask table,#table-troops table,#table-claims_by_terms table,
#table-statement_loads table{font-size:6.6pt;min-width:0}a{color:inherit;text-decoration:none}}
"""

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


def paragraph(text: str, *, css: str = "") -> str:
    """One escaped paragraph."""
    mark = f' class="{css}"' if css else ""
    return f"<p{mark}>{html.escape(text)}</p>"


def heading(text: str) -> str:
    """A heading inside a section."""
    return f"<h3>{html.escape(text)}</h3>"


def figure_html(svg: str, caption: str) -> str:
    """A drawing with its caption; nothing where there is no drawing."""
    if not svg:
        return ""
    said = f"<figcaption>{html.escape(caption)}</figcaption>" if caption else ""
    return f"<figure>{svg}{said}</figure>"


def tables_html(*tables: Table) -> str:
    """Tables in order; those without rows are said to be empty."""
    return "".join(
        to_html(table) if not table.is_empty else paragraph(f"{table.title}: none.", css="note") for table in tables
    )


def section(key: str, title: str, *parts: str) -> tuple[str, str, str]:
    """A section: key, title and body."""
    return key, title, "".join(parts)


def page_html(
    *, title: str, kicker: str, question: str, disclaimer: str, reading: Sequence[str],
    sections: Sequence[tuple[str, str, str]],
) -> str:  # fmt: skip
    """The whole page."""
    # A number and its per cent sign stay on one line.
    items = "".join(f"<li>{html.escape(sentence.replace(' %', chr(160) + '%'))}</li>" for sentence in reading)
    links = "".join(f'<a href="#{key}">{html.escape(name)}</a>' for key, name, _ in sections)
    body = "".join(f'<section id="{key}"><h2>{html.escape(name)}</h2>{text}</section>' for key, name, text in sections)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(title)}: brief</title><style>{STYLE}</style></head><body><main>"
        f'<header><p class="kicker">{html.escape(kicker)}</p><h1>{html.escape(title)}</h1>'
        f"{paragraph(question, css='question')}{paragraph(disclaimer, css='disclaimer')}</header>"
        f'<section id="reading"><h2>The reading</h2><ol class="reading">{items}</ol></section>'
        f'<nav aria-label="Sections">{links}</nav>{body}</main></body></html>\n'
    )
