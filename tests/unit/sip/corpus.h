// SPDX-License-Identifier: BSD-3-Clause
// Replies as servers and proxies write them, for the scanner and the full parser.
#pragma once

struct corpus_reply {
	const char *name;
	const char *text;
};

#define VIA_OURS \
	"Via: SIP/2.0/UDP 10.0.0.7:50001;branch=z9hG4bK0001e24030000abc0123456789ab;" \
	"rport=50001;received=10.0.0.7\r\n"
#define NAMES \
	"From: \"6000\" <sip:6000@example.com>;tag=a1b2c3d4e5f60718\r\n" \
	"To: \"6000\" <sip:6000@example.com>;tag=b27e1a1d33761e85846fc98f5f3a7e58.4b1f\r\n" \
	"Call-ID: 0123456789abcdef01234567\r\n"
#define CSEQ_REGISTER "CSeq: 1000000002 REGISTER\r\n"
#define CSEQ_OPTIONS "CSeq: 1000000003 OPTIONS\r\n"
#define NO_BODY "Content-Length: 0\r\n\r\n"

// The scanner must read every one of them itself.
static const struct corpus_reply corpus[] = {
	{ "kamailio register over IPv6",
	  "SIP/2.0 200 OK\r\n"
	  "Via: SIP/2.0/UDP [2001:db8::7]:50001;branch=z9hG4bK0001e24030000abc0123456789ab;"
	  "rport=50001;received=2001:db8::7\r\n" NAMES CSEQ_REGISTER
	  "Contact: <sip:6000@[2001:db8::7]:50001;hl=p>;expires=120\r\n"
	  "Server: kamailio (5.6.3 (x86_64/linux))\r\n" NO_BODY },
	{ "kamailio register", "SIP/2.0 200 OK\r\n" VIA_OURS NAMES CSEQ_REGISTER
			       "Contact: <sip:6000@10.0.0.7:50001;hl=p>;expires=120\r\n"
			       "Server: kamailio (5.6.3 (x86_64/linux))\r\n" NO_BODY },
	{ "kamailio register, three contacts on a line",
	  "SIP/2.0 200 OK\r\n" VIA_OURS NAMES CSEQ_REGISTER
	  "Contact: <sip:6000@10.0.0.9:5060>;expires=37;received=\"sip:192.0.2.1:1024\", "
	  "<sip:6000@10.0.0.7:50001;hl=b>;expires=3599, "
	  "<sip:6000@10.0.0.7:50001;hl=p>;q=0.5;expires=120;+sip.instance=\"<urn:uuid:0>\"\r\n"
	  "Server: kamailio (5.6.3 (x86_64/linux))\r\n" NO_BODY },
	{ "kamailio 401", "SIP/2.0 401 Unauthorized\r\n" VIA_OURS NAMES CSEQ_REGISTER
			  "WWW-Authenticate: Digest realm=\"example.com\", "
			  "nonce=\"Y5bHvWOWxpGm3Y0mG0Zr9qkQx7rC8YxE\", qop=\"auth\"\r\n"
			  "Server: kamailio (5.6.3 (x86_64/linux))\r\n" NO_BODY },
	{ "kamailio options", "SIP/2.0 200 Keepalive\r\n" VIA_OURS NAMES CSEQ_OPTIONS
			      "Server: kamailio (5.6.3 (x86_64/linux))\r\n" NO_BODY },
	{ "opensips 407, stale",
	  "SIP/2.0 407 Proxy Authentication Required\r\n" VIA_OURS NAMES CSEQ_OPTIONS
	  "Proxy-Authenticate: Digest realm=\"opensips.example\", "
	  "nonce=\"mmV2Zh2GNqNYFJDy0kPCHaW0pvK1kDAnQuzHn7c5+AMA\", stale=true, qop=\"auth,auth-int\"\r\n"
	  "Server: OpenSIPS (3.3.2 (x86_64/linux))\r\n" NO_BODY },
	{ "opensips register", "SIP/2.0 200 OK\r\n"
			       "Via: SIP/2.0/UDP 10.0.0.7:50001;received=10.0.0.7;rport=50001;"
			       "branch=z9hG4bK0001e24030000abc0123456789ab\r\n" NAMES CSEQ_REGISTER
			       "Contact: <sip:6000@10.0.0.7:50001;hl=p>;expires=300\r\n"
			       "Server: OpenSIPS (3.3.2 (x86_64/linux))\r\n" NO_BODY },
	{ "asterisk pjsip 401, two algorithms",
	  "SIP/2.0 401 Unauthorized\r\n" VIA_OURS "Call-ID: 0123456789abcdef01234567\r\n"
	  "From: \"6000\" <sip:6000@example.com>;tag=a1b2c3d4e5f60718\r\n"
	  "To: \"6000\" <sip:6000@example.com>;tag=z9hG4bK0001e240\r\n" CSEQ_REGISTER
	  "WWW-Authenticate: Digest realm=\"asterisk\","
	  "nonce=\"1700000000/0d3c8a5a0d5f0b8e\",opaque=\"5e6f7a8b\",algorithm=SHA-256,qop=\"auth\"\r\n"
	  "WWW-Authenticate: Digest realm=\"asterisk\","
	  "nonce=\"1700000000/0d3c8a5a0d5f0b8e\",opaque=\"5e6f7a8b\",algorithm=MD5,qop=\"auth\"\r\n"
	  "Server: Asterisk PBX 20.5.0\r\nContent-Length:  0\r\n\r\n" },
	{ "asterisk pjsip options",
	  "SIP/2.0 200 OK\r\n" VIA_OURS "Call-ID: 0123456789abcdef01234567\r\n"
	  "From: \"6000\" <sip:6000@example.com>;tag=a1b2c3d4e5f60718\r\n"
	  "To: <sip:example.com>;tag=z9hG4bK0001e240\r\n" CSEQ_OPTIONS
	  "Accept: application/sdp, application/dialog-info+xml, application/simple-message-summary, "
	  "application/pidf+xml, application/cpim-pidf+xml, message/sipfrag;version=2.0\r\n"
	  "Allow: OPTIONS, REGISTER, SUBSCRIBE, NOTIFY, PUBLISH, INVITE, ACK, BYE, CANCEL, UPDATE, "
	  "PRACK, MESSAGE, INFO, REFER\r\n"
	  "Supported: 100rel, timer, replaces, norefersub, histinfo\r\n"
	  "Accept-Encoding: text/plain\r\nAccept-Language: en\r\n"
	  "Server: Asterisk PBX 20.5.0\r\nContent-Length:  0\r\n\r\n" },
	{ "asterisk register, expires header",
	  "SIP/2.0 200 OK\r\n" VIA_OURS NAMES CSEQ_REGISTER
	  "Date: Tue, 14 Nov 2023 22:13:20 GMT\r\n"
	  "Contact: <sip:6000@10.0.0.7:50001;hl=p>;expires=119\r\n"
	  "Expires: 120\r\nServer: Asterisk PBX 20.5.0\r\nContent-Length:  0\r\n\r\n" },
	{ "chan_sip 401",
	  "SIP/2.0 401 Unauthorized\r\n"
	  "Via: SIP/2.0/UDP 10.0.0.7:50001;branch=z9hG4bK0001e24030000abc0123456789ab;"
	  "received=10.0.0.7;rport=50001\r\n" NAMES CSEQ_REGISTER "Server: Asterisk PBX 13.38.3\r\n"
	  "Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, SUBSCRIBE, NOTIFY, INFO, PUBLISH, MESSAGE\r\n"
	  "Supported: replaces, timer\r\n"
	  "WWW-Authenticate: Digest algorithm=MD5, realm=\"asterisk\", nonce=\"3a1f6c2b\"\r\n" NO_BODY },
	{ "freeswitch register",
	  "SIP/2.0 200 OK\r\n"
	  "Via: SIP/2.0/UDP 10.0.0.7:50001;branch=z9hG4bK0001e24030000abc0123456789ab;rport=50001\r\n" NAMES
		  CSEQ_REGISTER "Contact: <sip:6000@10.0.0.7:50001;hl=p>;expires=3600\r\n"
	  "Date: Tue, 14 Nov 2023 22:13:20 GMT\r\n"
	  "User-Agent: FreeSWITCH-mod_sofia/1.10.10-release-24-4cb05e7f4a~64bit\r\n"
	  "Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, MESSAGE, INFO, UPDATE, REGISTER, REFER, NOTIFY, "
	  "PUBLISH, SUBSCRIBE\r\nSupported: timer, path, replaces\r\n" NO_BODY },
	{ "freeswitch 401, four parameters and a quoted comma",
	  "SIP/2.0 401 Unauthorized\r\n" VIA_OURS NAMES CSEQ_REGISTER
	  "User-Agent: FreeSWITCH-mod_sofia/1.10.10-release-24-4cb05e7f4a~64bit\r\n"
	  "WWW-Authenticate: Digest realm=\"one, two; three\", "
	  "nonce=\"8a0b1c2d-1111-2222-3333-444455556666\", algorithm=MD5, qop=\"auth\"\r\n" NO_BODY },
	{ "sipp, short",
	  "SIP/2.0 200 OK\r\n"
	  "Via: SIP/2.0/UDP 10.0.0.7:50001;branch=z9hG4bK0001e24030000abc0123456789ab\r\n"
	  "From: <sip:6000@example.com>;tag=1\r\nTo: <sip:6000@example.com>;tag=2\r\n"
	  "Call-ID: 1-1@10.0.0.7\r\nCSeq: 1 REGISTER\r\n" NO_BODY },
	{ "compact names",
	  "SIP/2.0 200 OK\r\n"
	  "v: SIP/2.0/UDP 10.0.0.7:50001;branch=z9hG4bK0001e24030000abc0123456789ab\r\n"
	  "f: <sip:6000@example.com>;tag=1\r\nt: <sip:6000@example.com>;tag=2\r\n"
	  "i: 1-1@10.0.0.7\r\nCSeq: 1000000002 REGISTER\r\n"
	  "m: <sip:6000@10.0.0.7:50001;hl=p>;expires=60\r\nl: 0\r\n\r\n" },
	{ "names in any case, blanks around the colon",
	  "SIP/2.0 200 OK\r\n"
	  "VIA  :   SIP/2.0/UDP   10.0.0.7 : 50001 ; RPORT = 50001 ; Branch = z9hG4bKabc \r\n"
	  "fRoM :<sip:6000@example.com>;tag=1\r\nTO:<sip:6000@example.com>;tag=2\r\n"
	  "CALL-id:x\r\ncseq  :  1000000002   REGISTER  \r\nEXPIRES : 77 \r\n"
	  "CONTACT :<sip:6000@10.0.0.7:50001;hl=p>\r\nCONTENT-length :0\r\n\r\n" },
	{ "through a proxy, two Via lines",
	  "SIP/2.0 200 OK\r\n" VIA_OURS
	  "Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKother\r\n" NAMES CSEQ_REGISTER NO_BODY },
	{ "two Via values on a line",
	  "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 10.0.0.7:50001;branch=z9hG4bKfirst;rport=1 , "
	  "SIP/2.0/TCP proxy.example.com;branch=z9hG4bKsecond\r\n" NAMES CSEQ_REGISTER NO_BODY },
	{ "a Via without branch (RFC 2543)",
	  "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 10.0.0.7:50001\r\n" NAMES CSEQ_REGISTER NO_BODY },
	{ "interval too brief", "SIP/2.0 423 Interval Too Brief\r\n" VIA_OURS NAMES CSEQ_REGISTER
				"Min-Expires: 600\r\nServer: x\r\n" NO_BODY },
	{ "overload", "SIP/2.0 503 Service Unavailable\r\n" VIA_OURS NAMES CSEQ_REGISTER
		      "Retry-After: 30 (maintenance, please wait);duration=60\r\n" NO_BODY },
	{ "overload, bare", "SIP/2.0 503 Service Unavailable\r\n" VIA_OURS NAMES CSEQ_OPTIONS
			    "Retry-After: 5;duration=60\r\n" NO_BODY },
	{ "redirection",
	  "SIP/2.0 302 Moved Temporarily\r\n" VIA_OURS NAMES CSEQ_REGISTER
	  "Contact: \"Backup, the \\\"other\\\" one\" <sip:192.168.50.18:5060>;q=0.7\r\n"
	  "Contact: sip:192.168.50.19\r\n" NO_BODY },
	{ "trying, without a tag",
	  "SIP/2.0 100 trying -- your call is important to us\r\n" VIA_OURS
	  "From: <sip:6000@example.com>;tag=1\r\nTo: <sip:6000@example.com>\r\n"
	  "Call-ID: x\r\n" CSEQ_REGISTER "Server: kamailio\r\n" NO_BODY },
	{ "no content length, empty reason",
	  "SIP/2.0 404 \r\n" VIA_OURS NAMES CSEQ_REGISTER "\r\n" },
	{ "authentication info",
	  "SIP/2.0 200 OK\r\n" VIA_OURS NAMES CSEQ_REGISTER
	  "Contact: <sip:6000@10.0.0.7:50001;hl=p>;expires=120\r\n"
	  "Authentication-Info: nextnonce=\"47364c23432d2e131a5fb210812c\", qop=auth, "
	  "rspauth=\"6629fae49393a05397450978507c4ef1\", cnonce=\"0a4f113b\", nc=00000001\r\n" NO_BODY },
	{ "options with a body",
	  "SIP/2.0 200 OK\r\n" VIA_OURS NAMES CSEQ_OPTIONS
	  "Contact: <sip:192.0.2.4>\r\nContent-Type: application/sdp\r\nContent-Length: 50\r\n\r\n"
	  "v=0\r\no=- 1 1 IN IP4 192.0.2.4\r\ns=-\r\nt=0 0\r\na=1 2\r\n" },
	{ "a service provider's 200",
	  "SIP/2.0 200 OK\r\n" VIA_OURS NAMES CSEQ_REGISTER
	  "P-Associated-URI: <sip:6000@example.com>, <tel:+441632960000>\r\n"
	  "Path: <sip:term@pcscf.example.com;lr>\r\nService-Route: <sip:orig@scscf.example.com;lr>\r\n"
	  "Contact: <sip:6000@10.0.0.7:50001;hl=p>;expires=600000;"
	  "+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi.mmtel\"\r\n"
	  "P-Charging-Vector: icid-value=\"0.1.2-3\";orig-ioi=example.com\r\n"
	  "Require: outbound\r\nSupported: path, outbound, gruu\r\n" NO_BODY },
	{ "both challenges", "SIP/2.0 401 Unauthorized\r\n" VIA_OURS NAMES CSEQ_REGISTER
			     "Proxy-Authenticate: Digest realm=\"edge\", nonce=\"aa\"\r\n"
			     "WWW-Authenticate: Digest realm=\"core\", nonce=\"bb\"\r\n" NO_BODY },
	{ "an unknown method",
	  "SIP/2.0 481 Gone\r\n" VIA_OURS NAMES "CSeq: 7 PUBLISH\r\n" NO_BODY },
	// RFC 4475 3.1.1.12, shortened by the octets of its reason; 3.1.1.13
	{ "unreason", "SIP/2.0 200 = 2**3 * 5**2 \xd0\xbd\xd0\xbe \xd1\x81\xd1\x82\xd0\xbe\r\n"
		      "Via: SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1324923\r\n"
		      "Call-ID: unreason.1234ksdfak3j2erwedfsASdf\r\nCSeq: 35 INVITE\r\n"
		      "From: sip:user@example.com;tag=11141343\r\n"
		      "To: sip:user@example.edu;tag=2229\r\nContent-Length: 0\r\n"
		      "Contact: <sip:user@host198.example.com>\r\n\r\n" },
	{ "noreason", "SIP/2.0 100 \r\nVia: SIP/2.0/UDP 192.0.2.105;branch=z9hG4bK2398ndaoe\r\n"
		      "Call-ID: noreason.asndj203insdf99223ndf\r\nCSeq: 35 INVITE\r\n"
		      "From: <sip:user@example.com>;tag=39ansfi3\r\n"
		      "To: <sip:user@example.edu>;tag=902jndnke3\r\nContent-Length: 0\r\n"
		      "Contact: <sip:user@host105.example.com>\r\n\r\n" },
};
#define CORPUS_N (sizeof(corpus) / sizeof(corpus[0]))

// Fixed text to put mutations in.
#define REPLY_200 "SIP/2.0 200 OK\r\n" VIA_OURS NAMES CSEQ_REGISTER
