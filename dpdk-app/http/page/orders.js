// SPDX-License-Identifier: BSD-3-Clause
// The dialog in which a change is confirmed, its token is typed, and a refusal says how to mend it.

import { change } from "/page/api.js";
import { $, say, text_set } from "/page/dom.js";
import { duration, lines_text } from "/page/format.js";
import { token_get, token_set } from "/page/token.js";

let order; // that the dialog is open for
let busy;

function error_show(text) {
	$("order-error").hidden = !text;
	text_set($("order-error"), text);
}

function refused(error) {
	const hints = {
		401: "Type the text of the file that http_token_file names in the configuration of the run.",
		403: "Give the run a token (http_token_file: FILE, or --http-token-file FILE) and start it again.",
	};
	if (error.status === 401)
		token_set("");
	$("order-token-label").hidden = Boolean(token_get());
	error_show(hints[error.status] ? `Refused: ${error.what}. ${hints[error.status]}` : `Refused: ${error.message}.`);
	if (error.status === 401)
		$("order-token").focus();
}

function done(answer) {
	const lines = answer.lines === undefined ? "" : `: ${lines_text(answer.lines)}`;
	const spread = answer.spread_ms ? ` over ${duration(answer.spread_ms)}` : "";
	say(order.said ?? `${order.title}${lines}${spread}.`);
	$("order-dialog").close();
	order.done?.(answer);
}

// What the fields of the dialog add to the order.
function fields() {
	const spread = $("order-spread").value.trim();
	return {
		...(order.spread && spread ? { spread } : {}),
		...(order.rate !== undefined ? { rate: Number($("order-rate").value) } : {}),
	};
}

async function submit(event) {
	event.preventDefault();
	if (busy)
		return;
	const typed = $("order-token").value.trim();
	if (typed)
		token_set(typed);
	error_show("");
	busy = true;
	try {
		if (order.path)
			done(await change(order.path, { ...order.body, ...fields() }));
		else
			done({});
	} catch (error) {
		if (error.status === undefined)
			throw error;
		refused(error);
	} finally {
		busy = false;
	}
}

// Ask before it is done. {title, text, path, body, go: text of the button, spread: may be spread,
// rate: the present one, where another is asked for, said, done}
export function order_ask(wanted) {
	order = wanted;
	text_set($("order-title"), wanted.title);
	text_set($("order-text"), wanted.text);
	text_set($("order-go"), wanted.go ?? wanted.title);
	$("order-spread-label").hidden = !wanted.spread;
	$("order-rate-label").hidden = $("order-rate").disabled = wanted.rate === undefined;
	$("order-rate").required = wanted.rate !== undefined;
	$("order-rate").value = wanted.rate ?? "";
	$("order-token-label").hidden = Boolean(token_get());
	$("order-token").value = $("order-spread").value = "";
	error_show(wanted.error ?? "");
	$("order-dialog").showModal();
	const first = !token_get() ? $("order-token") : wanted.rate !== undefined ? $("order-rate") : $("order-go");
	first.focus();
}

// At once when the token is there; what is refused opens the dialog.
export async function order_give(wanted) {
	if (!token_get())
		return order_ask(wanted);
	order = wanted;
	try {
		done(await change(wanted.path, wanted.body));
	} catch (error) {
		if (error.status === undefined)
			throw error;
		order_ask(wanted);
		refused(error);
	}
}

export function orders_start() {
	$("order-form").addEventListener("submit", submit);
	$("order-cancel").addEventListener("click", () => $("order-dialog").close());
}
