"""The share of one nominal execution that an execution is worth, proposed with its reasons.

Pure. EF = [N(N−1) / N0(N0−1)] × (Tsys0/Tsys)² × (t/t0): the square of the noise that is
planned over the noise that was reached. Total power antennas work each by itself, so there
the first factor is N/N0. A factor of which something is not known stays 1, and says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

TOTAL_POWER = "TP"
_HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class NominalTsys:
    """The system temperature that time in a band is planned with, from a cycle on; K."""

    first_cycle: str
    array: str
    band: int
    tsys_k: float
    confidence: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What the proposal is computed from; None where it is not known.

    Temperatures in K, times in minutes; each planned value stands with its source.
    """

    array: str = ""
    antennas: int | None = None
    nominal_antennas: int | None = None
    antennas_source: str = ""
    tsys_k: float | None = None
    planned_tsys_k: float | None = None
    tsys_source: str = ""
    time_min: float | None = None
    planned_time_min: float | None = None
    time_source: str = ""


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor of the fraction, with a sentence that says how it came about."""

    name: str
    value: float
    is_known: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposed fraction, None where not one factor is known, and its factors."""

    fraction: Decimal | None
    factors: tuple[Factor, ...]
    remark: str = ""

    @property
    def sentences(self) -> list[str]:
        """The explanation, one sentence a factor."""
        said = [factor.sentence for factor in self.factors]
        return [*said, self.remark] if self.remark else said


def proposed(inputs: Inputs, cap: Decimal | None = None) -> Proposal:
    """Answer the fraction that is proposed, to two decimals and at most ``cap``."""
    factors = (_antennas(inputs), _tsys(inputs), _time(inputs))
    if not any(factor.is_known for factor in factors):
        return Proposal(None, factors, "Nothing is known to compute a fraction from.")
    return _capped(_product(factors), factors, cap)


def _product(factors: Sequence[Factor]) -> Decimal:
    product = 1.0
    for factor in factors:
        product *= factor.value
    return Decimal(str(product)).quantize(_HUNDREDTH, ROUND_HALF_UP)


def _capped(fraction: Decimal, factors: tuple[Factor, ...], cap: Decimal | None) -> Proposal:
    if cap is None or fraction <= cap:
        return Proposal(fraction, factors)
    remark = f"The product is {fraction}; no more than {cap} is proposed (a setting)."
    return Proposal(cap, factors, remark)


def _antennas(inputs: Inputs) -> Factor:
    name, count, nominal = "antennas", inputs.antennas, inputs.nominal_antennas
    if count is None:
        return _unknown(name, "Antennas: the number is not known")
    if nominal is None or nominal < 1 or (nominal < 2 and inputs.array != TOTAL_POWER):
        return _unknown(name, f"Antennas: {count}; no rule on file says how many there should be")
    if inputs.array == TOTAL_POWER:
        value, formula = count / nominal, f"{count} / {nominal}"
    else:
        value = count * (count - 1) / (nominal * (nominal - 1))
        formula = f"{count} × {count - 1} / ({nominal} × {nominal - 1})"
    return _known(name, value, f"Antennas: {formula}", inputs.antennas_source)


def _tsys(inputs: Inputs) -> Factor:
    name, kelvin, planned = "tsys", inputs.tsys_k, inputs.planned_tsys_k
    if kelvin is None or kelvin <= 0:
        return _unknown(name, "System temperature: none was measured")
    if planned is None or planned <= 0:
        said = f"System temperature: {kelvin:.1f} K; no rule on file says what was planned"
        return _unknown(name, said)
    formula = f"System temperature: ({planned:.1f} K / {kelvin:.1f} K)²"
    return _known(name, (planned / kelvin) ** 2, formula, inputs.tsys_source)


def _time(inputs: Inputs) -> Factor:
    name, minutes, planned = "time", inputs.time_min, inputs.planned_time_min
    if minutes is None or minutes < 0:
        return _unknown(name, "Time: it is not known how long it took")
    if planned is None or planned <= 0:
        return _unknown(name, f"Time: {minutes:.1f} min; the plan does not say how long one takes")
    formula = f"Time: {minutes:.1f} min / {planned:.1f} min"
    if minutes > planned:
        # More than the plan's time is overhead, not time on the target.
        return _known(name, 1.0, f"{formula}, at most 1", inputs.time_source)
    return _known(name, minutes / planned, formula, inputs.time_source)


def _known(name: str, value: float, formula: str, source: str) -> Factor:
    behind = f" ({source})" if source else ""
    return Factor(name, value, True, f"{formula} = {value:.3f}{behind}.")


def _unknown(name: str, why: str) -> Factor:
    return Factor(name, 1.0, False, f"{why}: taken as 1.")
