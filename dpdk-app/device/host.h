// SPDX-License-Identifier: BSD-3-Clause
// What this machine has: PCI ports, interfaces, rights, sockets, processors, huge pages.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum host_right { HOST_MAY_NET_ADMIN = 12, HOST_MAY_NET_RAW = 13 }; // numbers of capabilities(7)

bool host_may(enum host_right right);

// Lists in one line; "none" when there are none.
void host_pci_ports(char *out, size_t size);
void host_interfaces(char *out, size_t size);

bool host_interface_up(const char *name);
int host_interface_carrier(const char *name); // 1, 0; -1: not known
bool host_interface_tap(const char *name);

bool host_pci_exists(const char *address);
bool host_pci_network(const char *address);                        // is it a network port?
void host_pci_driver(const char *address, char *out, size_t size); // "" when it has none
bool host_pci_usable(const char *driver); // can DPDK drive a port that this kernel driver holds?

// Does a name such as "net_tap0,iface=x" begin with a virtual driver of DPDK?
bool host_driver_known(const char *text);

// Does a process listen on this UNIX socket?
bool host_socket_taken(const char *path, bool abstract);

// Bytes in free huge pages of all sizes.
uint64_t host_free_huge_bytes(void);

// The processors that this process may use, written as EAL's lists: "0-1,5". Returns how many.
unsigned host_processors(char *out, size_t size);
