// SPDX-License-Identifier: BSD-3-Clause
// Asks the run once a second how it is. All that is shown follows from this beat: that the run is away, that
// it is another one than before, and when to look again at what is on the screen.

import { read } from "/page/api.js";
import { $, text_set } from "/page/dom.js";
import { duration } from "/page/format.js";

const BEAT_MS = 1000;
const listeners = { beat: [], restart: [], back: [] };
let last, away_since = 0, timer, needs_token, has_asked = false;

// beat(summary), restart(): another run answers; back(): the same one answers again
export function pulse_on(what, listener) {
	listeners[what].push(listener);
}

function tell(what, ...rest) {
	for (const listener of listeners[what])
		listener(...rest);
}

function away_show(text) {
	$("away").hidden = !text;
	document.body.classList.toggle("is-away", Boolean(text));
	if (text)
		text_set($("away"), text);
}

function answered(summary) {
	const is_other = last && (summary.process !== last.process || summary.uptime_ms < last.uptime_ms);
	const was_away = away_since !== 0;
	away_since = 0;
	has_asked = false;
	last = summary;
	away_show("");
	if (is_other)
		tell("restart");
	else if (was_away)
		tell("back");
	tell("beat", summary);
}

function failed(error) {
	if (error.status === 401) {
		away_show(`Nothing is shown: ${error.what}. Enter it by the button above.`);
		if (!has_asked)
			needs_token(error);
		has_asked = true; // once: who cancels is left to read
		return;
	}
	away_since ||= Date.now();
	const since = duration(Date.now() - away_since);
	away_show(error.status === 0
		? `The run has not answered for ${since}. What is below is from before. This page goes on by itself.`
		: `The run refuses to be read: ${error.message}.`);
}

async function beat() {
	clearTimeout(timer);
	try {
		answered(await read("summary"));
	} catch (error) {
		if (error.status === undefined)
			console.error(error);
		failed(error);
	}
	clearTimeout(timer);
	timer = setTimeout(beat, BEAT_MS);
}

// ask_token: called with the refusal when reading needs the token
export function pulse_start(ask_token) {
	needs_token = ask_token;
	beat();
	document.addEventListener("visibilitychange", () => {
		if (!document.hidden)
			beat();
	});
}

export const pulse_now = () => beat();
