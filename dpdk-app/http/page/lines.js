// SPDX-License-Identifier: BSD-3-Clause
// A page of lines. The run filters and sorts, and says where the next page begins: of a million lines there
// are never more here than fit on the screen.

import { read } from "/page/api.js";
import { $, button, el, text_set } from "/page/dom.js";
import { duration, lines_text } from "/page/format.js";
import { line_open } from "/page/line.js";
import { groups, server_text, state_badge, states } from "/page/states.js";

const LIMIT = 25;
const fields = ["number", "state", "server", "profile", "sort"];
let query = { sort: "line" };
let places = [""]; // where each page begins that was looked at, the present one last
let next = null;
let shown; // names of the rows on the screen
let asked = 0; // an answer that comes after a later question is thrown away

function error_show(text) {
	$("lines-error").hidden = !text;
	text_set($("lines-error"), text);
}

const name_of = (line) => (line.domain ? `${line.number}@${line.domain}` : line.number);

function cells_of(line) {
	return [
		[state_badge(line.state), line.locked ? el("span", { class: "lock" }, "locked") : ""],
		[server_text(line.server)], [line.cause ?? "–"], [duration(line.for_ms)], [line.profile],
	];
}

function row_make(line) {
	return el("tr", {},
		el("th", { scope: "row" }, button(name_of(line), () => line_open(line), { class: "link" })),
		...cells_of(line).map((cell, k) => el("td", k === 3 ? { class: "n" } : {}, ...cell)));
}

// Rows of the same lines stay, so that neither focus nor a click under way is lost.
function rows_show(lines) {
	const names = lines.map(name_of).join("\n");
	const rows = $("line-rows");
	if (names !== shown) {
		rows.replaceChildren(...lines.map(row_make));
		if (lines.length === 0)
			rows.append(el("tr", {}, el("td", { colspan: "6", class: "quiet" }, "No line matches.")));
		shown = names;
		return;
	}
	lines.forEach((line, k) => cells_of(line).forEach((cell, at) =>
		rows.children[k].children[at + 1].replaceChildren(...cell)));
}

function page_show(answer) {
	next = answer.next;
	rows_show(answer.lines);
	text_set($("lines-count"), answer.matched === 1 ? "1 line matches" : `${lines_text(answer.matched)} match`);
	text_set($("page-number"), `Page ${places.length} of ${Math.max(1, Math.ceil(answer.matched / LIMIT))}`);
	$("page-next").disabled = next === null;
	$("page-back").disabled = $("page-first").disabled = places.length === 1;
}

export async function lines_show() {
	const mine = ++asked;
	try {
		const answer = await read("lines", { ...query, limit: LIMIT, after: places.at(-1) });
		if (mine !== asked)
			return;
		error_show("");
		page_show(answer);
	} catch (error) {
		if (error.status === undefined)
			throw error;
		if (mine === asked && error.status !== 0 && error.status !== 401) // which the page says above
			error_show(`${error.message}.`);
	}
}

export function lines_follow() {
	if (!document.querySelector("dialog[open]"))
		lines_show();
}

function turn(to) {
	places = to;
	return lines_show();
}

function find(event) {
	event?.preventDefault();
	const form = new FormData($("lines-form"));
	query = Object.fromEntries(fields.map((field) => [field, (form.get(field) ?? "").trim()]));
	history.replaceState(null, "", `#${new URLSearchParams(
		Object.entries(query).filter(([, value]) => value && value !== "line"))}`);
	turn([""]);
}

// Show the lines of a state, and nothing else.
export function lines_find(state) {
	const form = $("lines-form");
	for (const field of ["number", "server", "profile"])
		form.elements[field].value = "";
	form.elements.state.value = state;
	form.elements.sort.value = "since";
	find();
	$("lines").scrollIntoView();
	$("find-state").focus();
}

export function lines_profiles(profiles) {
	const select = $("find-profile");
	if (select.options.length === profiles.length + 1)
		return;
	select.replaceChildren(el("option", { value: "" }, "any"), ...profiles.map((p) => el("option", { value: p }, p)));
	select.value = query.profile ?? "";
	select.closest("label").hidden = profiles.length < 2;
}

export function lines_start() {
	$("find-state").append(el("option", { value: "" }, "any"),
		...groups.map(([value, text]) => el("option", { value }, text)),
		...Object.entries(states).map(([value, { text }]) => el("option", { value }, `${value}: ${text}`)));
	const kept = new URLSearchParams(location.hash.slice(1));
	for (const field of fields)
		if (kept.has(field))
			$("lines-form").elements[field].value = kept.get(field);
	$("lines-form").addEventListener("submit", find);
	$("lines-form").addEventListener("reset", () => setTimeout(find));
	for (const field of ["state", "server", "profile", "sort"])
		$("lines-form").elements[field].addEventListener("change", () => find());
	$("page-first").addEventListener("click", () => turn([""]));
	$("page-back").addEventListener("click", () => turn(places.slice(0, -1)));
	$("page-next").addEventListener("click", () => turn([...places, next]));
	find();
}
