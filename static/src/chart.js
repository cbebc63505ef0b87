// Charts. <div data-chart="id-of-json" data-chart-label="Orders per hour"></div> with a json_script:
//   {"kind": "bars" | "lines", "times": [unix seconds…], "series": [{"label": "Ecwid", "values": […]}]}
// Bars are stacked. The same numbers stand in a table beside it for those who cannot see it.
import "./chart-language.js";
import uPlot from "uplot";

const TONES = ["--chart-1", "--chart-2", "--chart-3", "--chart-4", "--chart-5", "--chart-6"];
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// In the person's timezone, which need not be the browser's.
function moment(seconds, form) {
  const { lang, dataset } = document.documentElement;
  return new Date(seconds * 1000).toLocaleString(lang, { ...form, hourCycle: "h23", timeZone: dataset.zone || undefined });
}

function tick(seconds, step) {
  const clock = moment(seconds, { hour: "2-digit", minute: "2-digit" });
  return step >= 86400 || clock === "00:00" ? moment(seconds, { day: "numeric", month: "short" }) : clock;
}

function stacked(series) {
  const sums = [];
  return series.map(({ values }) => values.map((value, index) => (sums[index] = (sums[index] || 0) + (value || 0))));
}

function bands(count) {
  return Array.from({ length: count - 1 }, (_, index) => ({ series: [index + 2, index + 1] }));
}

function options(data, width, height) {
  const bars = data.kind !== "lines";
  const axis = { stroke: colour("--text-quiet"), grid: { stroke: colour("--line-soft"), width: 1 }, ticks: { show: false }, font: `12px ${getComputedStyle(document.body).fontFamily}` };
  return {
    width,
    height,
    padding: [8, 18, 0, 0],
    legend: { show: data.series.length > 1 || !bars, live: true },
    cursor: { y: false, points: { show: !bars } },
    scales: { y: { range: (_u, min, max) => [Math.min(0, min * 1.1), Math.max(1, max * 1.1)] } },
    axes: [
      { ...axis, size: 30, grid: { show: false }, values: (_u, splits, _axis, _space, step) => splits.map((seconds) => tick(seconds, step)) },
      { ...axis, size: 44, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 50000, 100000] },
    ],
    bands: bars ? bands(data.series.length) : [],
    series: [
      { label: "", value: (_u, seconds) => (seconds == null ? "" : moment(seconds, { dateStyle: "medium", timeStyle: "short" })) },
      ...data.series.map(({ label, values }, index) => {
        const stroke = colour(TONES[index % TONES.length]);
        return bars
          ? { label, fill: stroke, stroke, width: 0, points: { show: false }, paths: uPlot.paths.bars({ size: [0.7, 48], radius: 0.15 }), value: (_u, _v, _s, at) => (at == null ? "" : values[at]) }
          : { label, stroke, width: 1.75, points: { show: false }, value: (_u, value) => value ?? "" };
      }),
    ],
  };
}

window.switchyardChart = (element) => {
  const data = JSON.parse(document.getElementById(element.dataset.chart).textContent);
  const height = Number(element.dataset.chartHeight || 200);
  element.setAttribute("role", "img");
  element.setAttribute("aria-label", element.dataset.chartLabel || "");
  let plot;
  const draw = () => {
    plot?.destroy();
    const values = data.kind === "lines" ? data.series.map((one) => one.values) : stacked(data.series);
    plot = new uPlot(options(data, element.clientWidth, height), [data.times, ...values], element);
  };
  draw();
  new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height })).observe(element);
  new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
};
