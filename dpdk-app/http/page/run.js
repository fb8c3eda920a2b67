// SPDX-License-Identifier: BSD-3-Clause
// What steers the run as a whole: pause and resume, its rate, and its end.

import { $, button } from "/page/dom.js";
import { number } from "/page/format.js";
import { order_ask } from "/page/orders.js";

let rate = 0; // requests a second at most; 0: no limit
let buttons;

const asks = {
	pause: () => order_ask({ title: "Pause the run", go: "Pause", path: "pause", body: {}, said: "The run is paused.",
		text: "No new probe and no new registration leaves until it is resumed. What is out is still answered." }),
	resume: () => order_ask({ title: "Resume the run", go: "Resume", path: "resume", body: {}, said: "The run goes on.",
		text: "Probes and registrations leave again." }),
	rate: () => order_ask({ title: "Set the rate", path: "rate", body: {}, rate,
		text: `All lines together may send so many requests a second; 0: no limit. Now: ${rate ? number(rate) : "no limit"}.` }),
	drain: () => order_ask({ title: "Drain and end the run", go: "Drain", path: "drain", body: {}, said: "The run drains, then it ends.",
		text: "All lines unregister, then the program ends. It cannot be taken back." }),
};

export function run_start() {
	buttons = {
		pause: button("Pause", asks.pause), resume: button("Resume", asks.resume),
		rate: button("Rate…", asks.rate), drain: button("Drain…", asks.drain),
	};
	$("run-orders").replaceChildren(...Object.values(buttons));
}

export function run_show(summary) {
	const ends = summary.phase === "draining";
	rate = summary.rate;
	buttons.pause.hidden = summary.phase === "paused";
	buttons.resume.hidden = !buttons.pause.hidden;
	for (const one of Object.values(buttons))
		one.disabled = ends;
}
