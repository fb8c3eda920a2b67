// SPDX-License-Identifier: BSD-3-Clause
// Changes of state as they happen, with their causes. What happens to many lines in the same way within a
// moment is one row.

import { read } from "/page/api.js";
import { $, button, el, text_set } from "/page/dom.js";
import { clock_text, lines_text, number } from "/page/format.js";
import { line_open } from "/page/line.js";
import { state_badge } from "/page/states.js";
import { stream_follow } from "/page/stream.js";

const ROWS_MAX = 200;
const SHOW_MS = 500;
const SINGLE_MAX = 12; // within SHOW_MS: as rows of their own
const GROUP_MS = 5000;
const BEHIND_MS = 15000;
const WAITING_MAX = 5000; // messages that are kept for the next look; later ones are only counted
const groups = new Map();
let passed; // row of those that are not shown: {n, latest, element}
let waiting = [], skipped = 0, lost = 0, is_open = false, timer, hold;

// What is alike: {from, to, cause}.
const key_of = (change) => [change.from, change.to, change.cause].join("\n");

function row_make(change, what) {
	return el("li", {},
		el("time", { datetime: change.time, title: change.time }, clock_text(change.time)), " ", what,
		" ", el("span", { class: "from" }, change.from), " → ", state_badge(change.to),
		el("span", { class: "cause" }, change.cause ? ` ${change.cause}` : ""));
}

// One row for many; what is alike and follows soon is counted there, too.
function group_show(change, n) {
	const key = key_of(change), now = performance.now();
	let row = groups.get(key);
	if (!row || now - row.began > GROUP_MS || !row.element.isConnected) {
		const count = el("strong", {});
		row = { n: 0, began: now, count, element: row_make(change, count) };
		groups.set(key, row);
		$("feed").prepend(row.element);
	}
	row.n += n;
	text_set(row.count, lines_text(row.n));
}

function changes_show(changes) {
	if (changes.length <= SINGLE_MAX) {
		for (const change of changes)
			$("feed").prepend(row_make(change, button(change.number, () => line_open(change), { class: "link" })));
		return;
	}
	const counts = new Map();
	for (const change of changes) {
		const count = counts.get(key_of(change)) ?? { change, n: 0 };
		count.n++;
		counts.set(key_of(change), count);
	}
	for (const { change, n } of counts.values())
		group_show(change, n);
}

// Changes that are not shown, in one row while they go on.
function passed_show(n) {
	const now = performance.now();
	if (!passed || now - passed.latest > GROUP_MS || !passed.element.isConnected)
		passed = { n: 0, element: note("") };
	passed.n += n;
	passed.latest = now;
	text_set(passed.element, `${number(passed.n)} more changes came too fast to be shown.`);
}

function note(text) {
	const element = el("li", { class: "note" }, text);
	$("feed").prepend(element);
	return element;
}

function show() {
	timer = undefined;
	if (hold || document.hidden)
		return;
	changes_show(waiting.map((message) => JSON.parse(message.data)));
	waiting = [];
	if (skipped + lost > 0)
		passed_show(skipped + lost);
	skipped = lost = 0;
	while ($("feed").children.length > ROWS_MAX)
		$("feed").lastChild.remove();
}

function state_show() {
	const held = waiting.length + skipped;
	text_set($("feed-state"), !is_open ? "no connection" : hold ? `held, ${number(held)} new` : "live");
}

// In a storm the run sends fewer changes than there are. What comes then is old, and the feed goes on
// with the latest ones.
function is_behind(messages) {
	const message = messages.at(-1);
	if (message?.event !== "change")
		return false;
	const change = JSON.parse(message.data);
	if (change.ago_ms < BEHIND_MS)
		return false;
	note(`There were more changes than can be followed; those after ${clock_text(change.time)} are left out here.`);
	return true;
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

function follow(messages) {
	take(messages);
	return !is_behind(messages);
}

export function events_restart() {
	note("The run was started again.");
}

// Those before the page was opened, as soon as the run may be read.
async function latest_read() {
	for (;;) {
		try {
			return await read("events", { limit: 50 });
		} catch (error) {
			if (error.status === undefined)
				throw error;
			state_show();
			await new Promise((again) => setTimeout(again, 2000));
		}
	}
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
	const before = await latest_read();
	take(before.events.map((change) => ({ event: "change", data: JSON.stringify(change) })));
	stream_follow(`/api/v1/events/stream?after=${before.next}`, follow, (now) => {
		is_open = now;
		state_show();
	});
}
