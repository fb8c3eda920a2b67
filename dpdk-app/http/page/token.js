// SPDX-License-Identifier: BSD-3-Clause
// The token for changes: typed by the user, kept by this tab until it is closed, sent nowhere else.

import { $, say, text_set } from "/page/dom.js";

const PLACE = "heartline-token";

export const token_get = () => sessionStorage.getItem(PLACE) ?? "";

export function token_set(token) {
	if (token)
		sessionStorage.setItem(PLACE, token);
	else
		sessionStorage.removeItem(PLACE);
	token_show();
}

function token_show() {
	text_set($("token-button"), token_get() ? "Forget token" : "Enter token");
}

// ask: opens the dialog in which it is typed
export function token_start(ask) {
	token_show();
	$("token-button").addEventListener("click", () => {
		if (!token_get())
			return ask();
		token_set("");
		say("The token is forgotten.");
	});
}
