// SPDX-License-Identifier: BSD-3-Clause
// Starts the parts of the page, and tells them of each beat of the run.

import { events_restart, events_start } from "/page/events.js";
import { glance_reset, glance_show } from "/page/glance.js";
import { line_follow, line_start } from "/page/line.js";
import { lines_find, lines_follow, lines_profiles, lines_show, lines_start } from "/page/lines.js";
import { order_ask, orders_start } from "/page/orders.js";
import { plots_follow, plots_restart, plots_start } from "/page/plots.js";
import { pulse_now, pulse_on, pulse_start } from "/page/pulse.js";
import { run_show, run_start } from "/page/run.js";
import { servers_show } from "/page/servers.js";
import { theme_start } from "/page/theme.js";
import { token_start } from "/page/token.js";

const FOLLOW_BEATS = 3; // tables are looked at again less often than figures
let beats = 0, asking = false;

const ask = (error) => order_ask({
	title: "Enter the token", go: "Keep it", said: "The token is kept by this tab.", done: pulse_now,
	text: "Changes need the token of the run; beyond loopback reading does, too.",
	error: error && `Refused: ${error.what}.`,
});

async function follow() {
	if (asking || document.hidden)
		return;
	asking = true;
	try {
		lines_profiles(await servers_show());
		lines_follow();
		line_follow();
	} catch (error) {
		if (error.status === undefined)
			throw error; // else the next beat says it
	} finally {
		asking = false;
	}
}

theme_start();
orders_start();
token_start(() => ask());
run_start();
plots_start();
line_start();
lines_start();
pulse_on("beat", (summary) => {
	glance_show(summary, lines_find);
	run_show(summary);
	plots_follow();
	if (beats++ % FOLLOW_BEATS === 0)
		follow();
});
pulse_on("restart", () => {
	glance_reset();
	plots_restart();
	events_restart();
	lines_show();
	beats = 0;
});
pulse_on("back", () => {
	lines_show();
	beats = 0;
});
pulse_start((error) => {
	if (!document.querySelector("#order-dialog[open]"))
		ask(error);
});
events_start();
