# SPDX-License-Identifier: BSD-3-Clause
"""A switch with one trunk and access ports, for kernels without VLANs of their own.

usage: vlan_switch.py TRUNK NAME=TAGS...    TAGS: 100, or 7.20 for 20 inside of 7 (802.1ad)

Makes a tap device of each name. Frames of its VLANs that come by the trunk, an interface that is there, leave it
without tags, and what is sent to it leaves by the trunk with them. Frames of other VLANs, and without any, are
left to the trunk's own interface. Prints a line when it is ready.
"""
import fcntl
import select
import socket
import struct
import sys

ETH_P_ALL, SOL_PACKET, PACKET_AUXDATA, PACKET_OUTGOING, SO_RCVBUFFORCE = 3, 263, 8, 4, 33
TP_STATUS_VLAN_VALID, TP_STATUS_VLAN_TPID_VALID = 1 << 4, 1 << 6
TUNSETIFF, IFF_TAP_NO_PI = 0x400454CA, 0x1002
TAG_TYPES = (0x8100, 0x88A8)


def tap_open(name):
    """A tap device, as its file."""
    tap = open("/dev/net/tun", "r+b", buffering=0)
    fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TAP_NO_PI))
    return tap


def trunk_read(trunk):
    """One frame that came in, whole: the kernel takes the outer tag out, and says so beside."""
    try:
        data, extra, _, sender = trunk.recvmsg(65536, socket.CMSG_SPACE(20))
    except OSError:  # it is down: heartline has ended
        return None
    if sender[2] == PACKET_OUTGOING:
        return None
    for level, kind, value in extra:
        if level == SOL_PACKET and kind == PACKET_AUXDATA:
            status, _, _, _, _, tci, tpid = struct.unpack("=IIIHHHH", value[:20])
            if status & TP_STATUS_VLAN_VALID:
                tpid = tpid if status & TP_STATUS_VLAN_TPID_VALID else 0x8100
                data = data[:12] + struct.pack("!HH", tpid, tci) + data[12:]
    return data


def tags_split(frame):
    """The VLANs of a frame, outer one first, and the frame without tags."""
    vlans, at = [], 12
    while struct.unpack_from("!H", frame, at)[0] in TAG_TYPES:
        vlans.append(struct.unpack_from("!H", frame, at + 2)[0] & 0xFFF)
        at += 4
    return tuple(vlans), frame[:12] + frame[at:]


def tags_put(frame, vlans):
    """The frame with tags."""
    types = (0x88A8, 0x8100) if len(vlans) == 2 else (0x8100,)
    tags = b"".join(struct.pack("!HH", kind, vlan) for kind, vlan in zip(types, vlans))
    return frame[:12] + tags + frame[12:]


def main():
    """Until it is killed."""
    trunk = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    trunk.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
    trunk.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20)
    trunk.bind((sys.argv[1], ETH_P_ALL))
    ports = {}
    for argument in sys.argv[2:]:
        name, tags = argument.split("=")
        ports[tuple(int(tag) for tag in tags.split("."))] = tap_open(name)
    taps = {tap.fileno(): (tap, vlans) for vlans, tap in ports.items()}
    poll = select.poll()
    for descriptor in [trunk.fileno(), *taps]:
        poll.register(descriptor, select.POLLIN)
    print("ready", flush=True)
    while True:
        for descriptor, _ in poll.poll():
            if descriptor == trunk.fileno():
                frame = trunk_read(trunk)
                vlans, bare = tags_split(frame) if frame and len(frame) >= 14 else ((), b"")
                if vlans in ports:
                    try:
                        ports[vlans].write(bare)
                    except OSError:  # it is not up yet
                        pass
            else:
                tap, vlans = taps[descriptor]
                try:
                    trunk.send(tags_put(tap.read(65536), vlans))
                except OSError:
                    pass


main()
