// SPDX-License-Identifier: BSD-3-Clause
// Requests to the run that served this page, and nowhere else.

import { token_get } from "/page/token.js";

const READ_MS = 10000;

// An answer that is no success. `status` 0: there was no answer.
export class Refused extends Error {
	constructor(status, { what, allowed, fix }) {
		super([what, allowed && `allowed: ${allowed}`, fix].filter(Boolean).join("; "));
		this.status = status;
		this.what = what;
	}
}

export function headers() {
	const token = token_get();
	return token ? { Authorization: `Bearer ${token}` } : {};
}

export async function refusal(answer) {
	const what = `the run answered ${answer.status} ${answer.statusText}`;
	const body = await answer.json().catch(() => null);
	return new Refused(answer.status, body?.error ?? { what });
}

async function call(path, options) {
	let answer;
	try {
		answer = await fetch(`/api/v1/${path}`, {
			cache: "no-store", signal: AbortSignal.timeout(READ_MS), ...options,
			headers: { ...headers(), ...options?.headers },
		});
		if (answer.ok)
			return await answer.json();
	} catch {
		throw new Refused(0, { what: "the run does not answer", fix: "see whether it still runs" });
	}
	throw await refusal(answer);
}

// read("lines", {number: "6000"}): arguments that are empty are left out
export function read(path, query = {}) {
	const given = Object.entries(query).filter(([, value]) => value !== "" && value !== undefined);
	const text = new URLSearchParams(given).toString();
	return call(text ? `${path}?${text}` : path);
}

export function change(path, body) {
	return call(path, {
		method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" },
	});
}
