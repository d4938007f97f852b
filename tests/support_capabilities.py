"""Every capability id of the catalogue with a plausible test figure, for the tiny scenario."""

from __future__ import annotations

import csv
import io
from typing import Any

from holdfast.scenario import types as t

WHY = "test figure"

_CAPABILITIES = """\
id,domain,area,personnel,tasks,combat_power,needs,vehicles,tonnes,lane_m,sustain_t_day,cost_musd_year
infantry_bn,ground,country,700,observe;verify;respond;hold,0.7,,80,600,700,10,40
mech_bn,ground,country,800,respond;hold;observe,1,maintenance_bn:0.1,180,4500,2200,40,80
armour_bn,ground,country,600,hold;respond,1.5,maintenance_bn:0.2,160,6500,2000,60,110
artillery_bn,ground,country,500,hold,0.8,maintenance_bn:0.1,120,3500,1500,60,70
observer_team,ground,country,8,observe;verify,0,,3,8,18,0.2,1
recce_coy,ground,country,120,observe;respond,0.15,,35,300,300,3,12
engineer_bn,ground,country,600,support;clear,0.1,,150,3500,1800,20,60
demining_coy,ground,country,120,clear,0,,30,400,300,3,10
eod_team,ground,country,10,clear;verify,0,,3,15,20,0.3,1
sensor_section,sensor,country,12,observe,0,,4,20,28,0.3,2
gsr_section,sensor,country,8,observe,0,,3,12,20,0.2,1.5
acoustic_section,sensor,country,8,observe,0,,3,10,20,0.2,1
mini_uav_section,sensor,country,10,observe;respond,0,,4,10,25,0.3,2
tactical_uav_unit,sensor,country,60,observe,0,,20,150,180,2,15
male_uav_orbit,sensor,theatre,150,observe,0,,20,300,200,4,45
patriot_bty,air_defence,country,120,protect,0,,35,900,500,5,60
sampt_bty,air_defence,country,70,protect,0,,25,500,350,4,45
medium_ad_bty,air_defence,country,90,protect,0,,25,400,350,4,30
shorad_bty,air_defence,country,90,protect,0,,30,400,350,4,20
cuas_section,air_defence,country,20,protect,0,,6,40,50,0.5,4
fighter_sqn,air,theatre,350,air;rescue,0,tanker_det:0.5,40,900,400,60,150
aew_orbit,air,theatre,160,air;observe,0,,15,250,150,20,90
tanker_det,air,theatre,120,air;support,0,,12,200,120,40,70
medevac_helo_det,air,country,60,rescue,0,,12,120,100,3,20
attack_helo_sqn,air,country,200,hold;rescue;respond,0.6,,40,500,350,20,80
lift_helo_sqn,air,country,180,respond;rescue,0,,30,400,300,15,60
csar_det,air,theatre,120,rescue,0,,12,150,120,5,40
strategic_lift_sqn,air,theatre,200,support,0,,20,200,150,20,120
mcm_group,sea,theatre,250,clear;observe,0,,5,200,50,10,50
patrol_ship,sea,theatre,120,observe,0,,0,0,0,8,25
logistics_bn,support,country,500,support,0,,200,3000,2400,15,50
signals_bn,support,country,400,support,0,,110,900,1000,6,40
medical_role2,support,country,80,support;rescue,0,,25,250,250,2,15
medical_role3,support,country,250,support;rescue,0,,40,900,500,5,50
mp_coy,support,country,120,support,0,,35,200,280,2,10
maintenance_bn,support,country,450,support,0,,150,2500,1800,12,50
housing_unit,support,country,60,support,0,,30,1500,500,2,12
brigade_hq,command,country,300,command,0,signals_bn:0.3,90,800,900,5,30
division_hq,command,country,600,command,0,signals_bn:1,160,1500,1600,10,60
corps_hq,command,theatre,900,command,0,signals_bn:1,200,2000,2000,15,90
training_team,support,neighbour,30,train,0,,8,40,60,0.5,4
isr_service,service,theatre,50,observe,0,,0,0,0,0,60
logistics_service,service,theatre,100,support,0,,0,0,0,0,80
"""

