// SPDX-License-Identifier: BSD-3-Clause
// Light, dark, or as the system has it.

import { $, text_set } from "/page/dom.js";

const PLACE = "heartline-theme";
const names = ["system", "light", "dark"];
const system = matchMedia("(prefers-color-scheme: dark)");
const listeners = [];

function theme_apply() {
	const chosen = localStorage.getItem(PLACE) ?? "system";
	const dark = chosen === "dark" || (chosen === "system" && system.matches);
	document.documentElement.dataset.theme = dark ? "dark" : "light";
	text_set($("theme-button"), `Theme: ${chosen}`);
	for (const listener of listeners)
		listener();
}

// Called when colours have changed.
export function theme_on(listener) {
	listeners.push(listener);
}

export const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

export function theme_start() {
	system.addEventListener("change", theme_apply);
	$("theme-button").addEventListener("click", () => {
		const chosen = localStorage.getItem(PLACE) ?? "system";
		localStorage.setItem(PLACE, names[(names.indexOf(chosen) + 1) % names.length]);
		theme_apply();
	});
	theme_apply();
}
