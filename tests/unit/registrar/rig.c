// SPDX-License-Identifier: BSD-3-Clause
// The client's side: requests as text and frames, answers taken apart.
#include "registrar/rig.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/count.h"
#include "net/frame.h"
#include "response_check.h"

#include "datagram.h"

static const uint8_t server_mac[6] = { 2, 0, 0, 0, 0, 1 };
static const uint8_t client_mac[6] = { 2, 0, 0, 0, 0, 7 };

static struct hl_addr addr_of(const char *text)
{
	struct hl_addr addr;

	cr_assert_eq(hl_addr_parse(text, strlen(text), &addr), 0);
	return addr;
}

static struct hl_addr server_addr(unsigned server)
{
	static const char *const addrs[] = { "10.0.0.1", "10.0.0.2", "10.0.0.3" };

	return addr_of(addrs[server]);
}

void rig_config(struct hl_registrar_config *config)
{
	*config = (struct hl_registrar_config){
		.n_servers = 2,
		.capacity = 100,
		.seed = 1,
		.qop_auth = true,
	};
	memcpy(config->mac, server_mac, 6);
	for (unsigned i = 0; i < 2; i++)
		config->servers[i] = (struct hl_endpoint){ server_addr(i), 5060 };
}

void rig_start(struct rig *rig, const struct hl_registrar_config *config)
{
	struct hl_registrar_config usual;
	struct hl_error err;

	rig_config(&usual);
	memset(rig, 0, sizeof(*rig));
	cr_assert_eq(hl_registrar_new(&rig->r, config != NULL ? config : &usual, &err), 0, "%s",
		     err.text);
	rig->now_ns = 1000 * SECOND;
	rig->tx = (struct hl_burst){ .pkts = rig->pkts, .cap = HL_BURST_MAX };
	for (unsigned i = 0; i < HL_BURST_MAX; i++)
		rig->pkts[i].data = rig->buffers[i];
}

void rig_stop(struct rig *rig)
{
	hl_registrar_free(rig->r);
	rig->r = NULL;
}

uint16_t rig_frame(uint8_t frame[HL_FRAME_MAX], unsigned server, const char *text)
{
	struct hl_packet pkt = { .data = frame };
	struct hl_endpoint from = { addr_of("10.1.0.7"), 50001 };
	struct hl_endpoint to = { server_addr(server), 5060 };
	struct route route;

	memcpy(route.src_mac, client_mac, 6);
	memcpy(route.dst_mac, server_mac, 6);
	datagram_write(&pkt, &route, &from, &to, text, (uint16_t)strlen(text));
	return pkt.len;
}

// The only answer in the burst, which must come from the server and go to where the client is.
static const char *answer_take(struct rig *rig, int server)
{
	struct frame f;
	uint16_t n = rig->tx.n;

	rig->tx.n = 0;
	cr_assert_leq(n, 1, "%u answers", n);
	if (n == 0)
		return NULL;
	cr_assert_eq(frame_read(rig->pkts[0].data, rig->pkts[0].len, 0, &f), FRAME_UDP);
	cr_assert_arr_eq(rig->pkts[0].data, client_mac, 6);
	cr_assert_arr_eq(rig->pkts[0].data + 6, server_mac, 6);
	struct hl_addr client = addr_of("10.1.0.7");
	cr_assert(hl_addr_equal(&f.dst.addr, &client) && f.dst.port == 50001 && f.src.port == 5060);
	if (server >= 0) {
		struct hl_addr addr = server_addr((unsigned)server);
		cr_assert(hl_addr_equal(&f.src.addr, &addr));
	}
	memcpy(rig->text, f.payload, f.payload_len);
	rig->text[f.payload_len] = '\0';
	return rig->text;
}

const char *rig_send(struct rig *rig, unsigned server, const char *text)
{
	uint8_t frame[HL_FRAME_MAX];
	struct hl_packet pkt = { .data = frame, .len = rig_frame(frame, server, text) };

	hl_registrar_rx(rig->r, &pkt, 1, &rig->tx, rig->now_ns);
	return answer_take(rig, (int)server);
}

const char *rig_tick(struct rig *rig)
{
	hl_registrar_tick(rig->r, &rig->tx, rig->now_ns);
	return answer_take(rig, -1);
}

