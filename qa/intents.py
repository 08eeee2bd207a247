"""The intents of scans: ALMA's codes and the words of the report."""

from types import MappingProxyType

TARGET = "OBSERVE_TARGET"

INTENT_WORDS = MappingProxyType(
    {
        TARGET: "Science Target",
        "CALIBRATE_AMPLI": "Amplitude Calibrator",
        "CALIBRATE_ATMOSPHERE": "Atmospheric Calibrator",
        "CALIBRATE_BANDPASS": "Bandpass Calibrator",
        "CALIBRATE_FLUX": "Flux Calibrator",
        "CALIBRATE_PHASE": "Phase Calibrator",
        "CALIBRATE_POINTING": "Pointing Calibrator",
        "CALIBRATE_DELAY": "Delay Calibrator",
        "CALIBRATE_POLARIZATION": "Polarization Calibrator",
        "CALIBRATE_POL_LEAKAGE": "Polarization Leakage Calibrator",
        "CALIBRATE_POL_ANGLE": "Polarization Angle Calibrator",
        "CALIBRATE_DIFFGAIN": "Differential Gain Calibrator",
        "CALIBRATE_WVR": "Water Vapor Calibrator",
        "CALIBRATE_SIDEBAND_RATIO": "Sideband Ratio Calibrator",
        "CALIBRATE_FOCUS": "Focus Calibrator",
        "CALIBRATE_FOCUS_X": "Focus Calibrator (x)",
        "CALIBRATE_FOCUS_Y": "Focus Calibrator (y)",
        "CALIBRATE_APPPHASE_ACTIVE": "Phasing Calibrator (active)",
        "CALIBRATE_APPPHASE_PASSIVE": "Phasing Calibrator (passive)",
        "OBSERVE_CHECK_SOURCE": "Check Source",
        "SYSTEM_CONFIGURATION": "System Configuration",
        "UNSPECIFIED": "Unspecified",
        "MAP_ANTENNA_SURFACE": "Antenna Surface Map",
        "MAP_PRIMARY_BEAM": "Primary Beam Map",
        "TEST": "Test",
    }
)


def intent_word(code: str) -> str:
    """Answer the report's word for an intent; a code that nobody knows is spelled out."""
    return INTENT_WORDS.get(code) or code.replace("_", " ").title()


def report_order(code: str, source: str) -> tuple[bool, str, str]:
    """The place of a row in the report: the science target first, then by intent and name."""
    return code != TARGET, intent_word(code), source
