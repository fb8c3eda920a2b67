// SPDX-License-Identifier: BSD-3-Clause
// Uses the page of a run as a user does, for tests/app/page.sh.
//
// usage: PLAYWRIGHT=FILE page.mjs URL TOKEN LINES FOLDER; prints lines of TAP. Of a URL with https only what TLS
// changes is looked at: such a run wants the token for reading, too. In FOLDER the files wants-stop
// and wants-start ask for a restart of the run; stopped says that it has ended.
import { existsSync, writeFileSync } from "node:fs";

const { chromium } = await import(process.env.PLAYWRIGHT);
const [base, token, n_lines, folder] = process.argv.slice(2);
const lines = Number(n_lines), first = 10000000;
const browser = await chromium.launch({
	executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
	args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
});

function check(name, good, why) {
	console.log(good ? `ok - ${name}` : `not ok - ${name}: ${String(why).replaceAll("\n", " ").slice(0, 300)}`);
}

async function poll(what, seconds = 30) {
	const end = Date.now() + seconds * 1000;
	let value;
	while (!(value = await what()) && Date.now() < end)
		await new Promise((again) => setTimeout(again, 50));
	return value;
}

// A page with what it complained of and where it asked.
async function page_open(options = {}) {
	const context = await browser.newContext({ viewport: { width: 1440, height: 1000 }, ...options });
	const page = await context.newPage();
	const seen = { errors: [], hosts: new Set() };
	page.on("console", (m) => m.type() === "error" && seen.errors.push(m.text()));
	page.on("pageerror", (e) => seen.errors.push(e.message));
	page.on("request", (r) => seen.hosts.add(new URL(r.url()).origin));
	await page.goto(base);
	await page.locator("#line-rows button").first().waitFor();
	return { page, seen };
}

// Is each series drawn in its own colour?
function series_missing() {
	const near = (data, at, colour) => [0, 1, 2].every((k) => Math.abs(data[at + k] - colour[k]) < 24) && data[at + 3] > 200;
	const style = getComputedStyle(document.documentElement);
	const colour_of = (name) => [1, 3, 5].map((at) => parseInt(style.getPropertyValue(`--${name}`).trim().slice(at, at + 2), 16));
	const wanted = [["primary", "good"], ["primary", "backup"], ["primary", "backup"], ["down"]];
	const missing = [];
	document.querySelectorAll("#plot-grid canvas").forEach((canvas, k) => {
		const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
		for (const name of wanted[k]) {
			const colour = colour_of(name);
			let n = 0;
			for (let at = 0; at < data.length; at += 4)
				n += near(data, at, colour);
			if (n < 3)
				missing.push(`plot ${k}: ${name}`);
		}
	});
	return document.querySelectorAll("#plot-grid canvas").length === 4 ? missing.join(", ") : "there are not four plots";
}

async function opens() {
	const { page, seen } = await page_open();
	check("the page says how the run is", await poll(async () =>
		(await page.textContent("#verdict")).includes("All lines are registered")), await page.textContent("#verdict"));
	check("it knows of all lines", (await page.textContent("#lines-count")).startsWith(lines.toLocaleString("en")),
		await page.textContent("#lines-count"));
	check("it holds a page of them", await page.locator("#line-rows tr").count() === 25, "rows");
	let missing;
	await poll(async () => !(missing = await page.evaluate(series_missing)), 60);
	check("plots have drawn their figures", !missing, missing);
	check("changes are followed", await poll(async () => await page.textContent("#feed-state") === "live"), "not live");
	check("nothing is said on the console", seen.errors.length === 0, seen.errors);
	check("nothing is asked of another host", [...seen.hosts].join() === base, [...seen.hosts]);
	const scripts = await page.evaluate(() => document.querySelectorAll("script:not([src]), [onclick], style").length);
	check("no script stands in the page itself", scripts === 0, scripts);
	await page.context().close();
}

async function finds() {
	const { page } = await page_open();
	const number = String(first + Math.floor(lines * 0.77));
	let best = Infinity;
	for (let k = 0; k < 5; k++) {
		await page.click("#lines-form button[type=reset]");
		await poll(async () => await page.locator("#line-rows tr").count() > 1);
		await page.fill("#find-number", number);
		best = Math.min(best, await page.evaluate(async (wanted) => {
			const began = performance.now();
			document.getElementById("lines-form").requestSubmit();
			while (document.querySelector("#line-rows button")?.textContent !== wanted)
				await new Promise((again) => setTimeout(again, 2));
			return performance.now() - began;
		}, number));
	}
	console.log(`# one line of ${lines} is on the screen after ${best.toFixed(0)} ms`);
	check(`one line of ${lines} is found in under 300 ms`, best < 300, `${best} ms`);
	await page.fill("#find-number", `${first}-${first + 99}`);
	await page.press("#find-number", "Enter");
	await poll(async () => await page.textContent("#lines-count") === "100 lines match");
	await page.click("#page-next");
	check("the next page goes on", await poll(async () =>
		await page.locator("#line-rows button").first().textContent() === String(first + 25)), "another line");
	await page.click("#page-back");
	check("and back", await poll(async () =>
		await page.locator("#line-rows button").first().textContent() === String(first)), "another line");
	await page.selectOption("#find-state", "DOWN");
	check("a filter by state", await poll(async () => await page.textContent("#lines-count") === "0 lines match"),
		await page.textContent("#lines-count"));
	await page.fill("#find-number", "6009-6000");
	await page.press("#find-number", "Enter");
	check("a wrong range is refused with what would be right", await poll(async () =>
		(await page.textContent("#lines-error")).includes("write 6000-6009")), await page.textContent("#lines-error"));
	await page.context().close();
}

