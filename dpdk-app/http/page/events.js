// SPDX-License-Identifier: BSD-3-Clause
// Changes of state as they happen, with their causes. What happens to many lines in the same way within a
// moment is one row.

import { read } from "/page/api.js";
import { $, button, el, text_set } from "/page/dom.js";
import { clock_text, number } from "/page/format.js";
import { line_open } from "/page/line.js";
import { server_text, state_badge } from "/page/states.js";
import { stream_follow } from "/page/stream.js";

const ROWS_MAX = 200;
const SHOW_MS = 500;
const WAITING_MAX = 5000; // messages that are kept for the next look; later ones are only counted
let waiting = [], skipped = 0, lost = 0, is_open = false, timer, hold;

// {from, to, server, cause} alike: one row, with one of them as the example.
function rows_of(changes) {
	const rows = new Map();
	for (const change of changes) {
		const key = changes.length > 12 ? [change.from, change.to, change.server, change.cause].join("\n") : change.event;
		const row = rows.get(key);
		if (row)
			row.n++;
		rows.set(key, { n: row?.n ?? 1, change });
	}
	return [...rows.values()];
}

function row_make({ n, change }) {
	const where = change.server ? ` on the ${server_text(change.server)}` : "";
	return el("li", {},
		el("time", { datetime: change.time, title: change.time }, clock_text(change.time)), " ",
		n > 1 ? el("strong", {}, `${number(n)} lines`) : button(change.number, () => line_open(change), { class: "link" }),
		" ", el("span", { class: "from" }, change.from), " → ", state_badge(change.to), where,
		el("span", { class: "cause" }, change.cause ? ` ${change.cause}` : ""));
}

function note(text) {
	$("feed").prepend(el("li", { class: "note" }, text));
}

function show() {
	timer = undefined;
	if (hold || document.hidden)
		return;
	const rows = rows_of(waiting.map((message) => JSON.parse(message.data)));
	waiting = [];
	$("feed").prepend(...rows.reverse().map(row_make));
	if (skipped + lost > 0)
		note(`${number(skipped + lost)} more changes came too fast to be shown one by one.`);
	skipped = lost = 0;
	while ($("feed").children.length > ROWS_MAX)
		$("feed").lastChild.remove();
}

function state_show() {
	const held = waiting.length + skipped;
	text_set($("feed-state"), !is_open ? "no connection" : hold ? `held, ${number(held)} new` : "live");
}

function take(messages) {
	for (const message of messages) {
		if (message.event === "lost")
			lost += JSON.parse(message.data).lost;
		else if (message.event === "change" && waiting.length < WAITING_MAX)
			waiting.push(message);
		else if (message.event === "change")
			skipped++;
	}
	state_show();
	timer ??= setTimeout(show, SHOW_MS);
}

export function events_restart() {
	note("The run was started again.");
}

export async function events_start() {
	$("feed-hold").addEventListener("click", () => {
		hold = !hold;
		$("feed-hold").setAttribute("aria-pressed", String(hold));
		text_set($("feed-hold"), hold ? "Go on" : "Hold");
		state_show();
		show();
	});
	document.addEventListener("visibilitychange", show);
	const before = await read("events", { limit: 50 }).catch(() => null);
	if (before)
		take(before.events.map((change) => ({ event: "change", data: JSON.stringify(change) })));
	stream_follow(`/api/v1/events/stream${before ? `?after=${before.next}` : ""}`, take, (now) => {
		is_open = now;
		state_show();
	});
}
