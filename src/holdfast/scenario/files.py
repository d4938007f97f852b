"""Reading the files of a scenario: from a folder, a zip or the bundled scenarios, as checked text."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from holdfast.core.names import nearest_name
from holdfast.scenario.bundled import bundled_folder, bundled_names
from holdfast.scenario.problems import Problems, Where, shown

SETTINGS = "scenario.toml"
LINE = "line.geojson"
FACTORS = "factors.toml"
TABLES = (
    "sectors.csv", "nations.csv", "pools.csv", "backstop.csv", "capabilities.csv", "places.csv", "legs.csv",
    "assets.csv", "evidence.csv",
)  # fmt: skip
KNOWN = (SETTINGS, LINE, FACTORS, *TABLES)
MAX_BYTES = 16 * 2**20
"""Largest file that is read: a scenario is a planner's tables, not a data dump."""
MAX_MEMBERS = 1000
"""Most files that a zip may hold: a scenario has a dozen, and notes beside them."""
_OURS = {".csv", ".toml", ".geojson"}
_MEBIBYTE = 2**20


@dataclass
class ScenarioFiles:
    """The texts of a scenario by file name, and the name of what they were read from."""

    name: str
    texts: dict[str, str] = field(default_factory=dict)


def read_files(path_or_name: str | Path, *, problems: Problems) -> ScenarioFiles:
    """Read a scenario's files from a folder, a `.zip`, or a bundled scenario's name.

    Every file that is unreadable, too large, not UTF-8 or unknown is added to `problems`.
    """
    path = Path(path_or_name)
    if not path.exists() and str(path_or_name) in bundled_names():
        path = bundled_folder(str(path_or_name))
    files = ScenarioFiles(path.resolve().name if path.is_dir() else path.stem)
    if path.is_dir():
        found = _folder(path, problems)
    elif path.is_file():
        found = _archive(path, problems)
    else:
        known = bundled_names()
        problems.add(
            Where(str(path_or_name)), key="scenario", value="missing",
            expected=f"a folder, a .zip, or a bundled name ({', '.join(known) or 'none is bundled'})",
            nearest=nearest_name(str(path_or_name), known) or nearest_name(path.name, known),
        )  # fmt: skip
        return files
    for name, data in found:
        text = decode(data, name, problems)
        if text is not None:
            files.texts[name] = text
    if SETTINGS not in files.texts and not any(problem.file == SETTINGS for problem in problems.found):
        problems.add(Where(SETTINGS), key="file", value="missing", expected="a file of this name in every scenario")
    return files


def _is_ours(name: str, problems: Problems) -> bool:
    """Whether a file is to be read; one that looks like ours by its ending but has no known name is a problem."""
    if name.startswith((".", "~$")) or PurePosixPath(name).suffix.lower() not in _OURS:
        return False
    if name not in KNOWN:
        problems.add(
            Where(name), key="file", value="unknown",
            expected=f"one of {', '.join(KNOWN)}", nearest=nearest_name(name, KNOWN),
        )  # fmt: skip
    return name in KNOWN


def _folder(folder: Path, problems: Problems) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.iterdir()):
        if not _is_ours(path.name, problems):
            continue
        if not path.is_file():
            problems.add(Where(path.name), key="file", value="no plain file", expected="a file that can be read")
            continue
        if path.stat().st_size > MAX_BYTES:
            _too_large(path.name, path.stat().st_size, problems)
            continue
        try:
            yield path.name, path.read_bytes()
        except OSError as error:
            problems.add(Where(path.name), key="file", value=str(error.strerror), expected="a file that can be read")


def _too_large(name: str, size: int, problems: Problems) -> None:
    problems.add(
        Where(name), key="file", value=f"{size / _MEBIBYTE:.0f} MiB", expected=f"at most {MAX_BYTES // _MEBIBYTE} MiB"
    )


def _archive(path: Path, problems: Problems) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield from _members(archive, path.name, problems)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        problems.add(
            Where(path.name), key="file", value=str(error), expected="a scenario folder or a readable .zip of one"
        )


def _members(archive: zipfile.ZipFile, archive_name: str, problems: Problems) -> Iterator[tuple[str, bytes]]:
    """Members of the folder in the archive, however deep it lies; nothing is ever written to disk."""
    members: dict[PurePosixPath, zipfile.ZipInfo] = {}
    where = Where(archive_name)
    if len(archive.infolist()) > MAX_MEMBERS:
        count = f"{len(archive.infolist())} files"
        problems.add(where, key="file", value=count, expected=f"a scenario folder of at most {MAX_MEMBERS} files")
        return
    for info in archive.infolist():
        fault = _fault(info)
        if fault:
            problems.add(where, key=shown(info.filename), value=fault, expected="plain files inside the folder")
        elif PurePosixPath(info.filename) in members:
            problems.add(where, key=shown(info.filename), value="twice", expected="each file once")
        elif not info.is_dir():
            members[PurePosixPath(info.filename)] = info
    top = _top(members, where, problems)
    for member, info in sorted(members.items()):
        if member.parent != top or not _is_ours(member.name, problems):
            continue
        with archive.open(info) as stream:
            data = stream.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            _too_large(member.name, max(info.file_size, len(data)), problems)
            continue
        yield member.name, data


def _top(members: Iterable[PurePosixPath], where: Where, problems: Problems) -> PurePosixPath:
    """The folder of the scenario: the one whose scenario.toml lies least deep; two of them are a problem."""
    settings = [member for member in members if member.name == SETTINGS and "__MACOSX" not in member.parts]
    depth = min((len(member.parts) for member in settings), default=0)
    tops = sorted(member.parent for member in settings if len(member.parts) == depth)
    if len(tops) > 1:
        value = ", ".join(shown(str(folder)) for folder in tops[:3])
        problems.add(where, key="folders", value=value, expected="one scenario in a .zip")
    return tops[0] if tops else PurePosixPath()


def _fault(info: zipfile.ZipInfo) -> str:
    path = PurePosixPath(info.filename)
    if path.is_absolute() or ".." in path.parts or "\\" in info.filename or ":" in info.filename.split("/")[0]:
        return "a path that leaves the folder"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "a symbolic link"
    if info.flag_bits & 0x1:
        return "encrypted"
    return ""


def decode(data: bytes, name: str, problems: Problems) -> str | None:
    """The text of a file that must be UTF-8 (a byte-order mark is taken off), or None with a problem added."""
    if data[:4] in (b"\xff\xfe\0\0", b"\0\0\xfe\xff"):
        problems.add(Where(name, 1), key="encoding", value="UTF-32", expected="UTF-8; in Excel save as 'CSV UTF-8'")
        return None
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        problems.add(Where(name, 1), key="encoding", value="UTF-16", expected="UTF-8; in Excel save as 'CSV UTF-8'")
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problems.add(
            Where(name, line), key="encoding", value=f"byte 0x{data[error.start]:02X} that is not UTF-8",
            expected="UTF-8; in Excel save as 'CSV UTF-8', not 'CSV'",
        )  # fmt: skip
        return None
    if "\0" in text:
        problems.add(
            Where(name, text.count("\n", 0, text.index("\0")) + 1), key="encoding", value="a NUL byte", expected="text"
        )
        return None
    return text