async function steers() {
	const { page, seen } = await page_open();
	const number = String(first + 5);
	await page.fill("#find-number", number);
	await page.press("#find-number", "Enter");
	await poll(async () => await page.textContent("#lines-count") === "1 line matches");
	await page.click("#line-rows button");
	await page.click("#line-dialog button:text-is('Stop')");
	await page.click("#order-go");
	const said = page.locator("#order-error");
	check("without the token it is refused, and says how to mend it", await poll(async () =>
		/needs the token.*http_token_file/s.test(await said.textContent())), await said.textContent());
	await page.fill("#order-token", `${token}x`);
	await page.click("#order-go");
	check("with a wrong one, too", await poll(async () => (await said.textContent()).includes("the token is wrong")),
		await said.textContent());
	check("a wrong token is not kept", await page.evaluate(() => sessionStorage.length) === 0, "it is");
	await page.fill("#order-token", token);
	await page.click("#order-go");
	check("with the token the line is steered, and seen", await poll(async () =>
		(await page.textContent("#line-detail .facts")).includes("OFF stopped")), await page.textContent("#line-detail"));
	await page.click("#line-dialog button:text-is('To the backup')");
	await page.click("#line-dialog button:text-is('Start')");
	check("and again without being asked", await poll(async () =>
		/ON_P|ON_B/.test(await page.textContent("#line-detail .facts"))), await page.textContent("#line-detail"));
	await page.click("#line-close");
	check("its changes are in the feed", await poll(async () =>
		(await page.textContent("#feed")).includes(`${number} ON_P → ○ OFF`)), (await page.textContent("#feed")));
	check("the token is kept by the tab alone", await page.evaluate((t) => sessionStorage.getItem("heartline-token") === t &&
		!JSON.stringify({ ...localStorage }).includes(t) && !location.href.includes(t) && !document.cookie, token), "elsewhere, too");
	await page.click("#token-button");
	check("and forgotten on demand", await page.evaluate(() => sessionStorage.length) === 0, "still there");
	check("no script has failed", seen.errors.every((text) => text.includes("401")), seen.errors);
	await page.context().close();
}

// From the first Tab to an order, without a mouse.
async function run_steered() {
	const { page } = await page_open();
	await page.click("#run-orders button:text-is('Rate…')");
	await page.fill("#order-rate", "-5");
	await page.fill("#order-token", token);
	await page.click("#order-go");
	check("run: a negative rate does not leave the dialog", await page.locator("#order-dialog").isVisible(), "it is gone");
	await page.fill("#order-rate", "4321");
	await page.click("#order-go");
	check("run: its rate is set", await poll(async () => (await page.textContent("#tiles")).includes("at most 4,321/s")),
		await page.textContent("#tiles"));
	await page.click("#run-orders button:text-is('Rate…')");
	check("run: the dialog begins with the present rate", await page.inputValue("#order-rate") === "4321",
		await page.inputValue("#order-rate"));
	await page.fill("#order-rate", "0");
	await page.click("#order-go");
	check("run: 0 takes the limit away", await poll(async () => (await page.textContent("#tiles")).includes("no limit set")),
		await page.textContent("#tiles"));
	await page.click("#run-orders button:text-is('Pause')");
	await page.click("#order-go");
	check("run: it is paused", await poll(async () => (await page.textContent("#verdict")).includes("Paused:")),
		await page.textContent("#verdict"));
	await page.click("#run-orders button:text-is('Resume')");
	await page.click("#order-go");
	check("run: and goes on", await poll(async () => !(await page.textContent("#verdict")).includes("Paused:")),
		await page.textContent("#verdict"));
	await page.context().close();
}

