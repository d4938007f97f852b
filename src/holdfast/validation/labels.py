"""Where names stand on a crowded picture: near their marks, covering neither marks nor each other.

Every name has the same places round its mark to choose from. Names are placed one after the other, the most crowded first, and
then each is moved to its best place with the others held, until none moves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_ANGLES = np.radians([0, 180, 45, 315, 135, 225, 90, 270, 22, 338, 158, 202])
_RADII = (7.0, 12.0, 18.0, 26.0, 36.0, 48.0, 62.0, 78.0)
"""Distances of a name from its mark, points; beyond the second a line leads to the mark."""
_NEAR = _RADII[1]
_SWEEPS = 20
_OUTSIDE, _COVER, _THROUGH_NAME, _CROSSING, _THROUGH_MARK, _BAR, _AWAY = 1000.0, 100.0, 30.0, 15.0, 8.0, 3.0, 0.3
"""What each fault costs: leaving the axes, covering a name or mark, a leader through a name, across another leader or through
a mark, covering a bar, and each point of distance."""
_WAYS = np.linspace(0.12, 0.97, 16)


@dataclass(frozen=True, kw_only=True)
class Placed:
    """Boxes of the names (left, bottom, right, top), where their leaders end, and whether they have one."""

    boxes: Array
    ends: Array
    leads: NDArray[np.bool_]


def place_labels(
    marks: Array, sizes: Array, *, half: float, unit: float, inside: Array, walls: Array, bars: Array
) -> Placed:
    """Choose a place for each name.

    Parameters
    ----------
    marks
        Centres of the marks, shape (n, 2), pixels; `half` is half their width.
    sizes
        Width and height of the names, shape (n, 2).
    unit
        Pixels of a point.
    inside, walls, bars
        The box that no name may leave, shape (4,); boxes that none may cover and boxes that none should, shape (k, 4).
    """
    count = len(marks)
    boxes, radii = _candidates(marks, sizes, unit)
    ends = np.clip(marks[:, None, :], boxes[:, :, :2], boxes[:, :, 2:])
    leads = np.broadcast_to(radii > _NEAR, boxes.shape[:2])
    hard = np.concatenate([np.hstack([marks - half, marks + half]), walls.reshape(-1, 4)])
    alone = np.array(
        [_alone(boxes[i], marks[i], ends[i], leads[i], radii, i, marks, half, inside, hard, bars) for i in range(count)]
    )
    chosen = np.full(count, -1)
    gaps = np.linalg.norm(marks[:, None, :] - marks[None, :, :], axis=2)
    order = np.argsort(-(gaps < 60.0 * unit).sum(axis=1), kind="stable")
    for _ in range(_SWEEPS):
        before = chosen.copy()
        for i in order:
            others = np.array([j for j in range(count) if j != i and chosen[j] >= 0], dtype=int)
            cost = alone[i] + _between(boxes[i], marks[i], ends[i], leads[i], marks, boxes, ends, leads, chosen, others)
            chosen[i] = int(np.argmin(cost))
        if np.array_equal(before, chosen):
            break
    pick = np.arange(count), chosen
    return Placed(boxes=boxes[pick], ends=ends[pick], leads=leads[pick])


def _candidates(marks: Array, sizes: Array, unit: float) -> tuple[Array, Array]:
    """Boxes round each mark, shape (n, places, 4), and the distance of each place, points."""
    radii = np.repeat(_RADII, _ANGLES.size)
    angles = np.tile(_ANGLES, len(_RADII))
    x = marks[:, :1] + radii * unit * np.cos(angles) + (np.cos(angles) - 1.0) / 2.0 * sizes[:, :1]
    y = marks[:, 1:] + radii * unit * np.sin(angles) + (np.sin(angles) - 1.0) / 2.0 * sizes[:, 1:]
    return np.stack([x, y, x + sizes[:, :1], y + sizes[:, 1:]], axis=-1), radii


def overlap(first: Array, second: Array) -> NDArray[np.bool_]:
    """Whether boxes overlap, each of the first, shape (n, 4), with each of the second, shape (m, 4)."""
    a, b = first[:, None, :], second[None, :, :]
    return (a[..., 0] < b[..., 2]) & (b[..., 0] < a[..., 2]) & (a[..., 1] < b[..., 3]) & (b[..., 1] < a[..., 3])


def _through(mark: Array, ends: Array, boxes: Array) -> NDArray[np.bool_]:
    """Whether the lines from a mark to each end pass through each box, shape (ends, boxes); sampled along the line."""
    points = mark + _WAYS[None, :, None] * (ends - mark)[:, None, :]
    low, high = boxes[None, None, :, :2], boxes[None, None, :, 2:]
    within = (points[:, :, None, :] > low) & (points[:, :, None, :] < high)
    both = within[..., 0] & within[..., 1]
    return np.asarray(both.any(axis=1))


def _alone(
    boxes: Array, mark: Array, ends: Array, leads: NDArray[np.bool_], radii: Array, place: int, marks: Array, half: float,
    inside: Array, hard: Array, bars: Array,
) -> Array:  # fmt: skip
    """Cost of each place of one name whatever the other names do."""
    outside = (boxes[:, :2] < inside[:2]).any(axis=1) | (boxes[:, 2:] > inside[2:]).any(axis=1)
    others = np.delete(marks, place, axis=0)
    marked = np.hstack([others - half, others + half])
    cost = _OUTSIDE * outside + _COVER * overlap(boxes, hard).sum(axis=1) + _AWAY * radii
    cost = cost + _THROUGH_MARK * leads * _through(mark, ends, marked).sum(axis=1)
    return np.asarray(cost + (_BAR * overlap(boxes, bars).sum(axis=1) if len(bars) else 0.0))


def _between(
    boxes: Array, mark: Array, ends: Array, leads: NDArray[np.bool_], marks: Array, all_boxes: Array, all_ends: Array,
    all_leads: NDArray[np.bool_], chosen: NDArray[np.int64], others: NDArray[np.int64],
) -> Array:  # fmt: skip
    """Cost of each place of one name beside the names placed already."""
    if others.size == 0:
        return np.zeros(len(boxes))
    names = all_boxes[others, chosen[others]] + np.array([-2.0, -1.0, 2.0, 1.0])
    cost = _COVER * overlap(boxes, names).sum(axis=1) + _THROUGH_NAME * leads * _through(mark, ends, names).sum(axis=1)
    for j in others[all_leads[others, chosen[others]]]:
        end = all_ends[j, chosen[j]]
        cost = cost + _THROUGH_NAME * _through(marks[j], end[None, :], boxes)[0]
        cost = cost + _CROSSING * leads * _crosses(mark, ends, marks[j], end)
    return np.asarray(cost)


def _crosses(mark: Array, ends: Array, start: Array, end: Array) -> NDArray[np.bool_]:
    """Whether lines from a mark to each end cross the line from `start` to `end`."""

    def side(a: Array, b: Array, c: Array) -> Array:
        return np.asarray(
            (b[..., 0] - a[..., 0]) * (c[..., 1] - a[..., 1]) - (b[..., 1] - a[..., 1]) * (c[..., 0] - a[..., 0])
        )

    apart = side(mark, ends, start) * side(mark, ends, end) < 0
    return np.asarray(apart & (side(start, end, mark) * side(start, end, ends) < 0))
