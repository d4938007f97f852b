"""The template: a small commented scenario folder to start from."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from holdfast.core.errors import FileConflictError
from holdfast.scenario.bundled import data_folder

SMALL = "small"
"""Folder, within the template, of the one file that is enough for sizing."""


def write_template(folder: str | Path, *, small: bool = False) -> tuple[Path, ...]:
    """Write the template into a new folder; returns the files written.

    The files appear together: they are written beside the folder first, then moved into place.

    Parameters
    ----------
    small
        Whether only the one file that sizing needs is written.

    Raises
    ------
    FileConflictError
        When the folder exists and is not empty, or is a file. Nothing is ever overwritten.
    """
    target = Path(folder)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise FileConflictError(f"{target} exists already; name a folder that does not, or is empty")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".holdfast-new-") as temporary:
        staged = Path(temporary) / "scenario"
        staged.mkdir()
        root = data_folder() / "template"
        for path in sorted((root / SMALL if small else root).iterdir()):
            if path.is_file():
                shutil.copyfile(path, staged / path.name)
        if target.exists():
            target.rmdir()
        staged.rename(target)
    return tuple(sorted(target.iterdir()))
