// SPDX-License-Identifier: BSD-3-Clause
// Collects facts of the machine from /sys and /proc, below a root.
#pragma once

#include "device/eal.h"
#include "doctor/facts.h"

// What is looked at.
struct collect {
	const char *root;                // "": this machine
	const struct device *device;     // NULL: none was named, or the text names none
	const struct eal_arguments *eal; // what was given behind "--"
	unsigned n_workers;
};

void collect_memory(const struct collect *c, struct facts *facts);
void collect_iommu(const struct collect *c, struct facts *facts);
void collect_rights(const struct collect *c, struct facts *facts);
void collect_cpus(const struct collect *c, struct facts *facts);
void collect_governor(const struct collect *c, struct facts *facts);
void collect_clock(const struct collect *c, struct facts *facts);
// Of the kernel interface that the device uses, if any; facts->device comes first.
void collect_interface(const struct collect *c, struct facts *facts);

// What a device is, by its name: facts->device but for errors.
void collect_device(const struct collect *c, const char *text, struct facts *facts);

// Interrupts are counted twice: begin, and some time later end.
struct irq_sample;
struct irq_sample *irq_sample_begin(const struct collect *c, const struct facts *facts);
// The sample is freed.
void irq_sample_end(const struct collect *c, struct irq_sample *sample, uint64_t passed_ms,
		    struct facts *facts);
