from __future__ import annotations

import os
import stat
import zipfile
from pathlib import Path

import pytest

from holdfast.core.errors import ScenarioError
from holdfast.scenario.document import canonical
from holdfast.scenario.files import MAX_BYTES
from holdfast.scenario.load import load_scenario
from holdfast.scenario.template import write_template


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    target = tmp_path / "mine"
    write_template(target)
    return target


def pack(folder: Path, target: Path, *, top: str = "") -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, top + path.name)
    return target


def errors_of(path: Path) -> str:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    return str(caught.value)


@pytest.mark.parametrize("top", ["", "mine/", "downloads/mine/"])
def test_a_zip_loads_as_its_folder(folder: Path, tmp_path: Path, top: str) -> None:
    """A .zip of the folder, or of what holds it, gives the same scenario."""
    archive = pack(folder, tmp_path / "mine.zip", top=top)
    assert canonical(load_scenario(archive)) == canonical(load_scenario(folder))


@pytest.mark.parametrize("name", ["../evil.csv", "/etc/evil.csv", "a/../../evil.csv", "C:/evil.csv", "..\\evil.csv"])
def test_a_path_that_escapes_is_refused(folder: Path, tmp_path: Path, name: str) -> None:
    """A zip with a member outside its folder is refused and writes nothing anywhere."""
    archive = pack(folder, tmp_path / "mine.zip")
    with zipfile.ZipFile(archive, "a") as stream:
        stream.writestr(name, "id\n1\n")
    before = {path for path in tmp_path.parent.rglob("*") if "evil" in path.name}
    assert "a path that leaves the folder" in errors_of(archive)
    assert {path for path in tmp_path.parent.rglob("*") if "evil" in path.name} == before


def test_a_symbolic_link_in_a_zip_is_refused(folder: Path, tmp_path: Path) -> None:
    """A link could read files outside the archive."""
    archive = pack(folder, tmp_path / "mine.zip")
    link = zipfile.ZipInfo("assets2.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(archive, "a") as stream:
        stream.writestr(link, "/etc/passwd")
    assert "a symbolic link" in errors_of(archive)


def test_a_zip_bomb_is_not_unpacked(folder: Path, tmp_path: Path) -> None:
    """A member that unpacks to more than the limit is refused without holding all of it."""
    (folder / "assets.csv").write_bytes(b"\n" * (MAX_BYTES + 1000))
    archive = pack(folder, tmp_path / "mine.zip")
    assert archive.stat().st_size < MAX_BYTES / 100
    assert "assets.csv: file is 16 MiB; expected at most 16 MiB" in errors_of(archive)


def test_a_ten_million_row_table_is_refused_quickly(folder: Path) -> None:
    """A huge table is refused by its size, before it is parsed."""
    with (folder / "assets.csv").open("ab") as stream:
        stream.truncate(10_000_000 * 40)
    assert "assets.csv: file is 381 MiB; expected at most 16 MiB" in errors_of(folder)


def test_too_many_rows_are_refused(folder: Path) -> None:
    """A table below the byte limit but beyond the row limit is refused with the line."""
    rows = "".join(f"a{number},A,city,30,50,1,1,,x\n" for number in range(50_001))
    (folder / "assets.csv").write_text("id,name,kind,lon,lat,people,priority,source,assumption\n" + rows)
    assert "assets.csv:50002: table is too long; expected at most 50000 rows" in errors_of(folder)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"just text"])
def test_a_file_that_is_no_zip(tmp_path: Path, content: bytes) -> None:
    """Anything else than a folder or a zip is told to be neither."""
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    assert "expected a scenario folder or a readable .zip of one" in errors_of(path)


def test_a_zip_without_settings(tmp_path: Path) -> None:
    """A zip that holds no scenario says which file is missing."""
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("notes.txt", "hello")
    assert "scenario.toml: file is missing" in errors_of(tmp_path / "x.zip")


def test_byte_order_mark_is_taken_off(folder: Path) -> None:
    """A file saved as 'CSV UTF-8' by Excel loads as the same scenario."""
    before = canonical(load_scenario(folder))
    for path in folder.iterdir():
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert canonical(load_scenario(folder)) == before


def test_windows_line_ends_change_nothing(folder: Path) -> None:
    """CR LF line ends load as the same scenario."""
    before = canonical(load_scenario(folder))
    for path in folder.iterdir():
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert canonical(load_scenario(folder)) == before


def test_cp1252_is_told_with_the_way_out(folder: Path) -> None:
    """A file saved by Excel as plain 'CSV' is told with line and how to save it."""
    path = folder / "nations.csv"
    path.write_bytes(path.read_text("utf-8").replace("Germany", "Österreich").encode("cp1252"))
    told = errors_of(folder)
    assert (
        "nations.csv:5: encoding is byte 0xD6 that is not UTF-8; expected UTF-8; in Excel save as 'CSV UTF-8'" in told
    )


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_utf16_is_told(folder: Path, encoding: str) -> None:
    """Excel's 'Unicode text' is told by name or by its NUL bytes."""
    path = folder / "nations.csv"
    path.write_bytes(path.read_text("utf-8").encode(encoding))
    assert "nations.csv:1: encoding" in errors_of(folder)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a user whom file permissions bind")
def test_unreadable_file_is_a_problem(folder: Path) -> None:
    """A file without read permission is told as such."""
    (folder / "pools.csv").chmod(0)
    assert "pools.csv: file is Permission denied; expected a file that can be read" in errors_of(folder)
