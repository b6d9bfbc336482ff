"""Keys that codecs use for the same thing, and the unit that each of them means when it says none.

Names are in snake_case without a unit at their end. Where makers disagree on the unit (mm, cm or m for a distance; V or
% for a battery) there is no default: such a value is taken only where key or value says the unit. Nothing is guessed
from a value.
"""

from __future__ import annotations

from collections.abc import Mapping

from gateway.quantities import QUANTITIES, Kind

_TABLE = """
air_temperature Cel: temperature temp air_temp ambient_temperature outdoor_temperature indoor_temperature t
    temperature_air room_temperature temp_sht temperature_sht external_temperature temp_ds temperature_ds temp_probe
    lufttemperatur temperatur
soil_temperature Cel: soil_temp temperature_soil temp_soil bodentemperatur
water_temperature Cel: water_temp temperature_water temp_water wassertemperatur
surface_temperature Cel: surface_temp road_temperature road_surface_temperature
dew_point Cel: dewpoint dew_point_temperature
internal_temperature Cel: board_temperature temperature_board device_temperature mcu_temperature chip_temperature
    temperature_internal sensor_temperature_internal
flow_temperature Cel: supply_temperature
target_temperature Cel: temperature_target setpoint target_temp
relative_humidity %: humidity hum rh air_humidity humidity_relative ambient_humidity hum_sht humidity_sht
    luftfeuchte luftfeuchtigkeit
soil_moisture %: moisture soil_humidity water_soil humidity_soil vwc volumetric_water_content bodenfeuchte
soil_water_tension kPa: water_tension soil_tension
electrical_conductivity ?: ec conductivity soil_ec ec_soil conduct_soil soil_conductivity
air_pressure hPa: barometric_pressure atmospheric_pressure barometer pressure_air luftdruck
pressure ?: pressure
water_pressure ?: hydrostatic_pressure
co2 [ppm]: carbon_dioxide co2_concentration
tvoc ?: tvoc voc
tvoc_index 1: voc_index
iaq_index 1: iaq
pm1 ug/m3: pm1_0 pm_1 pm_1_0 pm01 pm1_0_mass_concentration pm_1_mass
pm2_5 ug/m3: pm25 pm_2_5 pm_25 pm2_5_mass_concentration pm_2_5_mass
pm4 ug/m3: pm4_0 pm_4 pm4_mass_concentration
pm10 ug/m3: pm_10 pm10_0 pm10_mass_concentration pm_10_mass
no2 ?: nitrogen_dioxide
no ?: nitric_oxide
o3 ?: ozone
so2 ?: sulphur_dioxide sulfur_dioxide
co ?: carbon_monoxide
ammonia [ppm]: nh3
hydrogen_sulfide [ppm]: h2s
formaldehyde ?: hcho ch2o
methane ?: ch4
sound_level_a_eq dB(A): laeq leq sound_average sound_avg noise_level_eq
sound_level_a_max dB(A): lamax sound_peak lmax
sound_level_a_min dB(A): lamin lmin
sound_level_a dB(A): noise noise_level sound_level decibel sound dba la laf
wind_speed m/s: windspeed wind_speed_avg wind_velocity speed_wind average_wind_speed
wind_gust m/s: gust wind_gust_speed maximum_wind_speed wind_speed_max gust_speed
wind_from_direction deg: wind_direction winddirection wind_dir direction_wind
precipitation mm: rain rainfall
precipitation_total mm: rainfall_total rain_total cumulative_precipitation rain_counter
rain_rate mm/h: rain_intensity rainfall_intensity rainfall_rate
solar_irradiance W/m2: solar_radiation irradiance global_radiation radiation pyranometer
photosynthetic_photon_flux umol/m2/s: par ppfd
illuminance lx: light light_intensity lux luminosity brightness lum
uv_index 1: uv uvi
lightning_count 1: lightning_strike_count strike_count strikes
lightning_distance km: lightning_average_distance
people_total 1: total_in@in total_out@out
people_count 1: period_in@in period_out@out people_in@in people_out@out
people_present 1: people_counter_all people_inside people_now
device_count 1: pax wifi@wifi ble@ble
parking_occupied 1: occupied_spaces
occupancy 1: occupied parking_status parked
distance ?: distance dist range ultrasonic_distance
water_level ?: water_level level_water pegel wasserstand
liquid_depth ?: water_depth depth
bin_fill_level %: fill_level filllevel fillinglvl filling_level fill_percent level_percentage fuellstand
water_volume ?: total_volume volume_total meter_reading_water
water_flow ?: flow flow_rate
energy ?: energy total_energy active_energy
power ?: power active_power
voltage ?: voltage
current ?: current
tilt_x deg: angle_x x_orientation_angle tilt_angle_x
tilt_y deg: angle_y y_orientation_angle tilt_angle_y
tilt_z deg: angle_z tilt_angle_z
tilt deg: tilt_angle angle inclination
acceleration_x ?: acc_x accel_x
acceleration_y ?: acc_y accel_y
acceleration_z ?: acc_z accel_z
ph [pH]: ph_value ph1
turbidity NTU: turb
dissolved_oxygen mg/L: oxygen_dissolved
redox_potential mV: orp redox
contact 1: door magnet_status door_status magnet door_open_status contact_status open
motion 1: pir motion_detected movement
leak 1: leakage leakage_status water_leak water_leak_status leak_status
tamper 1: tamper_status tampered
button 1: button_pressed
latitude deg: lat
longitude deg: lon lng long
altitude m: alt
battery_voltage V: bat_v batv vbat battery_vol battery_volt volt_battery
battery_voltage ?: battery_voltage vdd
battery_level %: battery_percent battery_percentage bat_percent battery_level batterylevel bat_level
battery_level ?: battery bat
rssi dB[mW]: signal_rssi
snr dB: signal_snr
pulse_count 1: pulses pulse total_pulse pulse_counter count_pulse
"""

