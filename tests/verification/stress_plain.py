"""The rules of docs/stages/stress.md written plainly in SimPy with Python's own random numbers: an independent oracle.

It shares nothing with the package but the arrays of a case: no kernel, no event ids, no keyed draws.
"""

from __future__ import annotations

import math
import random
from typing import Any

import simpy

from holdfast.stress.inputs import StressInputs
from holdfast.stress.names import PARAMETERS


class PlainCase:
    """One replication of a case, as SimPy processes."""

    def __init__(self, case: StressInputs, *, seed: int) -> None:
        self.case, self.env = case, simpy.Environment()
        self.rng = random.Random(seed)  # noqa: S311  # a simulation, not a secret
        self.par = {key.split(".")[1]: float(v) for key, v in zip(PARAMETERS, case.parameters[0], strict=True)}
        self.rule = case.rules
        self.promise = case.promises[0]
        self.kept = [self.rng.random() < row[1] for row in self.promise]
        self.free_at = [[0.0] * int(n) for n in case.responders.companies]
        self.inside = [True] * len(case.nations)
        self.answered_at, self.tested_at = [0] * 5, [0] * 5
        self.commitment, self.stock, self.stock_day = 1.0, self.rule["interceptors"], 0.0
        self.count: dict[str, float] = dict.fromkeys(
            ("episodes", "episodes_seen", "by_host", "calls", "blocked", "tests", "seen", "answered", "denied", "worst",
             "casualties", "lost"), 0.0,
        )  # fmt: skip
        self.cause, self.over = 0, self.env.event()

    # ---- small rules
    def month(self) -> int:
        return min(int(self.env.now // 30), self.case.months - 1)

    def share(self) -> float:
        return sum(s for s, i in zip(self.case.nation_share, self.inside, strict=True) if i)

    def place(self, km: float) -> int:
        edges = self.case.places.edges_km
        return next((i for i in range(len(edges) - 1) if km < edges[i + 1]), len(edges) - 2)

    def random_km(self) -> float:
        edges = self.case.places.edges_km
        i = self.rng.choices(range(len(edges) - 1), weights=list(self.case.places.weight))[0]
        return self.rng.uniform(edges[i], edges[i + 1])

    def poisson(self, mean: float) -> int:
        count, total = 0, self.rng.expovariate(1.0)
        while total < mean:
            count, total = count + 1, total + self.rng.expovariate(1.0)
        return count

    def chance(self, p: float) -> bool:
        return self.rng.random() < p

    def wait(self, mean: float) -> float:
        return self.rng.expovariate(1.0 / mean)

    # ---- episodes
    def background(self) -> Any:
        rate = self.par["episodes_per_100km_day"] * self.case.places.edges_km[-1] / 100
        while True:
            yield self.env.timeout(self.rng.expovariate(rate))
            km = self.random_km()
            worn = 0.5 ** (self.env.now / self.par["commitment_half_life_days"])
            calm = 1 - self.par["political_commitment"] * self.commitment * worn
            here = self.case.places.presence[self.place(km), self.month()]
            if self.chance(calm * (1 - self.par["presence_effect"] * here)):
                self.env.process(self.episode(0.0, km, host=self.chance(self.rule["host_starts_share"])))

    def near(self, km: float) -> float:
        length = self.case.places.edges_km[-1]
        x = km + self.wait(self.rule["spread_km"]) * self.rng.choice((-1, 1))
        while not 0 <= x <= length:
            x = -x if x < 0 else 2 * length - x
        return x

    def episode(self, delay: float, km: float, *, host: bool) -> Any:
        yield self.env.timeout(delay)
        count, i, m = self.count, self.place(km), self.month()
        count["episodes"] += 1
        count["by_host"] += host
        count["casualties"] += self.chance(self.rule["episode_casualties"] * self.case.places.presence[i, m])
        if self.chance(self.case.places.seen[i, m]):
            count["episodes_seen"] += 1
            if self.chance(self.rule["call_share"]):
                count["calls"] += 1
                count["blocked"] += not self.send(i, math.inf, self.wait(self.rule["service_hours"]) / 24)
        for _ in range(self.poisson(self.par["episode_branching"])):
            other = host != self.chance(self.rule["retaliation_share"])
            self.env.process(self.episode(self.wait(self.par["episode_decay_days"]), self.near(km), host=other))

    def send(self, i: int, within_h: float, days: float) -> bool:
        crew = self.case.responders
        for r in sorted(range(len(crew.ids)), key=lambda r: self.case.places.hours[r, i]):
            if crew.ready_day[r] <= self.env.now and self.case.places.hours[r, i] <= within_h:
                for slot, free in enumerate(self.free_at[r]):
                    if free <= self.env.now:
                        self.free_at[r][slot] = self.env.now + days
                        return True
        return False

    # ---- tests
    def attack(self, level: int) -> float:
        if level == 4:
            return self.case.attack[4] * self.par["attacker_battalions_available"]
        near = self.par["challenger_brigades_near"] * self.rule["battalions_per_brigade"]
        return min(self.case.attack[level], near)

    def host(self, attack: float) -> float:
        near = self.par["host_brigades_near"] * self.rule["battalions_per_brigade"]
        grown = near + self.case.graduates[self.month()]
        planned = self.par["host_share"] * attack / self.rule["even_force_ratio"] * (grown / near if near else 1.0)
        return min(planned, self.rule["host_concentration"] * grown)

    def denial(self, attack: float, defence: float) -> float:
        if defence <= 0:
            return 0.0
        return 1 / (1 + (attack / defence / self.rule["even_force_ratio"]) ** self.rule["ratio_steepness"])

    def force(self, level: int, i: int, decided: float, day: float) -> float:
        crew, window = self.case.responders, self.case.window_h[level]
        there = sum(
            crew.power[r] * max(0, 1 - (decided + self.case.places.hours[r, i]) / window)
            for r in range(len(crew.ids))
            if crew.ready_day[r] <= day
        )
        return there * self.case.strength[self.month()]

    def mean_decision(self, level: int) -> float:
        return 0.0 if level <= self.rule["delegated_level"] else self.par["decision_hours"]

    def lent(self, level: int, decided: float, day: float, weights: list[float]) -> float:
        if level < self.rule["backstop_level"]:
            return 0.0
        called = max(decided, self.rule["ladder_backstop_hours"])
        return sum(
            weights[e] * self.case.elements.power[e] * max(0, 1 - (called + row[2]) / self.case.window_h[level])
            for e, row in enumerate(self.promise)
            if row[3] <= day
        )

    def decides_in(self, level: int, hours: float) -> float:
        mean = self.mean_decision(level)
        if hours < 0:
            return 0.0
        return 1.0 if mean == 0 else 1 - math.exp(-hours / mean)

    def prior(self, level: int) -> float:
        case, m = self.case, self.month()
        day = 30 * m
        if level == 0:
            own = case.cover_own[m]
            best = max(
                (row[0] * case.elements.air_defence[e] * case.cover_backstop[m]
                 for e, row in enumerate(self.promise) if row[3] <= day), default=0.0,
            )  # fmt: skip
            return 1 - (1 - own) * (1 - best)
        own = 0.0
        for i, weight in enumerate(case.places.weight):
            ready = [r for r in range(len(case.responders.ids)) if case.responders.ready_day[r] <= day]
            if ready:
                first = min(case.places.hours[r, i] for r in ready)
                seen = 1 - (1 - case.places.seen[i, m]) ** case.sightings[level]
                own += weight * seen * self.decides_in(level, case.window_h[level] - first)
        best = 0.0
        if level >= self.rule["backstop_level"]:
            for e, row in enumerate(self.promise):
                if row[3] <= day and case.elements.power[e] > 0:
                    left = case.window_h[level] - row[2] - self.rule["ladder_backstop_hours"]
                    best = max(best, row[0] * self.decides_in(level, left))
        return 1 - (1 - self.par["attribution_probability"] * own) * (1 - best)

    def utility(self, level: int, i: int) -> float:
        k = self.par["belief_prior_strength"]
        b = (k * self.prior(level) + self.answered_at[level]) / (k + self.tested_at[level])
        denied = 0.0
        if level > 0:
            attack, day, mean = self.attack(level), 30 * self.month(), self.mean_decision(level)
            power = self.host(attack) + self.share() * self.force(level, i, mean, day)
            power += self.lent(level, mean, day, [row[0] for row in self.promise])
            denied = self.denial(attack, power)
        return -(1 - (1 - b) * (1 - denied))

    def consider(self) -> Any:
        while True:
            yield self.env.timeout(self.rng.expovariate(self.par["consideration_per_year"] / 365.25))
            rates = list(self.case.base_rate)
            level = self.rng.choices(range(6), weights=[*rates, max(0.0, 1 - sum(rates))])[0]
            km = self.random_km()
            if level < 5 and self.chance(math.exp(self.par["belief_weight"] * self.utility(level, self.place(km)))):
                self.test(level, km)

    def test(self, level: int, km: float) -> None:
        i, count = self.place(km), self.count
        answered, denied = self.drones(i) if level == 0 else self.ground(level, i)
        count["tests"] += 1
        count["worst"] = max(count["worst"], level + 1)
        count["answered"] += answered
        count["denied"] += denied
        self.answered_at[level] += answered
        self.tested_at[level] += 1
        exposed = self.case.places.presence[i, self.month()]
        exposed = (0.0 if denied else exposed) if level == 0 else (1.0 if answered else exposed)
        hurt = self.wait(self.case.casualty_mean[level]) * exposed * self.share()
        count["casualties"] += hurt
        if level >= 2 and (not answered or hurt > self.rule["costly_casualties"]):
            self.inside = [i and not self.chance(self.par["cohesion_loss"]) for i in self.inside]
        if not denied:
            count["lost"] += self.case.loss[level]
            if level > 0:
                self.commitment *= 1 - self.rule["tension_loss"]
        if level == 4:
            self.end(1)
        elif count["lost"] >= self.rule["loss_limit"]:
            self.end(2)
        elif self.share() < self.rule["coalition_floor_share"]:
            self.end(3)
        elif not denied:
            self.aftermath(level, km)

    def aftermath(self, level: int, km: float) -> None:
        if self.chance(self.par["escalation_share"]):
            self.env.process(self.later_test(level + 1, km))
        if level > 0 and self.chance(self.rule["host_reaction_probability"]):
            for _ in range(self.poisson(self.rule["host_reaction_episodes"])):
                self.env.process(self.episode(self.wait(self.par["episode_decay_days"]), self.near(km), host=True))

    def later_test(self, level: int, km: float) -> Any:
        yield self.env.timeout(self.wait(self.rule["escalation_days"]))
        if not self.over.triggered:
            self.test(level, km)

    def drones(self, i: int) -> tuple[bool, bool]:
        m, now = self.month(), self.env.now
        own = self.case.cover_own[m] * self.share()
        helps = any(
            self.kept[e] and row[3] <= now and self.case.elements.air_defence[e] for e, row in enumerate(self.promise)
        )
        cover = own + (self.case.cover_backstop[m] if helps else 0.0)
        refill = self.rule["interceptor_resupply_day"] * (now - self.stock_day)
        self.stock, self.stock_day = min(self.rule["interceptors"], self.stock + refill), now
        u = self.rng.random()
        self.count["seen"] += u < max(cover, self.case.places.seen[i, m])
        if u >= cover or self.stock <= 0:
            return False, False
        need = self.par["drones_per_raid"] / self.rule["intercept_probability"]
        stopped = self.chance(min(1.0, self.stock / need))
        self.stock = max(0.0, self.stock - need)
        return True, stopped

    def ground(self, level: int, i: int) -> tuple[bool, bool]:
        attack, now, window = self.attack(level), self.env.now, self.case.window_h[level]
        power, answered = self.host(attack), False
        if self.chance(1 - (1 - self.case.places.seen[i, self.month()]) ** self.case.sightings[level]):
            self.count["seen"] += 1
            if self.chance(self.par["attribution_probability"]):
                mean = self.mean_decision(level)
                decided = self.wait(mean) if mean else 0.0
                answered = self.send(i, window - decided, window / 24)
                force = self.share() * self.force(level, i, decided, now)
                lent = self.lent(level, decided, now, [float(kept) for kept in self.kept])
                called = max(decided, self.rule["ladder_backstop_hours"])
                came = level >= self.rule["backstop_level"] and any(
                    self.kept[e] and row[3] <= now and self.case.elements.power[e] > 0 and called + row[2] <= window
                    for e, row in enumerate(self.promise)
                )
                answered = answered or came or (level >= 2 and force > 0)
                power += force + lent
        return answered, self.chance(self.denial(attack, power))

    def end(self, cause: int) -> None:
        if not self.over.triggered:
            self.cause = cause
            self.over.succeed()

    def run(self) -> dict[str, float]:
        self.env.process(self.background())
        self.env.process(self.consider())
        horizon = self.env.timeout(self.rule["horizon_days"])
        self.env.run(until=self.over | horizon)
        return self.count | {"held": float(self.cause == 0), "cause": float(self.cause), "day": float(self.env.now)}


def run_plain(case: StressInputs, *, replications: int, seed: int) -> dict[str, list[float]]:
    """Replications of the plain program, measure by measure."""
    rows = [PlainCase(case, seed=seed + number).run() for number in range(replications)]
    return {name: [row[name] for row in rows] for name in rows[0]}
