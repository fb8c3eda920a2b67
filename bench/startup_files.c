// SPDX-License-Identifier: BSD-3-Clause
// Files of the startup bench. The device is net_pcap: it needs no peer, no root and no NIC, and
// stamps what it sends.
#include "startup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PORTS 20001 // of an address: 40000..60000
#define PCAP_MAGIC_NS 0xa1b23c4du
#define PCAP_MAGIC_US 0xa1b2c3d4u
#define PCAP_HEAD_BYTES 24

#define ANSWERS 4000

struct pcap_record {
	uint32_t s, fraction, len, full_len;
};

static FILE *file_open(const char *path)
{
	FILE *f = fopen(path, "we");

	if (f)
		return f;
	perror(path);
	exit(1);
}

static void file_close(FILE *f, const char *path)
{
	if (!ferror(f) && fclose(f) == 0)
		return;
	perror(path);
	exit(1);
}

static void yaml_write(const struct startup_files *files, uint64_t lines)
{
	FILE *f = file_open(files->yaml);

	fprintf(f,
		"ports:\n"
		"  - device: net_pcap0,rx_pcap=%s,tx_pcap=%s\n"
		"    addresses: 10.0.1.0-10.0.%llu.255/8\n"
		"profiles:\n"
		"  bench:\n"
		"    outbound_server: 10.99.0.1\n"
		"    backup_outbound_server: 10.99.0.2\n"
		"    use_random_sip_port: on\n"
		"    min_random_sip_port: 40000\n"
		"    max_random_sip_port: 60000\n"
		"    primary_detect_interval: 10s\n"
		"lines:\n"
		"  - {profile: bench, csv: lines.csv}\n",
		files->answers, files->sent, 1 + (unsigned long long)lines / PORTS / 256);
	file_close(f, files->yaml);
}

// Every line with an account, a password and a name of its own.
static void csv_write(const struct startup_files *files, uint64_t lines)
{
	FILE *f = file_open(files->csv);

	fprintf(f, "phone_number;account;password;display_name\n");
	for (unsigned long long i = 0; i < lines; i++)
		fprintf(f, "%llu;u%llu;secret%06llu;Line %llu\n", 10000000 + i, 10000000 + i,
			i * 7919 % 1000003, i);
	file_close(f, files->csv);
}

// ARP requests of 10.99.0.1 and 10.99.0.2 for the first line's address, again and again over the first polls:
// a MAC is learnt from one that comes after it was asked for.
static void answers_write(const struct startup_files *files)
{
	static const uint32_t head[] = { PCAP_MAGIC_US, 4 << 16 | 2, 0, 0, 65535, 1 };
	uint8_t frame[42] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2,  0,  0, 0, 0, 2, 8, 6, // Ethernet
		0,    1,    8,    0,    6,    4,    0,  1,                    // request
		2,    0,    0,    0,    0,    2,    10, 99, 0, 1,             // sender
	};
	const struct pcap_record record = { .len = sizeof(frame), .full_len = sizeof(frame) };
	FILE *f = file_open(files->answers);

	fwrite(head, sizeof(head), 1, f);
	frame[38] = 10; // 10.0.1.0
	frame[40] = 1;
	for (unsigned k = 0; k < ANSWERS; k++) {
		frame[31] = (uint8_t)(1 + k % 2);
		fwrite(&record, sizeof(record), 1, f);
		fwrite(frame, sizeof(frame), 1, f);
	}
	file_close(f, files->answers);
}

void startup_files_make(struct startup_files *files, uint64_t lines)
{
	const char *base = getenv("TMPDIR");

	snprintf(files->folder, sizeof(files->folder), "%.40s/hl-startup-XXXXXX",
		 base && strlen(base) <= 40 ? base : "/tmp");
	if (!mkdtemp(files->folder)) {
		perror(files->folder);
		exit(1);
	}
	snprintf(files->yaml, sizeof(files->yaml), "%s/run.yaml", files->folder);
	snprintf(files->csv, sizeof(files->csv), "%s/lines.csv", files->folder);
	snprintf(files->sent, sizeof(files->sent), "%s/sent.pcap", files->folder);
	snprintf(files->answers, sizeof(files->answers), "%s/answers.pcap", files->folder);
	snprintf(files->summary, sizeof(files->summary), "%s/summary.json", files->folder);
	yaml_write(files, lines);
	csv_write(files, lines);
	answers_write(files);
}

void startup_files_remove(const struct startup_files *files)
{
	unlink(files->yaml);
	unlink(files->csv);
	unlink(files->sent);
	unlink(files->answers);
	unlink(files->summary);
	rmdir(files->folder);
}

bool startup_sent(const struct startup_files *files, uint64_t *frame_ns, uint64_t *sip_ns)
{
	FILE *f = fopen(files->sent, "re");
	struct pcap_record r;
	uint8_t frame[2048];
	uint32_t head[PCAP_HEAD_BYTES / 4];
	bool found = false, first = true;

	if (!f)
		return false;
	bool readable = fread(head, sizeof(head), 1, f) == 1;
	uint32_t unit_ns = readable && head[0] == PCAP_MAGIC_NS ? 1 : 1000;
	while (readable && !found && fread(&r, sizeof(r), 1, f) == 1 && r.len <= sizeof(frame) &&
	       fread(frame, 1, r.len, f) == r.len) {
		uint64_t at_ns = r.s * 1000000000ull + (uint64_t)r.fraction * unit_ns;

		if (first)
			*frame_ns = at_ns;
		first = false;
		*sip_ns = at_ns;
		// IPv4, UDP, and a request's first letters
		found = r.len > 51 && frame[12] == 8 && frame[13] == 0 && frame[23] == 17 &&
			memcmp(frame + 42, "REGISTER ", 9) == 0;
	}
	fclose(f);
	return found;
}
