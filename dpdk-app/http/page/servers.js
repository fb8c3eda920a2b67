// SPDX-License-Identifier: BSD-3-Clause
// The servers of each profile, how many lines they hold, and what moves lines between them.

import { read } from "/page/api.js";
import { $, button, el, text_set } from "/page/dom.js";
import { lines_text, number, percent } from "/page/format.js";
import { order_ask } from "/page/orders.js";
import { server_text } from "/page/states.js";

const rows = new Map();
let shown = "";

const orders = {
	drain: (profile, here, there) =>
		`All lines of ${profile} that are on the ${here} move to the ${there} and are held there until it is restored.`,
	restore: (profile, here) =>
		`The end of a drain of the ${here}: lines of ${profile} are free again, and return to a primary.`,
	force: (profile, here) =>
		`All lines of ${profile} move to the ${here}. They are free to leave it.`,
};

function server_ask(verb, { profile, server }) {
	const here = server_text(server), there = server_text(server === "P" ? "B" : "P");
	const title = `${verb[0].toUpperCase()}${verb.slice(1)} the ${here} of ${profile}`;
	order_ask({ title, text: orders[verb](profile, here, there), path: `servers/${server}:${verb}`,
		body: { profile }, spread: true });
}

// Health as the lines see it: they probe the primary only.
function probes_text({ server, failing }) {
	if (server !== "P")
		return "not probed";
	return failing ? `✕ unanswered on ${lines_text(failing)}` : "none unanswered";
}

function row_make(server) {
	const own = { registered: el("td", { class: "n", "data-head": "Registered" }), locked: el("td", { class: "n", "data-head": "Locked" }),
		probes: el("td", { "data-head": "Probes" }),
		meter: el("span", { class: `fill ${server.server === "P" ? "primary" : "backup"}` }),
		share: el("span", { class: "share" }) };
	const name = `${server_text(server.server)} of ${server.profile}`;
	const verbs = ["drain", "restore", "force"].map((verb) =>
		button(verb[0].toUpperCase() + verb.slice(1), () => server_ask(verb, server),
			{ "aria-label": `${verb} the ${name}` }));
	own.row = el("tr", {},
		el("th", { scope: "row" }, el("span", { class: `sign ${server.server === "P" ? "primary" : "backup"}`,
			"aria-hidden": "true" }, server.server === "P" ? "● " : "◆ "), name),
		el("td", { class: "code" }, server.address), own.registered,
		el("td", { class: "wide" }, el("span", { class: "meter" }, own.meter), own.share), own.locked, own.probes,
		el("td", { class: "buttons" }, ...verbs));
	return own;
}

const key_of = (server) => `${server.profile}\n${server.server}\n${server.address}`;

export async function servers_show() {
	const { servers } = await read("servers");
	const keys = servers.map(key_of).join("\n\n");
	if (keys !== shown) {
		shown = keys;
		rows.clear();
		for (const server of servers)
			rows.set(key_of(server), row_make(server));
		$("server-rows").replaceChildren(...[...rows.values()].map((own) => own.row));
	}
	for (const server of servers) {
		const own = rows.get(key_of(server));
		const all = servers.filter((s) => s.profile === server.profile).reduce((n, s) => n + s.registered, 0);
		text_set(own.registered, number(server.registered));
		text_set(own.locked, number(server.locked));
		text_set(own.probes, probes_text(server));
		own.probes.classList.toggle("error", server.failing > 0);
		text_set(own.share, percent(server.registered, all));
		own.meter.style.width = `${all ? 100 * server.registered / all : 0}%`;
		own.row.title = `${lines_text(server.registered)} registered, ${number(server.locked)} of them locked`;
	}
	return [...new Set(servers.map((server) => server.profile))];
}
