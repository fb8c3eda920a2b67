// SPDX-License-Identifier: BSD-3-Clause
// The capture file: its size, its successors, a disk that is full, a FIFO whose reader is slow or gone.
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <heartline/error.h>

#include "trace/pcapng.h"

struct pcap_file;

struct pcap_options {
	const char *path;    // copied, as the others
	uint64_t size_bytes; // of a file; 0: no limit
	unsigned files;      // 1: it ends then; more: so many, and the oldest one leaves
	const char *application, *interface;
	bool (*too_late)(void *context); // is asked while a reader is waited for
	void *context;
};

// Make the file, or empty it. A FIFO needs a reader. 0, or -errno with a message.
int pcap_file_open(struct pcap_file **file, const struct pcap_options *options,
		   struct hl_error *err);

// Add a frame; what cannot be written any more is counted. It is in the file after the next flush.
// tally: for the statistics of a file that ends here.
void pcap_file_add(struct pcap_file *file, const struct pcapng_frame *frame,
		   const struct pcapng_tally *tally);
void pcap_file_flush(struct pcap_file *file);

// Write the statistics and close the file, which can still be counted.
void pcap_file_end(struct pcap_file *file, const struct pcapng_tally *tally);
void pcap_file_free(struct pcap_file *file); // may be NULL

// Any thread. unwritten: frames that came after an error or the end of the file.
uint64_t pcap_file_written(const struct pcap_file *file);
uint64_t pcap_file_unwritten(const struct pcap_file *file);
// Why nothing is written any more; NULL: it is.
const char *pcap_file_error(const struct pcap_file *file);
