// SPDX-License-Identifier: BSD-3-Clause
// Replies that were scanned before.
#include <string.h>

#include "sip/form_line.h"

// What scan_reply() does not look into, header by header.
static void line_free(struct form *f, enum header_id id, const char *at, const char *end,
		      bool again)
{
	switch (id) {
	case HEADER_VIA:
		if (!again)
			form_free_via(f, slice_trim(at, end));
		else
			form_free(f, at, end);
		return;
	case HEADER_CSEQ:
		form_free_cseq(f, slice_trim(at, end));
		return;
	case HEADER_CONTENT_LENGTH:
	case HEADER_EXPIRES:
	case HEADER_MIN_EXPIRES:
	case HEADER_RETRY_AFTER:
		return;
	default: // it says where they are, or nothing
		form_free(f, at, end);
		return;
	}
}

void reply_forms_learn(struct reply_forms *forms, const char *text, uint32_t len)
{
	int i = forms_take(forms->forms, text, len);

	if (i < 0)
		return;
	struct form *form = &forms->forms[i];
	// a line end in front of it, and what else is not the usual, is left to the scanner
	if (text[0] != 'S' || scan_reply(form->text, len, &forms->replies[i]) != SCAN_OK ||
	    !form_lines(form, line_free))
		form->len = 0;
}

// The reply of a text that fits: as it was, but for where it is and its numbers.
static bool reply_read(const struct form *f, const struct sip_reply *reply, const char *text,
		       struct sip_reply *out)
{
	const struct slice port = form_slice(f, f->port, text);
	uint32_t number;

	memcpy(out, reply, offsetof(struct sip_reply, contacts));
	if ((port.at != NULL && !text_get_number(port.at, port.len, &number)) ||
	    !cseq_read(form_slice(f, f->cseq, text), &out->cseq, &out->method))
		return false;
	out->branch = form_slice(f, reply->branch, text);
	out->to = form_slice(f, reply->to, text);
	out->auth_info = form_slice(f, reply->auth_info, text);
	for (uint8_t i = 0; i < reply->n_contacts; i++)
		out->contacts[i] = form_slice(f, reply->contacts[i], text);
	for (uint8_t i = 0; i < reply->n_challenges; i++)
		out->challenges[i] = form_slice(f, reply->challenges[i], text);
	return true;
}

bool reply_forms_find(struct reply_forms *forms, const char *text, uint32_t len,
		      struct sip_reply *out)
{
	int i = forms_find(forms->forms, text, len);

	return i >= 0 && reply_read(&forms->forms[i], &forms->replies[i], text, out);
}

enum scan_result reply_forms_scan(struct reply_forms *forms, const char *text, uint32_t len,
				  struct sip_reply *out)
{
	if (reply_forms_find(forms, text, len, out))
		return SCAN_OK;
	enum scan_result result = scan_reply(text, len, out);
	if (result == SCAN_OK)
		reply_forms_learn(forms, text, len);
	return result;
}