async function keyboard() {
	const { page } = await page_open();
	const number = String(first + 6);
	const focus_on = (selector) => page.evaluate((s) => document.activeElement?.matches(s), selector);
	const tab_to = async (selector, most = 40) => {
		for (let k = 0; k < most && !await focus_on(selector); k++)
			await page.keyboard.press("Tab");
		return focus_on(selector);
	};
	await page.keyboard.press("Tab");
	check("keys: the first one skips to the lines", await focus_on(".skip"), "focus is elsewhere");
	await page.keyboard.press("Enter");
	check("keys: the search is next", await tab_to("#find-number", 2), "focus is elsewhere");
	await page.keyboard.type(number);
	await page.keyboard.press("Enter");
	await poll(async () => await page.textContent("#lines-count") === "1 line matches");
	check("keys: then the line", await tab_to("#line-rows button"), "focus is elsewhere");
	await page.keyboard.press("Enter");
	await poll(() => page.evaluate(() => document.getElementById("line-dialog").open));
	check("keys: its buttons", await tab_to("#line-body button"), "focus is elsewhere");
	for (let k = 0; k < 4; k++)
		await page.keyboard.press("Tab"); // primary, backup, lock, unlock, stop
	await page.keyboard.press("Enter");
	check("keys: the token is asked for", await poll(() => focus_on("#order-token")), "focus is elsewhere");
	await page.keyboard.type(token);
	await page.keyboard.press("Enter");
	check("keys: the line is stopped", await poll(async () =>
		(await page.textContent("#line-detail")).includes("OFF stopped")), await page.textContent("#line-detail"));
	check("keys: focus is where it was", await poll(() => focus_on("#line-body button")), "it is lost");
	await page.keyboard.press("Escape");
	check("keys: Escape goes back to the line", await poll(() => focus_on("#line-rows button")), "it is lost");
	await page.context().close();
}

async function narrow() {
	for (const scheme of ["light", "dark"]) {
		const { page } = await page_open({ viewport: { width: 360, height: 740 }, colorScheme: scheme });
		const width = () => page.evaluate(() => document.documentElement.scrollWidth);
		await page.locator("#server-rows button").first().waitFor();
		check(`360 pixels, ${scheme}: nothing overflows`, await width() === 360, await width());
		await page.locator("#line-rows button").first().click();
		await page.locator(".facts").waitFor();
		const dialog = await page.locator("#line-dialog").boundingBox();
		check(`360 pixels, ${scheme}: nor does a line`, await width() === 360 && dialog.x >= 0 && dialog.x + dialog.width <= 360,
			JSON.stringify(dialog));
		const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number));
		check(`360 pixels: ${scheme} as the system has it`, (ground[0] > 128) === (scheme === "light"), ground);
		await page.context().close();
	}
	const { page } = await page_open({ colorScheme: "light" });
	await page.click("#theme-button");
	await page.click("#theme-button");
	check("the switch makes it dark", await page.evaluate(() => document.documentElement.dataset.theme) === "dark", "it does not");
	await page.reload();
	check("and it stays so", await page.evaluate(() => document.documentElement.dataset.theme) === "dark", "it does not");
	await page.context().close();
}

async function outlives() {
	const { page } = await page_open();
	await poll(async () => await page.textContent("#feed-state") === "live");
	writeFileSync(`${folder}/wants-stop`, "");
	await poll(() => existsSync(`${folder}/stopped`), 90);
	const away = page.locator("#away");
	check("away: the page says so", await poll(() => away.isVisible()) && /has not answered for/.test(await away.textContent()),
		await away.textContent());
	check("away: nor are changes followed", await poll(async () => await page.textContent("#feed-state") === "no connection"),
		await page.textContent("#feed-state"));
	writeFileSync(`${folder}/wants-start`, "");
	check("back: the page goes on by itself", await poll(() => away.isHidden(), 60), await away.textContent());
	check("back: all lines are there again", await poll(async () =>
		(await page.textContent("#verdict")).includes("All lines are registered"), 60), await page.textContent("#verdict"));
	check("back: changes are followed again", await poll(async () => await page.textContent("#feed-state") === "live"),
		await page.textContent("#feed-state"));
	check("back: it knows that it is another run", (await page.textContent("#feed")).includes("The run was started again"),
		await page.textContent("#feed"));
	await page.context().close();
}

// Alone with the certificate of the test, which nobody has signed.
async function tls_read() {
	const context = await browser.newContext({ ignoreHTTPSErrors: true });
	const page = await context.newPage();
	await page.goto(base);
	const asked = page.locator("#order-dialog");
	check("TLS: the token is asked for, since reading needs it", await poll(() => asked.isVisible()), "no dialog");
	check("TLS: until then nothing is shown", await page.locator("#line-rows button").count() === 0, "lines are");
	await page.fill("#order-token", token);
	await page.click("#order-go");
	check("TLS: with it the lines are shown", await poll(() => page.locator("#line-rows button").count()),
		await page.textContent("#away"));
	check("TLS: and changes are followed", await poll(async () => await page.textContent("#feed-state") === "live"),
		await page.textContent("#feed-state"));
	await page.click("#run-orders button:text-is('Drain…')");
	await page.click("#order-go");
	check("TLS: the run is drained", await poll(() => existsSync(`${folder}/drained`), 60), "it goes on");
	await context.close();
}

for (const part of base.startsWith("https:") ? [tls_read]
	: [opens, finds, steers, run_steered, keyboard, narrow, outlives]) {
	try {
		await part();
	} catch (error) {
		check(`${part.name} comes to its end`, false, error.message);
	}
}
await browser.close();
