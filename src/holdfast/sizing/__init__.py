"""Sizing: how big a force the settlement needs, and why."""

from __future__ import annotations

from holdfast.sizing.inputs import SizingInputs, gather_sizing

__all__ = ["SizingInputs", "gather_sizing"]
