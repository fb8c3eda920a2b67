// SPDX-License-Identifier: BSD-3-Clause
// Requests that were scanned before.
#include <string.h>

#include "sip/form_line.h"

// From or To: what stands before the <, the user and the host of the URI, what the header's
// parameters are.
static void party_free(struct form *f, struct slice value)
{
	const char *at = value.at, *const end = value.at + value.len;
	const char *open = memchr(value.at, '<', value.len);
	struct address address;
	struct address_uri uri;

	if (!address_next(&at, end, &address) || !address_uri_read(address.uri, &uri) || !uri.sip)
		return;
	if (open != NULL && open < address.uri.at)
		form_free(f, value.at, open);
	form_free(f, uri.user.at, uri.user.at + uri.user.len);
	form_free(f, uri.host.at, uri.host.at + uri.host.len);
	form_free_params(f, address.params.at, address.params.at + address.params.len);
}

// What scan_request() does not look into, header by header.
static void line_free(struct form *f, enum header_id id, const char *at, const char *end,
		      bool again)
{
	const struct slice value = slice_trim(at, end);

	switch (id) {
	case HEADER_VIA:
		if (!again)
			form_free_via(f, value);
		else
			form_free(f, value.at, value.at + value.len);
		return;
	case HEADER_FROM:
	case HEADER_TO:
		party_free(f, value);
		return;
	case HEADER_CSEQ:
		form_free_cseq(f, value);
		return;
	case HEADER_CONTENT_LENGTH:
	case HEADER_MAX_FORWARDS:
	case HEADER_EXPIRES:
		return;
	default: // it says where they are, or nothing
		form_free(f, value.at, value.at + value.len);
		return;
	}
}

void request_forms_learn(struct request_forms *forms, const char *text, uint32_t len)
{
	int i = forms_take(forms->forms, text, len);

	if (i < 0)
		return;
	struct form *form = &forms->forms[i];
	if (is_lws(text[0]) || scan_request(form->text, len, &forms->requests[i]) != SCAN_OK ||
	    !forms->requests[i].complete || !form_lines(form, line_free))
		form->len = 0;
}

// The request of a text that fits: as it was, but for where it is and its numbers.
static bool request_read(const struct form *f, const struct sip_request *request, const char *text,
			 struct sip_request *out)
{
	const struct slice port = form_slice(f, f->port, text);
	uint32_t number = request->via_port;

	memcpy(out, request, offsetof(struct sip_request, method_text));
	if ((port.at != NULL &&
	     (!text_get_number(port.at, port.len, &number) || number > UINT16_MAX)) ||
	    !cseq_read(form_slice(f, f->cseq, text), &out->cseq, &out->cseq_method))
		return false;
	out->via_port = (uint16_t)number;
#define MOVE(MEMBER) out->MEMBER = form_slice(f, request->MEMBER, text)
	MOVE(method_text);
	MOVE(uri);
	MOVE(uri_user);
	MOVE(uri_host);
	MOVE(via_host);
	MOVE(via_maddr);
	MOVE(from);
	MOVE(to);
	MOVE(to_user);
	MOVE(to_host);
	MOVE(call_id);
	MOVE(cseq_text);
	MOVE(authorization);
	MOVE(require);
	MOVE(event);
	MOVE(subscription_state);
	MOVE(body);
	out->via_end = form_slice(f, (struct slice){ request->via_end, 0 }, text).at;
	out->via_rport_end = form_slice(f, (struct slice){ request->via_rport_end, 0 }, text).at;
	for (uint8_t i = 0; i < request->n_vias; i++)
		MOVE(vias[i]);
	for (uint8_t i = 0; i < request->n_contacts; i++)
		MOVE(contacts[i]);
#undef MOVE
	return true;
}

bool request_forms_find(struct request_forms *forms, const char *text, uint32_t len,
			struct sip_request *out)
{
	int i = forms_find(forms->forms, text, len);

	return i >= 0 && request_read(&forms->forms[i], &forms->requests[i], text, out);
}

enum scan_result request_forms_scan(struct request_forms *forms, const char *text, uint32_t len,
				    struct sip_request *out)
{
	if (request_forms_find(forms, text, len, out))
		return SCAN_OK;
	enum scan_result result = scan_request(text, len, out);
	if (result == SCAN_OK)
		request_forms_learn(forms, text, len);
	return result;
}
