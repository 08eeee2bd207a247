"""Plots as figures of Plotly: what Plotly takes, and what does not hang on color alone."""

import json
from itertools import pairwise
from typing import Any

import plotly.graph_objects as go
import pytest

from qa.plots.catalog import PLOTS, plot_of
from qa.plots.figure import figure_of
from qa.plots.plot import Facts
from qa.stored import as_json, from_json
from tests.ingest.readers.asdm_files import execution

FACTS = Facts(from_json(json.loads(json.dumps(as_json(execution())))), 91.28)


def figure(name: str, facts: Facts = FACTS) -> dict[str, Any]:
    kind = PLOTS[name]
    found = figure_of(kind.title, plot_of(kind, facts, is_total_power=False))
    plain: dict[str, Any] = json.loads(json.dumps(found, allow_nan=False))
    return plain


@pytest.mark.parametrize("name", PLOTS)
def test_plotly_takes_every_figure(name: str) -> None:
    found = figure(name)

    # It refuses what it does not know.
    taken = go.Figure(found)

    assert len(taken.data) == len(found["data"]) > 0
    assert taken.layout.meta["title"] == PLOTS[name].title
    for trace in found["data"]:
        if trace["type"] != "heatmap":
            assert len(trace["x"]) == len(trace["y"]) > 0


@pytest.mark.parametrize("name", ["scans", "sky", "weather"])
def test_no_two_lines_of_a_panel_differ_by_color_alone(name: str) -> None:
    looks = [
        (
            trace.get("yaxis"),
            trace["marker"].get("symbol"),
            trace["marker"].get("pattern", {}).get("shape"),
            trace.get("line", {}).get("dash"),
        )
        for trace in figure(name)["data"]
    ]

    assert len(set(looks)) == len(looks)


def test_source_has_one_look_and_one_line_in_the_legend_in_both_panels() -> None:
    traces = [trace for trace in figure("sky")["data"] if trace["name"] == "SgrB2"]

    assert [trace["meta"] for trace in traces] == [traces[0]["meta"]] * 2
    assert [trace["showlegend"] for trace in traces] == [True, False]
    assert [trace.get("yaxis") for trace in traces] == [None, "y2"]


def test_bars_of_the_timeline_are_milliseconds_long() -> None:
    target = next(trace for trace in figure("scans")["data"] if trace["name"] == "SgrB2")

    # 26 subscans of 30.24 s.
    assert max(target["x"]) == pytest.approx(26 * 30_240)
    assert target["base"][0].startswith("2014-07-03 0")


def test_panels_lie_above_one_another_without_touching() -> None:
    layout = figure("weather")["layout"]

    domains = [layout[f"yaxis{n}"]["domain"] for n in ("", 2, 3, 4, 5)]
    assert (domains[0][1], domains[-1][0]) == (1.0, 0.0)
    assert all(above[0] > below[1] for above, below in pairwise(domains))
    assert layout["xaxis"]["anchor"] == "y5"


def test_both_axes_of_a_map_have_one_scale() -> None:
    assert figure("antennas")["layout"]["yaxis"]["scaleanchor"] == "x"
    assert figure("uv")["layout"]["yaxis"]["scaleanchor"] == "x"


def test_temperatures_have_a_scale_for_every_kind_of_color_vision() -> None:
    assert figure("tsys")["data"][0]["colorscale"] == "Cividis"


def test_percentiles_are_lines_with_their_words() -> None:
    layout = figure("baselines")["layout"]

    assert [line["x0"] for line in layout["shapes"]] == pytest.approx([11.17, 36.93], abs=0.01)
    assert [word["text"] for word in layout["annotations"]] == ["L5 11.17 m", "L80 36.93 m"]
    assert len({line["line"]["dash"] for line in layout["shapes"]}) == 2


def test_figure_of_nothing_holds_the_reason() -> None:
    kind = PLOTS["uv"]

    found = figure_of(kind.title, plot_of(kind, FACTS, is_total_power=True))

    assert found["data"] == []
    assert found["layout"]["meta"]["reason"].startswith("Not applicable")
    go.Figure(found)
