// SPDX-License-Identifier: BSD-3-Clause
// What was seen of a machine, a configuration and a network, before a run. Collectors fill it in, rules
// judge it: a rule reads nothing but this, so each has a test with planted facts.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/addr.h>
#include <heartline/error.h>

#include "device/device.h"
#include "doctor/cpu_list.h"

// Each part has a text that says why it was not looked at; "": it was.
#define WHY_ROOM 320

#define HUGE_POOLS_MAX 32
#define IRQS_MAX 8
#define FACT_NAMES_MAX 16
#define CONFLICTS_MAX 8
#define HOPS_MAX 16
#define SERVERS_MAX 32
#define PROBED_MAX 4096 // addresses of lines that are looked for on the network

enum device_type {
	DEVICE_TYPE_NONE, // no device was named
	DEVICE_TYPE_PCI,
	DEVICE_TYPE_AF_PACKET,
	DEVICE_TYPE_AF_XDP,
	DEVICE_TYPE_TAP,
	DEVICE_TYPE_OTHER, // memif and other virtual ones
};

struct facts_config {
	char why_not[WHY_ROOM];
	char path[256];            // "": flags
	char error[HL_ERROR_TEXT]; // "": it can be used
	uint64_t lines;
	uint32_t n_addresses;
	// Of the profile whose lines have the least room.
	char profile[64];
	uint64_t profile_lines, profile_places;
	uint32_t profile_ports;
};

struct facts_device {
	char why_not[WHY_ROOM];
	enum device_type type;
	char text[DEVICE_TEXT]; // as given
	char name[64];
	char error[HL_ERROR_TEXT]; // "": it can be used as it is
	char driver[64];           // PCI: the kernel's; "": none
	int node;                  // PCI: its NUMA node; -1: none
	char interface[32];        // af_packet, af_xdp, tap; "": none
};

struct huge_pool {
	int node; // -1: the machine has no nodes
	uint64_t page_kib, pages, free_pages;
};

struct facts_memory {
	char why_not[WHY_ROOM];
	uint64_t needed_bytes;
	bool is_root; // nobody else uses them without a word of its own
	unsigned n;
	struct huge_pool pools[HUGE_POOLS_MAX];
};

struct facts_iommu {
	char why_not[WHY_ROOM];
	unsigned n_groups;
	bool no_iommu_mode; // vfio's own, without protection
	char group[16];     // of the device; "": none
	bool group_opens;   // this user may open /dev/vfio/GROUP
};

struct facts_rights {
	char why_not[WHY_ROOM];
	uint64_t effective; // CapEff
};

struct facts_cpus {
	char why_not[WHY_ROOM];
	struct cpu_list online, allowed, isolated, nohz_full;
	struct cpu_list polled; // on which workers poll, when lcores were named
	bool named;
	unsigned n_workers;
	double quota; // processors' worth of time that a cgroup allows; 0: no limit
	char quota_file[256], quota_text[80];
};

struct busy_irq {
	unsigned cpu, per_second; // of all devices on this processor
	char busiest[48];         // "24 (eth0-rx-0)"
	char number[16];
};

struct facts_interrupts {
	char why_not[WHY_ROOM];
	unsigned n; // processors that poll and are interrupted
	struct busy_irq list[IRQS_MAX];
};

struct facts_clock {
	char why_not[WHY_ROOM];
	char source[32];
	bool constant_tsc, nonstop_tsc;
};

struct facts_governor {
	char why_not[WHY_ROOM];
	unsigned n_cpus, n_slow; // those whose governor is not "performance"
	unsigned slow_cpu;       // one of them
	char governor[32];
};

struct facts_interface {
	char why_not[WHY_ROOM];
	uint32_t mtu;
	int carrier; // -1: not known
	bool forwards;
	char forwards_file[96];
	unsigned n_kernel; // addresses of lines that the kernel has as well
	char kernel_address[HL_ADDR_TEXT];
	char subnet_address
		[HL_ADDR_TEXT]; // its own in the lines' subnet, so that it routes there; "": none
};

struct facts_port {
	char why_not[WHY_ROOM];
	bool has_link, link_up;
	uint32_t mbps; // 0: not known
	uint32_t mtu;
	uint8_t mac[6];
	unsigned n_queues;
};

struct facts_plan {
	char why_not[WHY_ROOM];
	char error[HL_ERROR_TEXT];
	uint32_t request_bytes; // the largest, without credentials, of SIP alone
	uint32_t signed_bytes;  // with the longest credentials that a server may ask for
	char rung[32];          // of steering
	uint32_t steered, slots;
	char why_ring[WHY_ROOM];
};

struct dns_name {
	char host[128], profile[64];
	char server;          // 'P' or 'B'
	char error[WHY_ROOM]; // "": it was found
	char targets[128];    // "10.0.0.1:5060, 10.0.0.2:5060"
};

struct facts_dns {
	char why_not[WHY_ROOM];
	bool dhcp_wanted, dhcp_failed;
	char dhcp_error[WHY_ROOM];
	char servers[128]; // that were asked
	unsigned n;
	struct dns_name names[FACT_NAMES_MAX];
};

struct conflict {
	char addr[HL_ADDR_TEXT];
	uint8_t mac[6];
};

struct fact_hop {
	char addr[HL_ADDR_TEXT];
	bool is_gateway;
	bool known;
	uint8_t mac[6], other_mac[6];
	bool doubled; // two MAC addresses claim it
	unsigned asked;
};

enum server_outcome {
	SERVER_NO_HOP, // not asked: its next hop is not known
	SERVER_SILENT,
	SERVER_ANSWERED,
	SERVER_UNREACHABLE,  // ICMP said so
	SERVER_BAD_CHECKSUM, // it answered, and no answer had a right checksum
	SERVER_ELSEWHERE,    // an answer came from another address or port
};

struct fact_server {
	char who[80]; // "lab P"
	char at[HL_ADDR_TEXT + 8];
	enum server_outcome outcome;
	unsigned status; // of SIP, or the code of ICMP
	char phrase[64];
	char from[HL_ADDR_TEXT + 8]; // of what came, where that is another place
	unsigned sent;
	double rtt_ms;
	bool counts_as_down; // by the profile's down_codes and alive_codes, and probes are OPTIONS
	bool refuses_elsewhere; // reply_source: strict
};

struct facts_network {
	char why_not[WHY_ROOM];
	char source[HL_ADDR_TEXT]; // who asked: a line's own address
	uint32_t n_addresses, n_probed;
	double probed_ms;
	unsigned n_conflicts;
	struct conflict conflicts[CONFLICTS_MAX];
	unsigned n_hops;
	struct fact_hop hops[HOPS_MAX];
	unsigned n_servers, servers_left_out;
	struct fact_server servers[SERVERS_MAX];
	uint64_t heard, heard_arp, heard_bad_checksum;
	uint64_t from_own_mac; // frames that the kernel sent from the port's own MAC address
	char own_mac_example[80];
};

struct facts {
	struct facts_config config;
	struct facts_device device;
	struct facts_memory memory;
	struct facts_iommu iommu;
	struct facts_rights rights;
	struct facts_cpus cpus;
	struct facts_interrupts interrupts;
	struct facts_clock clock;
	struct facts_governor governor;
	struct facts_interface interface;
	struct facts_port port;
	struct facts_plan plan;
	struct facts_dns dns;
	struct facts_network network;
};
