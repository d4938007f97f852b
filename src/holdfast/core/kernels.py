"""numba, set up once: where its cache lives, and the random streams as kernel functions.

numba's on-disk cache does not see an edit in a helper of another file, so the cache folder is keyed by the hash of all
kernel sources (every `kernels.py` of the package) and is set before numba is imported. Import `njit` from here only.
With `HOLDFAST_JIT=0` the same functions run as plain Python (for tests of the kernels with compilation off).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np

F = TypeVar("F", bound=Callable[..., Any])

_PACKAGE = Path(__file__).resolve().parent.parent


def kernel_sources() -> list[Path]:
    """Every file that holds compiled code, in a fixed order."""
    return sorted(_PACKAGE.rglob("kernels.py"))


def kernel_hash() -> str:
    """Hash over the names and bytes of all kernel sources."""
    digest = sha256()
    for path in kernel_sources():
        digest.update(path.relative_to(_PACKAGE).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def cache_folder() -> Path:
    """Folder of the compiled kernels of exactly these sources."""
    base = os.environ.get("HOLDFAST_CACHE") or os.environ.get("XDG_CACHE_HOME")
    root = Path(base) if base else Path.home() / ".cache"
    return root / "holdfast" / f"kernels-{sys.version_info[0]}.{sys.version_info[1]}-{kernel_hash()}"


_JIT = os.environ.get("HOLDFAST_JIT", "1") != "0"
if _JIT:
    os.environ["NUMBA_CACHE_DIR"] = str(cache_folder())
    import numba


def njit(function: F) -> F:
    """Compile a kernel with the project's settings: cached, IEEE arithmetic (no fastmath), no Python objects."""
    if not _JIT:
        return function
    return cast("F", numba.njit(cache=True, nogil=True, fastmath=False, error_model="numpy")(function))


def inlined(function: F) -> F:
    """Compile a small kernel into each of its callers: for the hottest loops, where counting array references costs most."""
    if not _JIT:
        return function
    return cast("F", numba.njit(cache=True, nogil=True, fastmath=False, error_model="numpy", inline="always")(function))


_FIRST_RUN = _JIT and not cache_folder().is_dir()


def compilation_notice() -> str:
    """What to tell a user who waits for the first compilation, or an empty string when the kernels are cached."""
    return "compiling kernels (once, up to a minute); " if _FIRST_RUN else ""


def is_compiled() -> bool:
    """Whether kernels are compiled in this process."""
    return _JIT


_U = np.uint64
_K_GAMMA, _K_ONE = _U(0x9E3779B97F4A7C15), _U(1)
_K_M1, _K_M2 = _U(0xBF58476D1CE4E5B9), _U(0x94D049BB133111EB)
_K_30, _K_27, _K_31, _K_11 = _U(30), _U(27), _U(31), _U(11)


def _wrapping(function: F) -> F:
    """Where kernels run interpreted, 64-bit overflow is meant: numpy is told so."""
    if _JIT:
        return function
    from functools import wraps

    @wraps(function)
    def run(*args: Any) -> Any:
        with np.errstate(over="ignore"):
            return function(*args)

    return run  # type: ignore[return-value]  # wraps() keeps the signature


@_wrapping
@njit
def mix64(key: np.uint64, word: np.uint64) -> np.uint64:
    """`core.streams.mix` for kernels: fold one 64-bit word into a key."""
    z = np.uint64(key) + _K_GAMMA * (np.uint64(word) + _K_ONE)
    z = (z ^ (z >> _K_30)) * _K_M1
    z = (z ^ (z >> _K_27)) * _K_M2
    return z ^ (z >> _K_31)


@_wrapping
@njit
def uniform64(key: np.uint64) -> float:
    """Uniform number in (0, 1) of a key: `core.streams.uniform` for kernels."""
    return (float(np.uint64(key) >> _K_11) + 0.5) * (1.0 / 9007199254740992.0)
