// SPDX-License-Identifier: BSD-3-Clause
// The dialog of a subscription: what tells it from others, the texts that only its requests carry,
// and the NOTIFY requests that belong to it (RFC 3261 12.2, RFC 6665 4.1.3).
#include "worker/dialog.h"

#include "base/siphash.h"
#include "line/streams.h"
#include "sip/value.h"
#include "worker/challenge.h"
#include "worker/request.h"
#include "worker/sign.h"
#include "worker/write.h"

// Of line, server and number of the subscription.
uint64_t dialog_id(const struct hl_worker *w, uint32_t i)
{
	const struct line_streams *s = &w->streams[i];

	return siphash_u64(w->plan->keys[PLAN_KEY_DIALOG],
			   (uint64_t)worker_line_tag(w, i) << 17 |
				   (uint64_t)worker_active(w, i) << 16 | s->sub_number);
}

void dialog_clear(struct hl_worker *w, uint32_t i)
{
	w->dialogs[i].tag_len = w->dialogs[i].target_len = 0;
}

static bool is_token(struct slice s)
{
	for (uint32_t k = 0; k < s.len; k++)
		if (!is_token_char(s.at[k]))
			return false;
	return s.len > 0;
}

// The only tag that a From or To may hold, in text that goes back as it stands.
static struct slice tag_of(struct slice value)
{
	const char *at = value.at;
	struct slice tag = { NULL, 0 };
	struct address address;

	if (!address_next(&at, value.at + value.len, &address) ||
	    !param_find(address.params, "tag", &tag) || !is_token(tag))
		return (struct slice){ NULL, 0 };
	return tag;
}

// One that does not fit is not remembered; then each SUBSCRIBE begins a new subscription.
static void learn_tag(struct line_dialog *d, struct slice tag)
{
	d->tag_len = d->target_len = 0;
	if (tag.len > DIALOG_TEXT_MAX)
		return;
	memcpy(d->text, tag.at, tag.len);
	d->tag_len = (uint8_t)tag.len;
}

// The remote target, behind the tag. Without it the Request-URI stays the AoR, which the server
// that we ask serves in any case.
static void learn_target(struct line_dialog *d, struct slice contact)
{
	const char *at = contact.at;
	struct address address;
	struct address_uri uri;

	if (contact.len == 0 || !address_next(&at, contact.at + contact.len, &address) ||
	    !address_uri_read(address.uri, &uri) || !uri.sip ||
	    address.uri.len > (uint32_t)(DIALOG_TEXT_MAX - d->tag_len))
		return;
	for (uint32_t k = 0; k < address.uri.len; k++)
		if (is_lws(address.uri.at[k]) || memchr("<>\"", address.uri.at[k], 3))
			return;
	memcpy(d->text + d->tag_len, address.uri.at, address.uri.len);
	d->target_len = (uint8_t)address.uri.len;
}

void dialog_answered(struct hl_worker *w, uint32_t i, const struct sip_reply *reply)
{
	struct line_dialog *d = &w->dialogs[i];
	struct slice tag = tag_of(reply->to);

	if (!(w->streams[i].flags & STREAM_SUB_DIALOG) && tag.len)
		learn_tag(d, tag);
	if (reply->n_contacts && d->tag_len) // each 2xx says it anew (RFC 3261 12.2.1.2)
		learn_target(d, reply->contacts[0]);
}

// Behind the value of To; the template has one, before the credentials.
static uint32_t to_end(const char *text, uint32_t len)
{
	uint32_t at = 0;

	while (at + 6 < len && memcmp(text + at, "\r\nTo: ", 6) != 0)
		at++;
	for (at += 6; at < len && text[at] != '\r';)
		at++;
	return at;
}

// What follows from the dialog for a request of `len` bytes: a target in place of the Request-URI, a tag.
uint32_t dialog_len(const struct hl_worker *w, uint32_t i, uint32_t len, uint32_t *uri_len)
{
	const struct line_dialog *d = &w->dialogs[i];

	if (!(w->streams[i].flags & STREAM_SUB_DIALOG) || d->tag_len == 0)
		return len;
	if (d->target_len > 0) {
		len += d->target_len > *uri_len ? d->target_len - *uri_len : 0;
		*uri_len = d->target_len;
	}
	return len + sizeof(";tag=") - 1 + d->tag_len;
}

// From the last one to the first, so that what stands before keeps its place.
uint32_t dialog_write(struct hl_worker *w, uint32_t i, const struct finish *f)
{
	const struct line_dialog *d = &w->dialogs[i];
	bool inside = w->streams[i].flags & STREAM_SUB_DIALOG && d->tag_len;
	char *text = f->out;
	uint32_t len = f->len, auth_at = f->text->auth_at;
	struct slice old = sign_uri(text, len), uri = old;
	uint32_t grows = inside ? 5u + d->tag_len : 0;

	if (inside && d->target_len)
		uri = (struct slice){ d->text + d->tag_len, d->target_len };
	grows += uri.len > old.len ? uri.len - old.len : 0;
	len = sign_request(w, i, f, uri, grows);
	if (!inside)
		return len;
	uint32_t at = to_end(text, auth_at);
	len = sign_replace(text, len, (struct slice){ text + at, 0 },
			   (struct slice){ d->text, d->tag_len });
	len = sign_replace(text, len, (struct slice){ text + at, 0 }, (struct slice){ ";tag=", 5 });
	return uri.at == old.at ? len : sign_replace(text, len, old, uri);
}

bool dialog_holds(const struct hl_worker *w, uint32_t i, const struct sip_request *r)
{
	const struct line_streams *s = &w->streams[i];
	const struct line_dialog *d = &w->dialogs[i];
	char call_id[CALL_ID_LEN], tag[TAG_LEN];
	struct slice to_tag = tag_of(r->to), from_tag = tag_of(r->from);
	uint32_t package = 0;

	if (!exchange_is_out(&s->subscribe) && !(s->flags & STREAM_SUB_DIALOG))
		return false;
	write_ids(dialog_id(w, i), call_id, tag);
	while (package < r->event.len && r->event.at[package] != ';' &&
	       !is_lws(r->event.at[package]))
		package++;
	return text_equal_nocase(r->event.at, package, "reg", 3) && r->call_id.len == CALL_ID_LEN &&
	       memcmp(r->call_id.at, call_id, CALL_ID_LEN) == 0 &&
	       text_equal_nocase(to_tag.at, to_tag.len, tag, TAG_LEN) && from_tag.len &&
	       (d->tag_len == 0 ||
		(d->tag_len == from_tag.len && memcmp(d->text, from_tag.at, from_tag.len) == 0));
}

void dialog_notified(struct hl_worker *w, uint32_t i, const struct sip_request *r)
{
	struct line_dialog *d = &w->dialogs[i];

	if (d->tag_len == 0) // it may come before the 2xx
		learn_tag(d, tag_of(r->from));
	// the text of a SUBSCRIBE that is out must stay the same
	if (!exchange_is_out(&w->streams[i].subscribe) && r->n_contacts)
		learn_target(d, r->contacts[0]);
}
