// SPDX-License-Identifier: BSD-3-Clause
// The five responses of RFC 4475. Bytes as in the archive that the RFC carries.
#pragma once

#include "sdp.h"

// A line of source is a line of the message.
// clang-format off

// 3.1.1.12 Unusual Reason Phrase
static const char unreason[] =
	"SIP/2.0 200 = 2**3 * 5**2 \320\275\320\276 \321\201\321\202\320\276 \320\264\320\265"
	"\320\262\321\217\320\275\320\276\321\201\321\202\320\276 \320\264\320\265\320\262"
	"\321\217\321\202\321\214 - \320\277\321\200\320\276\321\201\321\202\320\276\320\265"
	"\r\n"
	"Via: SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1324923\r\n"
	"Call-ID: unreason.1234ksdfak3j2erwedfsASdf\r\n"
	"CSeq: 35 INVITE\r\n"
	"From: sip:user@example.com;tag=11141343\r\n"
	"To: sip:user@example.edu;tag=2229\r\n"
	"Content-Length: 154\r\n"
	"Content-Type: application/sdp\r\n"
	"Contact: <sip:user@host198.example.com>\r\n"
	"\r\n"
	SDP("192.0.2.198");

// 3.1.1.13 Empty Reason Phrase
static const char noreason[] =
	"SIP/2.0 100 \r\n"
	"Via: SIP/2.0/UDP 192.0.2.105;branch=z9hG4bK2398ndaoe\r\n"
	"Call-ID: noreason.asndj203insdf99223ndf\r\n"
	"CSeq: 35 INVITE\r\n"
	"From: <sip:user@example.com>;tag=39ansfi3\r\n"
	"To: <sip:user@example.edu>;tag=902jndnke3\r\n"
	"Content-Length: 0\r\n"
	"Contact: <sip:user@host105.example.com>\r\n"
	"\r\n";

// 3.1.2.5 Response Scalar Fields with Overlarge Values
static const char scalarlg[] =
	"SIP/2.0 503 Service Unavailable\r\n"
	"Via: SIP/2.0/TCP host129.example.com;branch=z9hG4bKzzxdiwo34sw;received=192.0.2.129"
	"\r\n"
	"To: <sip:user@example.com>\r\n"
	"From: <sip:other@example.net>;tag=2easdjfejw\r\n"
	"CSeq: 9292394834772304023312 OPTIONS\r\n"
	"Call-ID: scalarlg.noase0of0234hn2qofoaf0232aewf2394r\r\n"
	"Retry-After: 949302838503028349304023988\r\n"
	"Warning: 1812 overture \"In Progress\"\r\n"
	"Content-Length: 0\r\n"
	"\r\n";

// 3.1.2.19 Overlarge Response Code
static const char bigcode[] =
	"SIP/2.0 4294967301 better not break the receiver\r\n"
	"Via: SIP/2.0/UDP 192.0.2.105;branch=z9hG4bK2398ndaoe\r\n"
	"Call-ID: bigcode.asdof3uj203asdnf3429uasdhfas3ehjasdfas9i\r\n"
	"CSeq: 353494 INVITE\r\n"
	"From: <sip:user@example.com>;tag=39ansfi3\r\n"
	"To: <sip:user@example.edu>;tag=902jndnke3\r\n"
	"Content-Length: 0\r\n"
	"Contact: <sip:user@host105.example.com>\r\n"
	"\r\n";

// 3.3.10 200 OK Response with Broadcast Via Header Field Value
static const char bcast[] =
	"SIP/2.0 200 OK\r\n"
	"Via: SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1324923\r\n"
	"Via: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1saber23\r\n"
	"Call-ID: bcast.0384840201234ksdfak3j2erwedfsASdf\r\n"
	"CSeq: 35 INVITE\r\n"
	"From: sip:user@example.com;tag=11141343\r\n"
	"To: sip:user@example.edu;tag=2229\r\n"
	"Content-Length: 154\r\n"
	"Content-Type: application/sdp\r\n"
	"Contact: <sip:user@host28.example.com>\r\n"
	"\r\n"
	SDP("192.0.2.198");
