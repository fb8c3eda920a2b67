// SPDX-License-Identifier: BSD-3-Clause
// The state of the run in one sentence, one bar and a few figures.

import { $, button, el, text_set } from "/page/dom.js";
import { duration, lines_text, micros, number, percent } from "/page/format.js";

const LIMITS_LOOK = 60; // beats: how far back a limit of the generator still counts
// Those of metrics.limits that alone show that the generator was the limit, not the servers.
const limits = {
	unresolved_lost: "requests lost while a next hop was looked up", slow_full: "messages lost on the slow path",
	handoff_dropped: "replies lost between workers", rx_missed: "frames lost by the device",
	tx_dropped: "frames not sent", no_buffer: "no buffer for a frame", stalls: "worker stalled",
};
const limits_before = [];
const tiles = new Map();

// The generator's own limits: what they counted in the last minute.
function limited(summary) {
	limits_before.push(summary.metrics.limits);
	if (limits_before.length > LIMITS_LOOK)
		limits_before.shift();
	const found = [];
	for (const [name, text] of Object.entries(limits)) {
		const n = summary.metrics.limits[name] - limits_before[0][name];
		if (n > 0)
			found.push(`${text}: ${number(n)}`);
	}
	return found;
}

function moving_of(states) {
	return states.REG_P + states.SW_B;
}

function sentence(summary) {
	const { total, registered, on_backup, by_state } = summary.lines;
	const down = by_state.DOWN + by_state.PARK;
	const unsettled = moving_of(by_state);

	if (summary.phase === "starting")
		return ["moving", "Starting: no line was started yet"];
	if (summary.phase === "draining")
		return ["moving", `Draining: ${lines_text(registered)} still registered`];
	if (down > 0)
		return ["down", `${lines_text(down)} down or parked (${percent(down, total)})`];
	if (unsettled > 0)
		return ["moving", `${lines_text(unsettled)} on the move, ${percent(registered, total)} registered`];
	if (on_backup > 0 && registered === total)
		return ["backup", `All lines are registered, ${number(on_backup)} of them on the backup`];
	if (registered === 0)
		return ["off", "No line is on"];
	if (on_backup > 0)
		return ["backup", `${lines_text(registered)} registered, ${number(on_backup)} of them on the backup; the others are stopped`];
	return ["primary", registered < total ? `${lines_text(registered)} registered, the others are stopped`
		: "All lines are registered"];
}

const signs = { primary: "●", backup: "◆", moving: "▷", down: "✕", off: "○" };

// find(state): shows the lines that are meant
function verdict_show(summary, find) {
	const [kind, text] = sentence(summary);
	const found = limited(summary);
	const paused = summary.phase === "paused" ? " Paused: no new probes and registrations." : "";
	const own = found.length ? ` In the last minute the generator itself was the limit (${found.join(", ")}).` : "";
	const verdict = $("verdict");
	if (verdict.dataset.said === kind + text + paused + own)
		return;
	verdict.dataset.said = kind + text + paused + own;
	verdict.className = kind;
	verdict.replaceChildren(el("span", { class: "sign", "aria-hidden": "true" }, signs[kind]), " ",
		el("strong", {}, `${text}.`), paused,
		kind === "down" || (kind === "moving" && summary.phase !== "starting" && summary.phase !== "draining")
			? button("Show them", () => find("unregistered")) : "", own && el("small", {}, own));
	document.title = `${signs[kind]} ${text} – heartline`;
}

function bar_show({ total, on_primary, on_backup, by_state }) {
	const parts = [
		["primary", on_primary, "on the primary"], ["backup", on_backup, "on the backup"],
		["moving", moving_of(by_state), "on the move"], ["down", by_state.DOWN + by_state.PARK, "down or parked"],
		["off", by_state.OFF, "stopped"],
	].filter(([, n]) => n > 0);
	const bar = $("bar");
	bar.setAttribute("aria-label", parts.map(([, n, text]) => `${number(n)} ${text}`).join(", ") || "no lines");
	bar.replaceChildren(...parts.map(([kind, n, text]) => {
		const part = el("span", { class: `part ${kind}`, title: `${lines_text(n)} ${text}` });
		part.style.flexGrow = Math.max(n, total / 200); // few lines of many are still seen
		return part;
	}));
}

function tile(name, value, note, kind) {
	let own = tiles.get(name);
	if (!own) {
		own = { value: el("dd", {}), note: el("dd", { class: "note" }), box: el("div", {}, el("dt", {}, name)) };
		own.box.append(own.value, own.note);
		$("tiles").append(own.box);
		tiles.set(name, own);
	}
	text_set(own.value, value);
	text_set(own.note, note ?? "");
	own.box.className = kind ?? "";
}

// Those that fire or are about to, each with its figure.
function alerts_show(alerts) {
	const raised = alerts.filter(({ state }) => state !== "clear");
	const list = $("alerts");
	list.hidden = raised.length === 0;
	list.replaceChildren(...raised.map(alert => el("li", { class: alert.state === "firing" ? "down" : "moving" },
		el("strong", {}, `${alert.alert} ${alert.state === "firing" ? "fires" : "is about to fire"}`),
		`: ${alert.when}${alert.profile ? ` of ${alert.profile}` : ""} is ${alert.value === null ? "unknown" : number(Math.round(alert.value * 10) / 10)}`,
		` (${alert.limit} ${number(alert.threshold)})`)));
}

export function glance_reset() {
	limits_before.length = 0;
}

export function glance_show(summary, find) {
	const { lines, last_second: second, metrics } = summary;
	const states = lines.by_state;
	verdict_show(summary, find);
	alerts_show(summary.alerts);
	bar_show(lines);
	tile("Registered", number(lines.registered), `of ${number(lines.total)}, ${percent(lines.registered, lines.total)}`);
	tile("On primary", number(lines.on_primary), percent(lines.on_primary, lines.total), "primary");
	tile("On backup", number(lines.on_backup), percent(lines.on_backup, lines.total), "backup");
	tile("Down", number(states.DOWN), states.PARK ? `and ${number(states.PARK)} parked` : "none parked",
		states.DOWN || states.PARK ? "down" : "calm");
	tile("On the move", number(moving_of(states)), states.OFF ? `${number(states.OFF)} stopped` : "none stopped", "moving");
	tile("Requests", `${number(second.requests)}/s`, summary.rate ? `at most ${number(summary.rate)}/s` : "no limit set");
	tile("Answers", `${number(second.answers)}/s`, `${number(second.retransmissions)}/s sent again`);
	tile("RTT p50", micros(second.rtt_us.p50), `p99 ${micros(second.rtt_us.p99)}`);
	tile("Failovers", number(metrics.failovers), `${number(metrics.returns)} returns, ${number(metrics.flaps)} flaps`);
	text_set($("run"), `${summary.configuration ?? "started by flags"} · ${summary.phase} · up ${duration(summary.uptime_ms)}` +
		(summary.orders_left ? ` · an order has ${lines_text(summary.orders_left)} to go` : ""));
}
