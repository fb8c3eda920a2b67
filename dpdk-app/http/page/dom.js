// SPDX-License-Identifier: BSD-3-Clause
// Elements made of text nodes: whatever the run says is shown as text, never read as markup.

export const $ = (id) => document.getElementById(id);

// el("td", {class: "n"}, "1,000", other): attributes; `on...` is a listener; null children are left out
export function el(tag, attributes, ...children) {
	const element = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes ?? {})) {
		if (name.startsWith("on"))
			element.addEventListener(name.slice(2), value);
		else if (value !== null && value !== undefined && value !== false)
			element.setAttribute(name, value === true ? "" : value);
	}
	element.append(...children.filter((child) => child !== null && child !== undefined));
	return element;
}

export function button(text, onclick, attributes) {
	return el("button", { type: "button", onclick, ...attributes }, text);
}

// Set a text only when it differs, so that a screen reader is not told the same again.
export function text_set(element, text) {
	if (element.textContent !== text)
		element.textContent = text;
}

let said_timer;

// What came of a change, for a while, at the foot of the page.
export function say(text) {
	const said = $("said");
	text_set(said, text);
	said.hidden = false;
	clearTimeout(said_timer);
	said_timer = setTimeout(() => { said.hidden = true; }, 8000);
}
