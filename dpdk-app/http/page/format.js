// SPDX-License-Identifier: BSD-3-Clause
// Numbers and times as people read them.

const whole = new Intl.NumberFormat("en");
const in_short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

export const number = (n) => whole.format(n);

// 15K, 1.2M
export const compact = (n) => in_short.format(n);

export function lines_text(n) {
	return n === 1 ? "1 line" : `${number(n)} lines`;
}

export const clock_text = (iso) => clock.format(new Date(iso));

// 850 ms, 12 s, 3 min 20 s, 5 h 12 min, 3 d 4 h
export function duration(ms) {
	if (ms < 1000)
		return `${Math.round(ms)} ms`;
	const s = Math.floor(ms / 1000);
	if (s < 60)
		return `${s} s`;
	if (s < 3600)
		return `${Math.floor(s / 60)} min ${s % 60} s`;
	if (s < 86400)
		return `${Math.floor(s / 3600)} h ${Math.floor(s / 60) % 60} min`;
	return `${Math.floor(s / 86400)} d ${Math.floor(s / 3600) % 24} h`;
}

export function micros(us) {
	if (us === null || us === undefined)
		return "–";
	if (us < 1000)
		return `${Math.round(us)} µs`;
	if (us < 1e6)
		return `${(us / 1000).toFixed(us < 10000 ? 1 : 0)} ms`;
	return `${(us / 1e6).toFixed(1)} s`;
}

export function percent(part, all) {
	if (!all || !part)
		return "0 %";
	const value = 100 * part / all;
	if (value > 99.9 && part < all)
		return "99.9 %";
	return `${value < 0.1 ? "< 0.1" : value.toFixed(value < 10 ? 1 : 0)} %`;
}
