// SPDX-License-Identifier: BSD-3-Clause
// Plots of the latest seconds, which the run itself keeps for an hour: also those before the page was opened.

import uPlot from "/page/uPlot.js";
import { read } from "/page/api.js";
import { $, el } from "/page/dom.js";
import { compact, micros, number } from "/page/format.js";
import { colour, theme_on } from "/page/theme.js";

const SAMPLES_MAX = 4000;
const GAP_S = 5; // after so long without a sample a line is broken off
const HEIGHT = 150;

const short = (n) => (Number.isInteger(n) ? compact(n) : "");

// most: the least that the upper end of the scale is. key: what of a sample is drawn. Series of a plot differ in dashes and width, not in colour alone.
const plots = [
	{ title: "Requests and answers a second", value: number, tick: short, most: 10, series: [
		{ label: "requests", key: "requests", colour: "primary" },
		{ label: "answers", key: "answers", colour: "good", dash: [6, 4] },
		{ label: "sent again", key: "again", colour: "down", dash: [2, 3] }] },
	{ title: "Round-trip time", value: micros, most: 1000, series: [
		{ label: "p50", key: "p50", colour: "primary" },
		{ label: "p99", key: "p99", colour: "backup", dash: [6, 4] }] },
	{ title: "Lines by server", value: number, tick: short, most: 10, series: [
		{ label: "primary", key: "on_primary", colour: "primary" },
		{ label: "backup", key: "on_backup", colour: "backup", dash: [6, 4] }] },
	{ title: "Lines without a server", value: number, tick: short, most: 10, series: [
		{ label: "down or parked", key: "down", colour: "down" },
		{ label: "on the move", key: "moving", colour: "moving", dash: [6, 4] }] },
];

let samples = []; // {at: unix seconds, by the run's clock, ...}
let next = 0; // of the run's seconds: what comes behind it is not here yet
let asking = false;

function sample_of(columns, row) {
	const value = (name) => row[columns.indexOf(name)] ?? null;
	return {
		at: value("time_ms") / 1000, requests: value("requests"), answers: value("answers"),
		again: value("retransmissions"), p50: value("rtt_p50_us"), p99: value("rtt_p99_us"),
		on_primary: value("on_primary"), on_backup: value("on_backup"), down: value("down"), moving: value("moving"),
	};
}

function axis(extra) {
	return { stroke: colour("quiet"), grid: { stroke: colour("edge"), width: 1 },
		ticks: { show: false }, font: "11px system-ui, sans-serif", ...extra };
}

function options(plot) {
	return {
		width: plot.box.clientWidth, height: HEIGHT, padding: [8, 22, 0, 0],
		scales: { x: { time: true, range: () => window_of() }, y: { range: (u, min, max) => [0, Math.max(max ?? 0, plot.most) * 1.1] } },
		axes: [axis({ size: 22, values: (u, times) => times.map(time_text), space: 70 }),
			axis({ size: 58, values: (u, values) => values.map(plot.tick ?? plot.value), space: 28 })],
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

function sample_add(sample) {
	const last = samples.at(-1)?.at;
	if (last && sample.at - last > GAP_S)
		samples.push({ at: (last + sample.at) / 2 });
	samples.push(sample);
}

// Take what is new: at first the last hour, then a second at a time.
export async function plots_follow() {
	if (asking || document.hidden)
		return;
	asking = true;
	try {
		const answer = await read("seconds", { after: next });
		next = answer.next;
		for (const row of answer.rows)
			sample_add(sample_of(answer.columns, row));
		samples = samples.slice(-SAMPLES_MAX);
		draw();
	} catch (error) {
		if (error.status === undefined)
			throw error; // else the next beat says it
	} finally {
		asking = false;
	}
}

// Another run counts its seconds anew.
export function plots_restart() {
	next = 0;
	samples.push({ at: (samples.at(-1)?.at ?? 0) + 0.5 });
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
