// SPDX-License-Identifier: BSD-3-Clause
// Server-sent events by fetch: the browser's own EventSource cannot send the token that reading needs
// beyond loopback.

import { headers } from "/page/api.js";

const AGAIN_MS = 2000;
const FORGET_MS = 60000; // after so long without a word what was missed is not asked for

// What lies between two empty lines.
function message_read(block) {
	const message = { event: "message", data: "", id: undefined };
	for (const line of block.split("\n")) {
		const colon = line.indexOf(":");
		const field = colon < 0 ? line : line.slice(0, colon);
		if (field in message)
			message[field] = line.slice(colon + 1).replace(/^ /, "");
	}
	return message;
}

async function stream_read(path, last_id, take, heard) {
	const answer = await fetch(path, {
		cache: "no-store", headers: { ...headers(), ...(last_id ? { "Last-Event-ID": last_id } : {}) },
	});
	if (!answer.ok)
		throw new Error(`${answer.status}`);
	const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
	let text = "";
	for (;;) {
		const { done, value } = await reader.read();
		if (done)
			return;
		heard();
		text += value;
		const end = text.lastIndexOf("\n\n");
		if (end < 0)
			continue;
		const goes_on = take(text.slice(0, end).split("\n\n").map(message_read).filter((m) => m.data));
		text = text.slice(end + 2);
		if (goes_on)
			continue;
		await reader.cancel();
		return;
	}
}

// take(messages): those that came together; false: go on with what is new, not with what comes next.
// state(is_open): it broke off, or is there again.
export async function stream_follow(path, take, state) {
	let last_id, heard_at = Date.now(), place = path;
	for (;;) {
		if (Date.now() - heard_at > FORGET_MS) {
			last_id = undefined;
			place = path.split("?")[0];
		}
		let goes_on = true;
		try {
			await stream_read(place, last_id, (messages) => {
				last_id = messages.at(-1)?.id ?? last_id;
				state(true);
				return goes_on = take(messages);
			}, () => { heard_at = Date.now(); });
		} catch {
			// said by state() below
		}
		if (!goes_on)
			heard_at = 0;
		state(false);
		await new Promise((again) => setTimeout(again, AGAIN_MS));
	}
}
