"""Counter-based random streams: a draw is keyed by what it decides, never by call order.

Every draw is a function of `(seed, words...)` where the words name the replication, the event and the decision
(MODEL.md 5, Randomness). Adding a draw elsewhere therefore never shifts another, and any number of threads gives the
same bits. The generator is SplitMix64's finaliser (Steele, Lea and Flood 2014) applied along the words, in integer
arithmetic only, so that the compiled and the interpreted version agree bit by bit.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

_MASK = (1 << 64) - 1
_GAMMA = 0x9E3779B97F4A7C15
_MULTIPLY_1 = 0xBF58476D1CE4E5B9
_MULTIPLY_2 = 0x94D049BB133111EB
_TO_UNIT = 1.0 / (1 << 53)


def name_word(name: str) -> int:
    """The 64-bit word of a decision name: the same on every machine (BLAKE2b, not `hash`)."""
    return int.from_bytes(blake2b(name.encode("utf-8"), digest_size=8).digest(), "little")


def mix(key: int, word: int) -> int:
    """Fold one word into a key (SplitMix64 step and finaliser), in 64-bit arithmetic."""
    z = (key + _GAMMA * ((word + 1) & _MASK)) & _MASK
    z = ((z ^ (z >> 30)) * _MULTIPLY_1) & _MASK
    z = ((z ^ (z >> 27)) * _MULTIPLY_2) & _MASK
    return z ^ (z >> 31)


def key_of(seed: int, *words: int | str) -> int:
    """The key of a draw named by `words`, under `seed`."""
    key = mix(seed & _MASK, 0)
    for word in words:
        key = mix(key, name_word(word) if isinstance(word, str) else word & _MASK)
    return key


def unit(key: int) -> float:
    """The uniform number in (0, 1) of a key."""
    return ((key >> 11) + 0.5) * _TO_UNIT


def uniform(seed: int, *words: int | str) -> float:
    """A uniform number in (0, 1), the same for the same seed and words."""
    return unit(key_of(seed, *words))


def unit_keys(seed: int, stream: str, count: int) -> Any:
    """Keys `key_of(seed, stream, k)` for k below `count`, as an array of 64-bit words."""
    import numpy as np

    return _mix_array(np.uint64(key_of(seed, stream)), np.arange(count, dtype=np.uint64))


def unit_array(keys: Any, name: str) -> Any:
    """Uniform numbers in (0, 1) of the decision `name` under each key: `unit(mix(key, name_word(name)))`, bit for bit."""
    import numpy as np

    return ((_mix_array(keys, np.uint64(name_word(name))) >> np.uint64(11)).astype(float) + 0.5) * _TO_UNIT


def _mix_array(key: Any, word: Any) -> Any:
    """`mix` on arrays of 64-bit words (overflow wraps, as meant)."""
    import numpy as np

    with np.errstate(over="ignore"):
        z = key + np.uint64(_GAMMA) * (word + np.uint64(1))
        z = (z ^ (z >> np.uint64(30))) * np.uint64(_MULTIPLY_1)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(_MULTIPLY_2)
        return z ^ (z >> np.uint64(31))
