// SPDX-License-Identifier: BSD-3-Clause
// Plots of the last second's figures, from the time the page was opened.

import uPlot from "/page/uPlot.js";
import { $, el } from "/page/dom.js";
import { micros, number } from "/page/format.js";
import { colour, theme_on } from "/page/theme.js";

const SAMPLES_MAX = 3600;
const GAP_S = 5; // after so long without a sample a line is broken off
const HEIGHT = 150;

const count = (n) => (Number.isInteger(n) ? number(n) : "");

// most: the least that the upper end of the scale is. key: what of a sample is drawn. Series of a plot differ in dashes and width, not in colour alone.
const plots = [
	{ title: "Requests and answers a second", value: count, most: 10, series: [
		{ label: "requests", key: "requests", colour: "primary" },
		{ label: "answers", key: "answers", colour: "good", dash: [6, 4] },
		{ label: "sent again", key: "again", colour: "down", dash: [2, 3] }] },
	{ title: "Round-trip time", value: micros, most: 1000, series: [
		{ label: "p50", key: "p50", colour: "primary" },
		{ label: "p99", key: "p99", colour: "backup", dash: [6, 4] }] },
	{ title: "Lines by server", value: count, most: 10, series: [
		{ label: "primary", key: "on_primary", colour: "primary" },
		{ label: "backup", key: "on_backup", colour: "backup", dash: [6, 4] }] },
	{ title: "Lines without a server", value: count, most: 10, series: [
		{ label: "down or parked", key: "down", colour: "down" },
		{ label: "on the move", key: "moving", colour: "moving", dash: [6, 4] }] },
];

let samples = []; // {at: unix seconds, ...}

function sample_of({ last_second: second, lines }) {
	return {
		at: Date.now() / 1000, requests: second.requests, answers: second.answers, again: second.retransmissions,
		p50: second.rtt_us.p50, p99: second.rtt_us.p99, on_primary: lines.on_primary, on_backup: lines.on_backup,
		down: lines.by_state.DOWN + lines.by_state.PARK, moving: lines.by_state.REG_P + lines.by_state.SW_B,
	};
}

function axis(extra) {
	return { stroke: colour("quiet"), grid: { stroke: colour("edge"), width: 1 },
		ticks: { show: false }, font: "11px system-ui, sans-serif", ...extra };
}

function options(plot) {
	return {
		width: plot.box.clientWidth, height: HEIGHT, padding: [8, 8, 0, 0],
		scales: { x: { time: true, range: () => window_of() }, y: { range: (u, min, max) => [0, Math.max(max ?? 0, plot.most) * 1.1] } },
		axes: [axis({ size: 22, values: (u, times) => times.map(time_text), space: 70 }),
			axis({ size: 58, values: (u, values) => values.map(plot.value), space: 28 })],
		cursor: { drag: { x: false, y: false }, sync: { key: "time" }, points: { size: 6 } },
		legend: { markers: { width: 2, fill: null, dash: (u, i) => (u.series[i].dash ? "dashed" : "solid") } },
		series: [{ value: (u, at) => at === null ? "" : time_text(at) }, ...plot.series.map((s) => ({
			label: s.label, stroke: colour(s.colour), width: 2, dash: s.dash, points: { show: false },
			value: (u, value) => value === null ? "–" : plot.value(value) }))],
	};
}

const time_text = (at) => new Date(at * 1000).toLocaleTimeString("en-GB");

// What is there, up to what was chosen, and a minute at least.
function window_of() {
	const now = samples.at(-1)?.at ?? Date.now() / 1000;
	const have = Math.max(60, now - (samples[0]?.at ?? now));
	return [now - Math.min(Number($("span").value), have), now];
}

function data_of(plot) {
	const [from] = window_of();
	const seen = samples.filter((sample) => sample.at >= from - GAP_S);
	return [seen.map((sample) => sample.at), ...plot.series.map((s) => seen.map((sample) => sample[s.key] ?? null))];
}

function draw() {
	if (document.hidden)
		return;
	for (const plot of plots) {
		plot.drawn.setData(data_of(plot));
		if (plot.drawn.cursor.idx === null || plot.drawn.cursor.idx === undefined)
			plot.drawn.setLegend({ idx: plot.drawn.data[0].length - 1 }, false);
	}
}

function make() {
	for (const plot of plots) {
		plot.drawn?.destroy();
		plot.drawn = new uPlot(options(plot), data_of(plot), plot.box);
	}
}

export function plots_add(summary) {
	const last = samples.at(-1)?.at, now = Date.now() / 1000;
	if (last && now - last > GAP_S)
		samples.push({ at: (last + now) / 2 });
	samples.push(sample_of(summary));
	samples = samples.slice(-SAMPLES_MAX);
	draw();
}

export function plots_reset() {
	samples.push({ at: Date.now() / 1000 - 0.5 });
}

export function plots_start() {
	for (const plot of plots) {
		plot.box = el("div", { class: "plot-box" });
		$("plot-grid").append(el("figure", { class: "plot" }, el("figcaption", {}, plot.title), plot.box));
	}
	make();
	new ResizeObserver(() => {
		for (const plot of plots)
			if (plot.box.clientWidth > 0 && plot.box.clientWidth !== plot.drawn.width)
				plot.drawn.setSize({ width: plot.box.clientWidth, height: HEIGHT });
	}).observe($("plot-grid"));
	$("span").addEventListener("change", draw);
	document.addEventListener("visibilitychange", draw);
	theme_on(make);
}
