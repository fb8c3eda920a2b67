// SPDX-License-Identifier: BSD-3-Clause
// All of one line: where it is registered, what is due, what happened, and the buttons that steer it.

import { read } from "/page/api.js";
import { $, button, el, text_set } from "/page/dom.js";
import { clock_text, duration, number } from "/page/format.js";
import { order_give } from "/page/orders.js";
import { server_text, state_badge, states } from "/page/states.js";

let open; // {number, domain}

const actions = [
	["P", "To the primary"], ["B", "To the backup"], ["lock", "Lock"], ["unlock", "Unlock"],
	["disable", "Stop"], ["enable", "Start"],
];

function action_do(action, text) {
	const { number: name, domain } = open;
	order_give({ title: `Line ${name}: ${text.toLowerCase()}`, go: text,
		text: `Only line ${name} is meant.`, path: "lines:force",
		body: { action, number: name, ...(domain ? { domain } : {}) },
		done: () => setTimeout(line_show, 300) });
}

function facts(line) {
	const { outages } = line;
	const pairs = [
		["State", state_badge(line.state)], ["", states[line.state]?.text ?? ""],
		["For", duration(line.for_ms)], ["Latest cause", line.cause ?? "–"],
		["Own address", line.address], ["Profile", line.profile],
		["Locked", line.locked ? "yes: an operator keeps it where it is" : "no"],
		["Probes", `${number(line.failed_probes)} failed, ${number(line.answered_probes)} answered in a row`],
		["Down", outages.down_ms ? `${duration(outages.down_ms)} in all, longest ${duration(outages.longest_ms)}` : "never"],
		["Worst case of a switch", duration(outages.worst_case_ms)],
	];
	return el("dl", { class: "facts" }, ...pairs.filter(([name]) => name).flatMap(([name, value]) =>
		[el("dt", {}, name), el("dd", {}, value, name === "State" ? ` ${states[line.state]?.text ?? ""}` : "")]));
}

function table(caption, heads, rows) {
	return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption }, el("table", {},
		el("caption", {}, caption), el("thead", {}, el("tr", {}, ...heads.map((head) => el("th", {}, head)))),
		el("tbody", {}, ...rows.map((cells) => el("tr", {}, ...cells.map((cell) => el("td", {}, cell)))))));
}

function bindings(line) {
	if (!line.bindings)
		return el("p", { class: "quiet" }, "Its worker did not answer in time; bindings are not known.");
	return table("Bindings", ["Server", "Address", "Binding", "Ends in", "Granted", "Contact"],
		line.bindings.map((b) => [server_text(b.server), b.address, b.binding,
			b.left_ms === null ? "–" : duration(b.left_ms), b.granted_s === null ? "–" : duration(b.granted_s * 1000),
			b.contact ?? "–"]));
}

function body(line) {
	const due = (line.due ?? []).map((d) => `${d.what} of ${d.of} in ${duration(d.in_ms)}`).join(", ");
	return [facts(line), bindings(line), el("p", {}, `Due: ${due || "nothing"}.`),
		table("Latest changes", ["Time", "From", "To", "Server", "Cause"], line.events.map((e) =>
			[el("time", { datetime: e.time, title: e.time }, clock_text(e.time)), e.from, state_badge(e.to),
				server_text(e.server), e.cause ?? "–"]))];
}

async function line_show() {
	const mine = open;
	if (!mine)
		return;
	try {
		const line = await read(`lines/${encodeURIComponent(mine.number)}`, { domain: mine.domain });
		if (mine === open && !document.querySelector("#line-detail :focus"))
			$("line-detail").replaceChildren(...body(line));
	} catch (error) {
		if (error.status === undefined)
			throw error;
		if (mine === open)
			$("line-detail").replaceChildren(el("p", { class: "error" }, `${error.message}.`));
	}
}

export function line_open({ number: name, domain }) {
	open = { number: name, domain };
	text_set($("line-title"), `Line ${name}`);
	$("line-body").replaceChildren(
		el("div", { class: "buttons", role: "group", "aria-label": "Change this line" },
			...actions.map(([action, text]) => button(text, () => action_do(action, text)))),
		el("div", { id: "line-detail", "aria-live": "off" }, el("p", { class: "quiet" }, "…")));
	$("line-dialog").showModal();
	line_show();
}

export function line_follow() {
	if (open && !$("order-dialog").open)
		line_show();
}

export function line_start() {
	$("line-close").addEventListener("click", () => $("line-dialog").close());
	$("line-dialog").addEventListener("close", () => { open = undefined; });
	$("line-dialog").addEventListener("click", (event) => {
		if (event.target === $("line-dialog"))
			$("line-dialog").close();
	});
}
