"""The tables of a demo data set, filled from the facts of one execution."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence

from qa.observed import Antenna, Execution, Scan, TsysSamples
from snoopi.demo.asdm_reduced import flux_rows, phase_rows
from snoopi.demo.asdm_xml import Reference, RowOf, Table, matrix, numbers, quoted, words

_EXEC_BLOCK = "ExecBlock_0"
_SUMMARY = "SBSummary_0"
_NOBODY = "uid://A000/X0/X0"
# The channels of a temperature spectrum, around their median.
_SPECTRUM = (0.97, 1.0, 1.03)
_MAKES = {"DA": "AEM_12", "DV": "VERTEX_12", "CM": "MITSUBISHI_7", "PM": "MITSUBISHI_12_A"}
# Tables that a data set has only where something was reduced at the telescope.
_SELDOM = ("CalFlux", "CalPhase")
_WEATHER_STATION = "MeteoTB2"


def tables_of(execution: Execution) -> list[Table]:
    """Answer the tables of a data set that says what ``execution`` says."""
    tags = {antenna.name: f"Antenna_{n}" for n, antenna in enumerate(execution.antennas)}
    names = list(execution.positions)
    made = [
        Table("Main", list(_main(execution, names))),
        Table("ExecBlock", [_exec_block(execution, list(tags.values()))]),
        Table("SBSummary", [_summary(execution)]),
        Table("Antenna", list(_antennas(execution.antennas))),
        Table("Station", list(_stations(execution))),
        Table("Scan", [_scan(scan) for scan in execution.scans]),
        Table("Subscan", list(_subscans(execution.scans))),
        Table("Source", list(_sources(execution, names))),
        Table("Field", list(_fields(execution, names))),
        Table("SpectralWindow", list(_windows(execution))),
        Table("SysCal", list(_syscal(execution.tsys, tags))),
        Table("CalWVR", list(_water(execution))),
        Table("CalFlux", list(flux_rows(execution))),
        Table("CalPhase", list(phase_rows(execution))),
        Table("Weather", list(_weather(execution))),
        Table("Flag", list(_flags(execution, tags))),
    ]
    return [table for table in made if table.rows or not _may_be_left_out(table, execution)]


def _may_be_left_out(table: Table, execution: Execution) -> bool:
    return table.name in execution.missing or table.name in _SELDOM


def _exec_block(execution: Execution, antennas: list[str]) -> RowOf:
    site = execution.site
    return {
        "execBlockId": _EXEC_BLOCK,
        "startTime": str(execution.start_ns),
        "endTime": str(execution.end_ns),
        "execBlockNum": "1",
        "execBlockUID": Reference(execution.uid, "ExecBlock"),
        "projectUID": Reference(execution.project_uid or _NOBODY, "ObsProject"),
        "configName": execution.configuration,
        "telescopeName": execution.telescope,
        "observerName": "demonstration",
        "numObservingLog": "0",
        "observingLog": words([]),
        "sessionReference": Reference(_NOBODY, "Session"),
        "baseRangeMin": "0.0",
        "baseRangeMax": "0.0",
        "baseRmsMinor": "0.0",
        "baseRmsMajor": "0.0",
        "basePa": "0.0",
        "aborted": "true" if execution.aborted else "false",
        "numAntenna": str(len(antennas)),
        "siteAltitude": repr(site.altitude_m) if site else None,
        "siteLongitude": repr(math.radians(site.longitude_deg)) if site else None,
        "siteLatitude": repr(math.radians(site.latitude_deg)) if site else None,
        "antennaId": words(antennas),
        "sBSummaryId": _SUMMARY,
    }


def _summary(execution: Execution) -> RowOf:
    band = execution.bands[0] if execution.bands else 0
    return {
        "sBSummaryId": _SUMMARY,
        "sbSummaryUID": Reference(execution.sched_block_uid or _NOBODY, "SchedBlock"),
        "projectUID": Reference(execution.project_uid or _NOBODY, "ObsProject"),
        "obsUnitSetUID": Reference(execution.ous_uid or _NOBODY, "ObsUnitSet"),
        "frequency": repr(execution.rep_freq_ghz or 0.0),
        "frequencyBand": f"ALMA_RB_{band:02d}" if band else "UNSPECIFIED",
        "sbType": "OBSERVER",
        "sbDuration": str(execution.end_ns - execution.start_ns),
        "numObservingMode": "1",
        "observingMode": quoted(["Standard Interferometry"]),
        "numberRepeats": "1",
        "numScienceGoal": str(len(execution.goals)),
        "scienceGoal": quoted(execution.goals),
        "numWeatherConstraint": "0",
        "weatherConstraint": quoted([]),
    }


def _antennas(antennas: Sequence[Antenna]) -> Iterable[RowOf]:
    for number, antenna in enumerate(antennas):
        yield {
            "antennaId": f"Antenna_{number}",
            "name": antenna.name,
            "antennaMake": _MAKES.get(antenna.name[:2], "UNDEFINED"),
            "antennaType": "GROUND_BASED",
            "dishDiameter": repr(antenna.dish_m or 0.0),
            "position": numbers([0.0, 0.0, 0.0]),
            "offset": numbers([0.0, 0.0, 0.0]),
            "time": "0",
            "stationId": f"Station_{number}",
        }


def _stations(execution: Execution) -> Iterable[RowOf]:
    for number, antenna in enumerate(execution.antennas):
        place = numbers([antenna.x_m, antenna.y_m, antenna.z_m])
        yield _station(number, antenna.pad, place, "ANTENNA_PAD")
    if execution.weather:
        name = execution.weather[0].station
        place = numbers([0.0, 0.0, 0.0])
        yield _station(len(execution.antennas), name, place, "WEATHER_STATION")


def _station(number: int, name: str, position: str, kind: str) -> RowOf:
    tag = f"Station_{number}"
    return {"stationId": tag, "name": name, "position": position, "type": kind}


def _scan(scan: Scan) -> RowOf:
    intents = list(scan.intents)
    return {
        "scanNumber": str(scan.number),
        "startTime": str(scan.start_ns),
        "endTime": str(scan.end_ns),
        "numIntent": str(len(intents)),
        "numSubscan": str(len(scan.subscans)),
        "scanIntent": words(intents),
        "calDataType": words(["NONE"] * len(intents)),
        "calibrationOnLine": words(["false"] * len(intents)),
        "sourceName": scan.source or None,
        "execBlockId": _EXEC_BLOCK,
    }


def _subscans(scans: Iterable[Scan]) -> Iterable[RowOf]:
    for scan in scans:
        for part in scan.subscans:
            yield {
                "scanNumber": str(scan.number),
                "subscanNumber": str(part.number),
                "startTime": str(part.start_ns),
                "endTime": str(part.end_ns),
                "fieldName": part.field,
                "subscanIntent": part.intent or "ON_SOURCE",
                "numIntegration": "1",
                "numSubintegration": numbers([0]),
                "execBlockId": _EXEC_BLOCK,
            }


def _main(execution: Execution, fields: list[str]) -> Iterable[RowOf]:
    """One row of visibilities a subscan; there are none behind it."""
    antennas = len(execution.antennas)
    for scan in execution.scans:
        for part in scan.subscans:
            length = part.end_ns - part.start_ns
            yield {
                "time": str(part.start_ns + length // 2),
                "numAntenna": str(antennas),
                "timeSampling": "INTEGRATION",
                "interval": str(length),
                "numIntegration": "1",
                "scanNumber": str(scan.number),
                "subscanNumber": str(part.number),
                "dataSize": "0",
                "dataUID": Reference(_NOBODY, "Main"),
                "configDescriptionId": "ConfigDescription_0",
                "execBlockId": _EXEC_BLOCK,
                "fieldId": f"Field_{fields.index(part.field)}",
                "stateId": words(["State_0"] * antennas),
            }


def _sources(execution: Execution, names: list[str]) -> Iterable[RowOf]:
    length = execution.end_ns - execution.start_ns
    for number, name in enumerate(names):
        yield {
            "sourceId": str(number),
            "timeInterval": f"{execution.start_ns + length // 2} {length}",
            "code": "NONE",
            "direction": numbers(_radians(execution, name)),
            "properMotion": numbers([0.0, 0.0]),
            "sourceName": name,
            "spectralWindowId": "SpectralWindow_0",
        }


def _fields(execution: Execution, names: list[str]) -> Iterable[RowOf]:
    for number, name in enumerate(names):
        place = "2 1 2 " + " ".join(map(repr, _radians(execution, name)))
        yield {
            "fieldId": f"Field_{number}",
            "fieldName": name,
            "numPoly": "1",
            "delayDir": place,
            "phaseDir": place,
            "referenceDir": place,
            "code": "NONE",
            "sourceId": str(number),
        }


def _radians(execution: Execution, name: str) -> list[float]:
    position = execution.positions[name]
    return [math.radians(position.ra_deg), math.radians(position.dec_deg)]


def _windows(execution: Execution) -> Iterable[RowOf]:
    for window in execution.windows:
        width_hz = (window.bandwidth_mhz or 0.0) * 1e6
        step_hz = width_hz / max(1, window.channels)
        center_hz = (window.center_ghz or 0.0) * 1e9
        yield {
            "spectralWindowId": window.ref,
            "basebandName": window.baseband,
            "netSideband": window.sideband,
            "numChan": str(window.channels),
            "refFreq": repr(center_hz),
            "sidebandProcessingMode": "NONE",
            "totBandwidth": repr(width_hz),
            "windowFunction": "HANNING",
            "chanFreqStart": repr(center_hz - step_hz * (window.channels - 1) / 2),
            "chanFreqStep": repr(step_hz),
            "chanWidth": repr(step_hz),
            "name": window.name,
            "resolution": repr((window.resolution_khz or 0.0) * 1e3),
        }


def _syscal(samples: TsysSamples, tags: dict[str, str]) -> Iterable[RowOf]:
    found: defaultdict[tuple[int, int, int], list[float]] = defaultdict(list)
    columns = (samples.antenna, samples.window, samples.time_ns, samples.kelvin)
    for antenna, window, time_ns, kelvin in zip(*columns, strict=True):
        found[antenna, window, time_ns].append(kelvin)
    for (antenna, window, time_ns), receptors in found.items():
        spectra = [[round(kelvin * part, 3) for part in _SPECTRUM] for kelvin in receptors]
        yield {
            "timeInterval": f"{time_ns} 1000000000",
            "numReceptor": str(len(receptors)),
            "numChan": str(len(_SPECTRUM)),
            "tsysFlag": "true",
            "tsysSpectrum": matrix(spectra),
            "antennaId": tags[samples.antennas[antenna]],
            "feedId": "0",
            "spectralWindowId": samples.windows[window],
        }


def _water(execution: Execution) -> Iterable[RowOf]:
    for sample in execution.pwv_mm:
        yield {
            "startValidTime": str(sample.time_ns),
            "endValidTime": str(sample.time_ns),
            "wvrMethod": "ATM_MODEL",
            "antennaName": sample.where,
            "numInputAntennas": "1",
            "inputAntennaNames": words([sample.where]),
            "numChan": "1",
            "chanFreq": numbers([183.31e9]),
            "chanWidth": numbers([1e9]),
            "refTemp": matrix([[0.0]]),
            "numPoly": "1",
            "pathCoeff": "3 1 1 1 0.0",
            "polyFreqLimits": numbers([84e9, 950e9]),
            "wetPath": numbers([0.0]),
            "dryPath": numbers([0.0]),
            "water": repr(sample.value / 1000),
            "calDataId": "CalData_0",
            "calReductionId": "CalReduction_0",
        }


def _weather(execution: Execution) -> Iterable[RowOf]:
    station = f"Station_{len(execution.antennas)}"
    for sample in execution.weather:
        wind = sample.wind_deg
        yield {
            "timeInterval": f"{sample.time_ns} 60000000000",
            "pressure": _said(sample.pressure_pa),
            "relHumidity": _said(sample.humidity_percent),
            "temperature": _said(sample.temperature_k),
            "windDirection": None if wind is None else repr(math.radians(wind)),
            "windSpeed": _said(sample.wind_m_s),
            "stationId": station,
        }


def _said(value: float | None) -> str | None:
    return None if value is None else repr(value)


def _flags(execution: Execution, tags: dict[str, str]) -> Iterable[RowOf]:
    for number, flag in enumerate(execution.flags or ()):
        yield {
            "flagId": f"Flag_{number}",
            "startTime": str(flag.start_ns),
            "endTime": str(flag.end_ns),
            "reason": flag.reason,
            "numAntenna": str(len(flag.antennas)),
            "antennaId": words([tags[name] for name in flag.antennas]),
        }
