// SPDX-License-Identifier: BSD-3-Clause
// The session description that most INVITEs of RFC 4475 offer.
#pragma once

// A line of source is a line of the message.
// clang-format off
#define SDP(ADDRESS) \
	"v=0\r\n" \
	"o=mhandley 29739 7272939 IN IP4 " ADDRESS "\r\n" \
	"s=-\r\n" \
	"c=IN IP4 " ADDRESS "\r\n" \
	"t=0 0\r\n" \
	"m=audio 49217 RTP/AVP 0 12\r\n" \
	"m=video 3227 RTP/AVP 31\r\n" \
	"a=rtpmap:31 LPC\r\n"
