#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The kernel's own devices: 100 lines over net_af_packet and over net_af_xdp, each on one end of a
# veth pair with Kamailio at the other. Both ends are in namespaces: nothing of the machine's own
# network, its forwarding for example, takes part.
#
# usage: bash tests/net/veth.sh PATH/TO/heartline

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
need "veth" kamailio kamcmd ethtool perl
reaper_start

# A socket of the family exists, or this kernel was built without. 44: AF_XDP, 3: SOCK_RAW.
kernel_has_xdp() {
	perl -e 'socket(my $s, 44, 3, 0) or exit 1'
}

driver_there() {
	local libs
	libs=$(pkg-config --variable=libdir libdpdk 2>/dev/null) || return 0 # cannot tell: try
	compgen -G "$libs/dpdk/pmds-*/librte_$1.so*" >/dev/null || compgen -G "$libs/librte_$1.a" >/dev/null
}

# over DRIVER ALGORITHM
over() {
	local driver=$1 here there

	if ! driver_there "$driver"; then
		skip_check "$driver" "this DPDK has no such driver"
		return
	elif [[ $driver == net_af_xdp ]] && ! kernel_has_xdp; then
		skip_check "$driver" "this kernel has no AF_XDP"
		return
	elif ! { here=$(netns "$driver-lines") && there=$(netns "$driver-servers"); }; then
		skip_check "$driver" "cannot make network namespaces"
		return
	elif ! veth_make "$here" "$there"; then
		skip_check "$driver" "no veth pair here, or it keeps its checksum offload"
		return
	fi
	register_over "$driver" "$here" "$there" 100 "$2"
}

over net_af_packet MD5
over net_af_xdp SHA-256
finish
