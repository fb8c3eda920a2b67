// SPDX-License-Identifier: BSD-3-Clause
// Forms of a topmost Via, and the port that an answer goes to (RFC 3261 18.2.2, RFC 3581 4): for both
// sides that answer requests.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define PORT_OF_SOURCE 0

// In via, @ stands for the source address of the request.
static const struct via_form {
	const char *via;
	uint16_t port;
	bool maddr_refused;
} via_forms[] = {
	{ "SIP/2.0/UDP @;branch=z9hG4bK1", 5060, false },
	{ "SIP/2.0/UDP @:5060;branch=z9hG4bK1", 5060, false },
	{ "SIP/2.0/UDP @:50002;branch=z9hG4bK1", 50002, false },
	{ "SIP / 2.0 / UDP @ : 50002 ; branch=z9hG4bK1", 50002, false },
	{ "SIP/2.0/UDP host.example:50003;branch=z9hG4bK1", 50003, false },
	{ "SIP/2.0/UDP host.example;branch=z9hG4bK1", 5060, false },
	{ "SIP/2.0/UDP 192.0.2.7:50004;branch=z9hG4bK1", 50004, false },
	{ "SIP/2.0/UDP [2001:db8::1]:50005;branch=z9hG4bK1", 50005, false },
	{ "SIP/2.0/UDP @:50002, SIP/2.0/UDP @:50009;rport", 50002, false },
	// with rport
	{ "SIP/2.0/UDP @;branch=z9hG4bK1;rport", PORT_OF_SOURCE, false },
	{ "SIP/2.0/UDP @:50002;rport;branch=z9hG4bK1", PORT_OF_SOURCE, false },
	{ "SIP/2.0/UDP 192.0.2.7:50002;RPORT;branch=z9hG4bK1", PORT_OF_SOURCE, false },
	{ "SIP/2.0/UDP @:50002;xrport;branch=z9hG4bK1", 50002, false },
	// with maddr, to which sent-by's port belongs
	{ "SIP/2.0/UDP @:50002;maddr=@;branch=z9hG4bK1", 50002, false },
	{ "SIP/2.0/UDP host.example;MADDR = @ ;rport;branch=z9hG4bK1", 5060, false },
	{ "SIP/2.0/UDP @:50002;maddr=@;rport;branch=z9hG4bK1", 50002, false },
	// a stranger's, and a group: answered as if it were not there
	{ "SIP/2.0/UDP @:50002;maddr=192.0.2.9;branch=z9hG4bK1", 50002, true },
	{ "SIP/2.0/UDP @:50002;maddr=192.0.2.9;rport;branch=z9hG4bK1", PORT_OF_SOURCE, true },
	{ "SIP/2.0/UDP @:50002;maddr=224.0.1.75;ttl=1;branch=z9hG4bK1", 50002, true },
	{ "SIP/2.0/UDP @:50002;maddr=victim.example;branch=z9hG4bK1", 50002, true },
	{ "SIP/2.0/UDP @:50002;branch=z9hG4bK1;maddr=[::1]", 50002, true },
};
#define VIA_FORMS (sizeof(via_forms) / sizeof(via_forms[0]))

// An OPTIONS with that Via.
static inline void via_form_request(const struct via_form *form, const char *source, char *out,
				    size_t room)
{
	size_t len = (size_t)snprintf(out, room, "OPTIONS sip:10.0.0.1 SIP/2.0\r\nVia: ");

	for (const char *at = form->via; *at; at++)
		len += (size_t)(*at == '@' ? snprintf(out + len, room - len, "%s", source)
					   : snprintf(out + len, room - len, "%c", *at));
	snprintf(out + len, room - len,
		 "\r\nFrom: <sip:6000@h>;tag=f\r\nTo: <sip:h>\r\nCall-ID: c\r\n"
		 "CSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n");
}
