"use strict";
// Draws a plot where one is opened. Plotly is loaded for the first; colors are the page's own
// and follow its color scheme. Without this script the tables say the same.

const SERIES = 6;
const NARROW_PX = 600;
const NARROW_SQUARE_PX = 400;
const LEGEND_LINE_PX = 28;
const SPARSE = { nticks: 3, tickangle: 0 };
const drawn = new Map();
const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
const isTouched = matchMedia("(pointer: coarse)").matches;
let loading = null;

function loadPlotly(address) {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.addEventListener("load", () => resolve(window.Plotly));
    script.addEventListener("error", () => {
      loading = null;
      script.remove();
      reject(new Error("Plotly was not loaded."));
    });
    document.head.append(script);
  });
  return loading;
}

async function readFigure(address) {
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`The figure was answered with ${answer.status}.`);
  return answer.json();
}

// Plotly knows no oklch(): a pixel of the canvas tells the color in red, green and blue.
function plain(color) {
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = color;
  canvas.fillRect(0, 0, 1, 1);
  const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
  return `rgb(${red}, ${green}, ${blue})`;
}

function readColors(place) {
  const probe = document.createElement("span");
  place.append(probe);
  const named = (name) => {
    probe.style.color = `var(--${name})`;
    return plain(getComputedStyle(probe).color);
  };
  const colors = Object.fromEntries(
    ["bg", "text", "muted", "line", "edge", "accent", "raised"].map((name) => [name, named(name)]),
  );
  colors.series = Array.from({ length: SERIES }, (_, number) => named(`plot-${number + 1}`));
  colors.font = getComputedStyle(probe).fontFamily;
  probe.remove();
  return colors;
}

function paintTrace(trace, colors) {
  if (trace.type === "heatmap") return trace;
  const color = colors.series[trace.meta.style % SERIES];
  const marker = { ...trace.marker, color };
  if (trace.type === "bar") {
    marker.line = { color, width: 1 };
    marker.pattern = { ...marker.pattern, fgcolor: color, bgcolor: colors.bg };
    return { ...trace, marker };
  }
  return { ...trace, marker, line: { ...trace.line, color }, textfont: { color: colors.text, size: 11 } };
}

// Where there is no room beside one another, the legend has a line for each name, and what
// has one scale both ways is as high as it is wide.
function narrowHeight(data, layout) {
  const names = layout.showlegend ? data.filter((trace) => trace.showlegend).length : 0;
  const height = layout.yaxis?.scaleanchor ? NARROW_SQUARE_PX : layout.height;
  return height + LEGEND_LINE_PX * names;
}

function paintLayout({ data, layout }, colors, isNarrow) {
  const axis = { gridcolor: colors.line, linecolor: colors.edge, tickcolor: colors.edge };
  const painted = {
    ...layout,
    autosize: true,
    height: isNarrow ? narrowHeight(data, layout) : layout.height,
    paper_bgcolor: colors.bg,
    plot_bgcolor: colors.bg,
    font: { family: colors.font, size: 13, color: colors.text },
    hoverlabel: { bgcolor: colors.raised, bordercolor: colors.edge, font: { color: colors.text } },
    modebar: { bgcolor: "rgba(0, 0, 0, 0)", color: colors.muted, activecolor: colors.accent },
    // A finger that passes over a plot scrolls the page.
    dragmode: isTouched ? false : "zoom",
  };
  for (const name of Object.keys(layout)) {
    if (!/^[xy]axis/.test(name)) continue;
    painted[name] = { ...layout[name], ...axis };
    if (isNarrow && layout[name].type === "date") Object.assign(painted[name], SPARSE);
  }
  if (layout.shapes) {
    const paint = (shape) => ({ ...shape, line: { ...shape.line, color: colors.text } });
    painted.shapes = layout.shapes.map(paint);
  }
  return painted;
}

function show(Plotly, place, figure) {
  const colors = readColors(place);
  const isNarrow = place.clientWidth < NARROW_PX;
  return Plotly.react(
    place.querySelector(".canvas"),
    figure.data.map((trace) => paintTrace(trace, colors)),
    paintLayout(figure, colors, isNarrow),
    {
      responsive: true,
      displaylogo: false,
      // Plotly would offer to send the numbers to a server of its maker's.
      showSendToCloud: false,
      plotlyServerURL: "",
      displayModeBar: isTouched || isNarrow ? false : "hover",
      modeBarButtonsToRemove: ["toImage", "select2d", "lasso2d", "autoScale2d"],
    },
  );
}

async function draw(place) {
  const told = place.querySelector("[role=status]");
  drawn.set(place, null);
  place.hidden = false;
  told.textContent = "Drawing…";
  try {
    const address = place.closest("[data-plotly]").dataset.plotly;
    const [Plotly, figure] = await Promise.all([
      loadPlotly(address),
      readFigure(place.dataset.figure),
    ]);
    if (!place.isConnected) return;
    drawn.set(place, figure);
    await show(Plotly, place, figure);
    told.textContent = "";
    place.parentElement.querySelectorAll(".picture").forEach((button) => {
      button.hidden = false;
    });
  } catch {
    told.textContent = "The plot could not be drawn. The table has its numbers.";
  }
}

function forget(root) {
  for (const place of drawn.keys()) {
    if (!root.contains(place)) continue;
    if (drawn.get(place)) window.Plotly?.purge(place.querySelector(".canvas"));
    drawn.delete(place);
  }
}

function drawAll(root) {
  root.querySelectorAll(".drawing[data-figure]").forEach((place) => {
    if (!drawn.has(place)) draw(place);
  });
}

function repaint() {
  for (const [place, figure] of drawn) {
    if (figure) show(window.Plotly, place, figure);
  }
}

// A picture of lines stays sharp on paper; one of pixels would need blob: in the policy.
document.addEventListener("click", (event) => {
  const place = event.target.closest(".picture")?.closest(".plot").querySelector(".drawing");
  if (!place) return;
  const options = { format: "svg", filename: place.dataset.file };
  window.Plotly.downloadImage(place.querySelector(".canvas"), options);
});
document.addEventListener("htmx:beforeSwap", (event) => forget(event.detail.target));
document.addEventListener("htmx:load", (event) => drawAll(event.detail.elt));
document.addEventListener("change", (event) => {
  // The scheme is put on the page by another listener of this very event.
  if (event.target.name === "theme") requestAnimationFrame(repaint);
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
drawAll(document);