const char *rig_register(struct rig *rig, unsigned server, const struct wish *w)
{
	char text[HL_FRAME_MAX], expires[64] = "";
	const char *user = w->user != NULL ? w->user : "6000";
	const char *host = w->host != NULL ? w->host : "10.0.0.1";

	if (w->expires == NULL || *w->expires != '\0')
		snprintf(expires, sizeof(expires), "Expires: %s\r\n",
			 w->expires != NULL ? w->expires : "60");
	snprintf(text, sizeof(text),
		 "REGISTER sip:10.0.0.1 SIP/2.0\r\n"
		 "Via: SIP/2.0/UDP 10.1.0.7:50001;branch=z9hG4bK1;rport\r\n"
		 "Max-Forwards: 70\r\n"
		 "From: <sip:%s@%s>;tag=f\r\n"
		 "To: <sip:%s@%s>\r\n"
		 "Call-ID: %s\r\n"
		 "CSeq: %u REGISTER\r\n"
		 "%s%s%s"
		 "Content-Length: 0\r\n\r\n",
		 user, host, user, host, w->call_id != NULL ? w->call_id : "call-1",
		 w->cseq != 0 ? w->cseq : 1,
		 w->contacts != NULL ? w->contacts : "Contact: <sip:6000@10.1.0.7:50001;hl=p>\r\n",
		 expires, w->headers != NULL ? w->headers : "");
	return rig_send(rig, server, text);
}

const char *rig_options(struct rig *rig, unsigned server)
{
	return rig_send(rig, server,
			"OPTIONS sip:10.0.0.1 SIP/2.0\r\n"
			"Via: SIP/2.0/UDP 10.1.0.7:50001;branch=z9hG4bK2;rport\r\n"
			"Max-Forwards: 70\r\n"
			"From: <sip:6000@10.0.0.1>;tag=f\r\n"
			"To: <sip:10.0.0.1>\r\n"
			"Call-ID: call-2\r\n"
			"CSeq: 5 OPTIONS\r\n"
			"Content-Length: 0\r\n\r\n");
}

int status_of(const char *answer)
{
	if (answer == NULL)
		return 0;
	cr_assert_eq(strncmp(answer, "SIP/2.0 ", 8), 0, "%s", answer);
	return atoi(answer + 8);
}

const char *rig_authorise(struct rig *rig, unsigned server, const struct wish *wish,
			  const char *answer, const char *password)
{
	static const uint64_t key[2] = { 1, 2 };
	struct auth_realms realms;
	struct auth auth = { 0 };
	struct auth_challenge challenge;
	struct digest *d = digest_new();
	char line[AUTH_LINE_MAX], ha2[DIGEST_HEX_MAX];
	const struct slice account = slice_of(wish->account != NULL ? wish->account
					      : wish->user != NULL  ? wish->user
								    : "6000");

	cr_assert(auth_realms_init(&realms, 1, key));
	cr_assert_eq(status_of(answer), 401);
	const char *value = strstr(answer, "\r\nWWW-Authenticate: ");
	cr_assert_not_null(value, "%s", answer);
	value += 20;
	cr_assert_eq(auth_challenge_read(value, (uint32_t)strcspn(value, "\r"), &challenge), 0);
	cr_assert_eq(auth_learn(&auth, &(struct auth_store){ &realms, NULL, d }, &challenge,
				account, slice_of(password != NULL ? password : "secret")),
		     0);
	auth.nc = wish->nc != 0 ? wish->nc : 1;
	digest_ha2(d, challenge.algorithm, slice_of("REGISTER"), slice_of("sip:10.0.0.1"), false,
		   ha2);
	uint32_t n = auth_write(&auth, &(struct auth_store){ &realms, NULL, d },
				&(struct auth_request){ account, slice_of("sip:10.0.0.1"),
							slice_of("cn"), ha2, key },
				line, sizeof(line) - 1);
	line[n] = '\0';
	auth_realms_free(&realms);
	digest_free(d);

	struct wish with = *wish;
	with.headers = line;
	return rig_register(rig, server, &with);
}

uint64_t rig_count(const _Atomic uint64_t *counter)
{
	return count_read(counter);
}