_NEEDS_UNIT = frozenset({"temperature_change", "frequency"})


def _read() -> Mapping[str, tuple[str, str | None, str]]:
    table: dict[str, tuple[str, str | None, str]] = {}
    for id_, row in QUANTITIES.items():
        default = row.unit if row.kind in (Kind.CATEGORICAL, Kind.OCCUPANCY) or row.unit in ("Cel", "%", "1") else None
        table[id_] = (id_, None if id_ in _NEEDS_UNIT else default, "")
    for line in _TABLE.replace("\n    ", " ").strip().splitlines():
        head, _, names = line.partition(":")
        quantity, unit = head.split()
        if quantity not in QUANTITIES:
            raise ValueError(f"{quantity} is not in the vocabulary")
        default = None if unit == "?" else unit
        table[quantity] = table[quantity] if default is None else (quantity, default, "")
        for name in names.split():
            key, _, channel = name.partition("@")
            table[key] = (quantity, default, channel)
    return table


KEYS: Mapping[str, tuple[str, str | None, str]] = _read()
"""Key → (quantity, unit when none is said or None, channel)."""

OTHERWISE: Mapping[str, str] = {
    "battery_level": "battery_voltage",
    "battery_voltage": "battery_level",
    "tvoc": "tvoc_ppb",
}
"""What a key means when its unit says that it is not the first thing."""

UNIT_ENDS: Mapping[str, str] = {
    "c": "Cel", "degc": "Cel", "deg_c": "Cel", "celsius": "Cel", "f": "[degF]", "degf": "[degF]", "k": "K",
    "percent": "%", "pct": "%", "perc": "%", "rh": "%", "v": "V", "volt": "V", "volts": "V", "mv": "mV", "ma": "mA",
    "ppm": "[ppm]", "ppb": "[ppb]", "ugm3": "ug/m3", "ug_m3": "ug/m3", "mgm3": "mg/m3", "mg_m3": "mg/m3",
    "hpa": "hPa", "pa": "Pa", "kpa": "kPa", "mbar": "mbar", "bar": "bar", "mm": "mm", "cm": "cm", "m": "m", "km": "km",
    "lux": "lx", "lx": "lx", "db": "dB", "dba": "dB(A)", "dbm": "dB[mW]", "ms": "m/s", "m_s": "m/s", "kmh": "km/h",
    "deg": "deg", "degrees": "deg", "w": "W", "kw": "kW", "wh": "W.h", "kwh": "kW.h", "l": "L", "liter": "L",
    "litre": "L", "m3": "m3", "l_h": "L/h", "lph": "L/h", "m3h": "m3/h", "m3_h": "m3/h", "us_cm": "uS/cm",
    "uscm": "uS/cm", "ds_m": "dS/m", "ntu": "NTU", "wm2": "W/m2", "w_m2": "W/m2", "mm_h": "mm/h", "g": "[g]",
    "mg": "m[g]", "hz": "Hz", "kg": "kg", "s": "s", "min": "min",
}  # fmt: skip
"""The last part of a key that says a unit."""

WORDS: Mapping[str, float] = {
    "open": 1, "opened": 1, "closed": 0, "close": 0, "true": 1, "false": 0, "yes": 1, "no": 0, "on": 1, "off": 0,
    "leak": 1, "leakage": 1, "wet": 1, "dry": 0, "normal": 0, "alarm": 1, "ok": 0, "occupied": 1, "vacant": 0,
    "free": 0, "busy": 1, "empty": 0, "motion": 1, "idle": 0, "trigger": 1, "triggered": 1, "no_leak": 0,
    "tampered": 1, "installed": 0, "low": 1,
}  # fmt: skip
"""What words mean in a quantity that is so or not."""
