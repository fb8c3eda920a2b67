// SPDX-License-Identifier: BSD-3-Clause
// The granted time of one's own contact among those that a registrar lists (RFC 3261 10.3).
#include "sip/scan.h"

#include "sip/value.h"

// Is it the line's own? The hl parameter tells apart what was registered at either server; a
// registrar may have dropped it: *marked tells.
static bool contact_is_ours(struct slice uri, const char *host, uint32_t host_len, uint16_t port,
			    char server, bool *marked)
{
	struct address_uri u;
	struct slice hl;

	if (!address_uri_read(uri, &u) || !u.sip ||
	    !text_equal_nocase(u.host.at, u.host.len, host, host_len) ||
	    (u.port != 0 ? u.port : 5060) != port)
		return false;
	*marked = param_find(u.params, "hl", &hl);
	return !*marked || (hl.len == 1 && (hl.at[0] | 0x20) == server);
}

uint32_t scan_contact_expires(const struct sip_reply *reply, const char *host, uint32_t host_len,
			      uint16_t port, char server, bool *found)
{
	uint32_t granted = SIP_NO_NUMBER;

	*found = false;
	for (uint8_t i = 0; i < reply->n_contacts; i++) {
		const char *at = reply->contacts[i].at;
		const char *const end = at + reply->contacts[i].len;
		struct address address;

		while (address_next(&at, end, &address)) {
			struct slice expires;
			bool marked;

			if (!contact_is_ours(address.uri, host, host_len, port, server, &marked))
				continue;
			if (*found && !marked)
				continue;
			*found = true;
			granted = SIP_NO_NUMBER;
			if (param_find(address.params, "expires", &expires))
				granted = value_seconds(expires);
			if (marked)
				return granted;
		}
	}
	return granted;
}
