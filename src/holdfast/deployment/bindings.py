"""What limits the movement: the legs and places with a shadow price, by what one more tonne a day would be worth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from holdfast.deployment.network import Network, resource_id, resource_name
from holdfast.results.stages import Binding

_LEAST_PRICE = 1e-3  # people-days for a tonne; less is the solver's rounding


def find_bindings(network: Network, prices: NDArray[np.float64]) -> tuple[Binding, ...]:
    """Legs and places that bind in the bound, dearest first.

    Parameters
    ----------
    prices
        People-days of earlier arrival for one more tonne, shape (resource, day).
    """
    found: list[Binding] = []
    for resource, row in enumerate(prices):
        bound = row > _LEAST_PRICE
        if bound.any():
            found.append(
                Binding(
                    id=resource_id(network, resource),
                    name=resource_name(network, resource),
                    kind="node" if resource in network.resource_place else "leg",
                    days_bound=int(bound.sum()),
                    shadow_price=float(row[bound].sum()),
                )
            )
    return tuple(sorted(found, key=lambda item: (-item.shadow_price, item.id)))


def say_binding(binding: Binding) -> str:
    """One binding in words."""
    return (
        f"{binding.name} binds on {binding.days_bound} days; one more tonne a day there is worth "
        f"{binding.shadow_price:,.0f} people-days of earlier arrival"
    )


def say_bindings(bindings: tuple[Binding, ...], *, limit: int = 5) -> str:
    """The dearest bindings in words, or that nothing binds."""
    if not bindings:
        return "no leg and no place binds: arrival follows readiness and travel time alone"
    text = "; ".join(say_binding(item) for item in bindings[:limit])
    more = len(bindings) - limit
    return f"{text}; and {more} more" if more > 0 else text
