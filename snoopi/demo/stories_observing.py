"""Stories of plans and observations: up to the data that wait to be processed."""

from snoopi.demo.plans import Tie
from snoopi.demo.story import COI, DELEGEE, PASS, Decision, Judged, Packed, Part, Reviewed, Story

OBSERVING: tuple[Story, ...] = (
    Story(
        number=90101,
        title="Molecular gas from the nucleus to the disk",
        state="InProgress",
        target="NGC253",
        band=6,
        category="Galaxies and galactic nuclei",
        ties=(COI, DELEGEE),
        parts=(
            Part(state="Ready", days=71, configuration="C-6"),
            Part(
                state="PartiallyObserved",
                days=11,
                verdicts=(PASS, "Fail", PASS),
                expected=5,
                configuration="C-4",
                judgements=(
                    Judged(
                        execution=1,
                        outcome="Pending",
                        reasons=("awaits_check",),
                        comment="Amplitudes jump in the second half.",
                        hours_after=1,
                    ),
                    Judged(
                        execution=1,
                        outcome="Fail",
                        reasons=("antennas_lost", "phase_stability"),
                        comment="Nine antennas dropped out, and the phases were lost with wind.",
                        public=True,
                        by="qa",
                        hours_after=20,
                    ),
                ),
            ),
            Part(
                state="PartiallyObserved",
                days=16,
                verdicts=(PASS, PASS, PASS, "Pending"),
                expected=4,
                array="7m",
                judgements=(
                    Judged(
                        execution=3,
                        outcome="Pending",
                        reasons=("awaits_reduction",),
                        comment="The flux of the calibrator is to be looked at first.",
                    ),
                ),
                decisions=(
                    Decision(
                        to="FullyObserved",
                        by="drm",
                        note="The sensitivity is reached with three executions.",
                        of_block=True,
                    ),
                ),
            ),
            Part(state="FullyObserved", days=2, verdicts=(PASS, PASS), array="TP"),
            Part(state="ReadyForProcessing", days=3, verdicts=(PASS,), configuration="C-2"),
            Part(
                state="Reviewing",
                days=4,
                verdicts=(PASS, PASS),
                configuration="C-5",
                reducer="reducer",
                decisions=(
                    Packed(
                        days=5, noise=1.38, score=0.71, reason="Phases scatter on long baselines"
                    ),
                    Reviewed(
                        outcome="Fail",
                        days=1,
                        reasons=("rms_above_request", "phase_transfer"),
                        comment="One execution more in a quiet night reaches what was asked for.",
                        public=True,
                        extra="1.00",
                    ),
                ),
            ),
        ),
    ),
    Story(
        number=90105,
        title="The nearest planet-forming disk",
        state="Phase2Submitted",
        target="TWHya",
        band=7,
        category="Circumstellar disks, exoplanets and the solar system",
        parts=(
            Part(state="NewPhase2", days=8),
            Part(state="NewPhase2", days=8, array="7m"),
            Part(state="Phase2Submitted", days=5, configuration="C-5"),
            Part(state="Phase2Submitted", days=5, configuration="C-2"),
        ),
    ),
    Story(
        number=90109,
        title="The next supernova nearby",
        state="InProgress",
        target="M83",
        band=3,
        kind="T",
        grade="A",
        category="Stellar evolution",
        ties=(COI, Tie(username="delegee", role="DELEGEE", kind="TOO")),
        parts=(
            Part(state="Ready", days=60, waits=("Waiting", "trigger", 58)),
            Part(
                state="PartiallyObserved",
                days=9,
                verdicts=(PASS, "Unset", "Unset"),
                expected=4,
                judgements=(
                    Judged(
                        execution=1,
                        outcome="SemiPass",
                        reasons=("opacity",),
                        comment="Clouds came in; what was taken before may be of use.",
                        public=True,
                    ),
                    Judged(execution=2, outcome=PASS, fraction="0.95"),
                ),
            ),
        ),
    ),
    Story(
        number=90110,
        title="Two clouds about to collide",
        state="Ready",
        target="Serpens",
        band=3,
        parts=(
            Part(
                state="Ready",
                days=33,
                waits=("Waiting", "ForP2G", 12),
                note="The rest frequency of the second window looks wrong; please confirm.",
            ),
            Part(
                state="Ready",
                days=33,
                array="7m",
                waits=("Suspended", "", 5),
                decisions=(
                    Decision(
                        to="Waiting",
                        by="aod",
                        flag="ForP2G",
                        note="The same question as for the 12-m array.",
                        of_block=True,
                    ),
                ),
            ),
        ),
    ),
    Story(
        number=90112,
        title="All of a giant molecular cloud",
        state="InProgress",
        target="30Dor",
        band=6,
        pi="",
        pi_name="Demo PI 90",
        ties=(Tie(username="napi", role="COI"), DELEGEE),
        parts=(
            Part(
                state="PartiallyObserved",
                days=104,
                verdicts=((PASS,) * 12 + ("Fail",)) * 7 + (PASS,) * 9,
                expected=120,
                array="TP",
                every_days=1.0,
            ),
            Part(state="Delivered", days=12, verdicts=(PASS, PASS), configuration="C-2"),
            Part(state="ReadyForProcessing", days=6, verdicts=(PASS,) * 4, array="7m"),
        ),
    ),
    Story(
        number=90113,
        title="A comet that had gone",
        state="NotObserved",
        target="Fomalhaut",
        band=8,
        seasons_ago=1,
        grade="C",
        days=70,
        parts=(
            Part(state="NotObserved", days=70, configuration="C-1"),
            Part(state="NotObserved", days=70, array="7m"),
        ),
    ),
    Story(
        number=90114,
        title="A plan with second thoughts",
        state="Ready",
        target="OrionKL",
        band=9,
        parts=(
            Part(state="DoNotObserve", days=60, configuration="C-1"),
            Part(state="DoNotObserve", days=60, array="7m"),
            Part(state="Canceled", days=45, configuration="C-2"),
            Part(state="Canceled", days=45, array="TP"),
            Part(state="Broken", days=7, configuration="C-3", note="The set-up exceeds a limit."),
            Part(
                state="Ready",
                days=30,
                configuration="C-4",
                decisions=(
                    Decision(to="Broken", by="drm", note="Two windows overlap.", of_block=True),
                    Decision(to="Broken", by="drm", note="Two windows overlap."),
                ),
            ),
            Part(state="Repaired", days=2, configuration="C-5"),
            Part(
                state="Broken",
                days=3,
                configuration="C-6",
                decisions=(
                    Decision(to="Repaired", by="drm", note="The limit is kept.", of_block=True),
                    Decision(to="Repaired", by="drm", note="The limit is kept."),
                ),
            ),
        ),
    ),
    Story(
        number=90115,
        title="An urgent look at a flaring quasar",
        state="Phase1Submitted",
        target="3c454.3",
        band=3,
        period="A",
        days=3,
        category="Active galaxies",
    ),
)