# Ranges and rates of the capabilities that have them; everything not named here keeps its default.
_DETAILS: dict[str, dict[str, Any]] = {
    "observer_team": {"detect_km": 4.0, "detect_night_factor": 0.5, "antenna_m": 3.0,
                      "output_per_day": 1.0, "output_unit": "visits"},
    "recce_coy": {"detect_km": 6.0, "detect_night_factor": 0.7, "speed_kmh": 25.0, "endurance_h": 12.0},
    "infantry_bn": {"detect_km": 2.0, "detect_night_factor": 0.5, "speed_kmh": 20.0},
    "sensor_section": {"detect_km": 10.0, "detect_night_factor": 0.8, "antenna_m": 20.0, "sees_impulsive": True},
    "gsr_section": {"detect_km": 15.0, "detect_night_factor": 1.0, "antenna_m": 8.0},
    "acoustic_section": {"detect_km": 8.0, "detect_night_factor": 1.2, "antenna_m": 2.0, "sees_impulsive": True},
    "mini_uav_section": {"detect_km": 2.0, "detect_night_factor": 0.7, "speed_kmh": 50.0, "endurance_h": 1.5},
    "tactical_uav_unit": {"detect_km": 5.0, "detect_night_factor": 0.8, "speed_kmh": 120.0, "endurance_h": 8.0},
    "male_uav_orbit": {"detect_km": 10.0, "detect_night_factor": 0.9, "speed_kmh": 250.0, "endurance_h": 24.0},
    "patriot_bty": {
        "reach_aircraft_km": 100.0, "reach_cruise_missile_km": 40.0, "reach_drone_km": 40.0,
        "reach_ballistic_missile_km": 20.0,
        "channels": 6.0, "interceptors": 64.0, "antenna_m": 8.0, "procure_months": 48.0, "procure_musd": 1100.0,
    },
    "sampt_bty": {
        "reach_aircraft_km": 90.0, "reach_cruise_missile_km": 35.0, "reach_drone_km": 35.0,
        "reach_ballistic_missile_km": 15.0,
        "channels": 6.0, "interceptors": 48.0, "antenna_m": 8.0, "procure_months": 42.0, "procure_musd": 600.0,
    },
    "medium_ad_bty": {
        "reach_aircraft_km": 35.0, "reach_cruise_missile_km": 25.0, "reach_drone_km": 25.0,
        "channels": 6.0, "interceptors": 36.0, "antenna_m": 10.0, "procure_months": 30.0, "procure_musd": 200.0,
    },
    "shorad_bty": {
        "reach_aircraft_km": 8.0, "reach_cruise_missile_km": 6.0, "reach_drone_km": 6.0,
        "channels": 4.0, "interceptors": 100.0, "antenna_m": 4.0,
    },
    "cuas_section": {"reach_drone_km": 5.0, "channels": 4.0, "interceptors": 200.0, "antenna_m": 4.0},
    "fighter_sqn": {"speed_kmh": 900.0, "endurance_h": 2.5, "detect_km": 60.0, "channels": 4.0},
    "aew_orbit": {"speed_kmh": 600.0, "endurance_h": 9.0, "detect_km": 300.0},
    "attack_helo_sqn": {"speed_kmh": 250.0, "endurance_h": 2.5},
    "lift_helo_sqn": {"speed_kmh": 240.0, "endurance_h": 3.0},
    "medevac_helo_det": {"speed_kmh": 240.0, "endurance_h": 2.5, "output_per_day": 12.0, "output_unit": "casualties"},
    "demining_coy": {"output_per_day": 0.02, "output_unit": "km2"},
    "training_team": {"output_per_day": 1.0, "output_unit": "trainees"},
    "isr_service": {"detect_km": 20.0, "detect_night_factor": 0.9},
    "armour_bn": {"substitutes": {"mech_bn": 1.5}},
}  # fmt: skip


def capabilities() -> dict[str, t.Capability]:
    """Every capability id of the catalogue with a plausible test figure."""
    rows: dict[str, t.Capability] = {}
    for row in csv.DictReader(io.StringIO(_CAPABILITIES)):
        people = float(row["personnel"])
        needs = dict(pair.split(":") for pair in row["needs"].split(";") if pair)
        given: dict[str, Any] = {
            "id": row["id"],
            "name": row["id"].replace("_", " "),
            "domain": row["domain"],
            "area": row["area"],
            "personnel": people,
            "personnel_low": 0.8 * people,
            "personnel_high": 1.25 * people,
            "tasks": tuple(row["tasks"].split(";")),
            "needs": {name: float(units) for name, units in needs.items()},
            "figures_year": 2024,
            "checked": "recalled",
            "assumption": WHY,
        }
        for name in ("combat_power", "vehicles", "tonnes", "lane_m", "sustain_t_day", "cost_musd_year"):
            given[name] = float(row[name])
        rows[row["id"]] = t.Capability(**(given | _DETAILS.get(row["id"], {})))
    return rows
