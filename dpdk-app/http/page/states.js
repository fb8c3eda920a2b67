// SPDX-License-Identifier: BSD-3-Clause
// States of a line: what they mean, and signs that differ in shape, not in colour alone.

import { el } from "/page/dom.js";

export const states = {
	ON_P: { sign: "●", kind: "primary", text: "on the primary" },
	ON_B: { sign: "◆", kind: "backup", text: "on the backup" },
	HOLD_B: { sign: "◇", kind: "backup", text: "on the backup, the primary answers again" },
	SW_P: { sign: "↩", kind: "moving", text: "returning to the primary" },
	SW_B: { sign: "↪", kind: "moving", text: "moving to the backup" },
	REG_P: { sign: "▷", kind: "moving", text: "registering at the primary" },
	DOWN: { sign: "✕", kind: "down", text: "down: no server takes it" },
	PARK: { sign: "‖", kind: "down", text: "parked: rejected by the server" },
	OFF: { sign: "○", kind: "off", text: "stopped" },
};

export const groups = [
	["registered", "registered, on either server"],
	["unregistered", "not registered, though it should be"],
];

export function state_badge(name) {
	const state = states[name] ?? { sign: "?", kind: "off", text: name };
	return el("span", { class: `badge ${state.kind}`, title: state.text },
		el("span", { class: "sign", "aria-hidden": "true" }, state.sign), ` ${name}`);
}

export const server_text = (server) => ({ P: "primary", B: "backup" })[server] ?? "–";
