"""Guests behind TAP devices of this network namespace: each has one MAC address and one IPv4 address, and answers ARP and pings.

Arguments: `tap=mac=address` for each guest. Prints a line when all are attached; ends with its input.
"""
import fcntl
import os
import select
import socket
import struct
import sys

TUNSETIFF = 0x400454CA
IFF_TAP_NO_PI = 0x1002
ARP, IPV4 = b'\x08\x06', b'\x08\x00'
ARP_REQUEST, ARP_REPLY = b'\0\1', b'\0\2'
ICMP, ECHO_REPLY, ECHO_REQUEST = 1, 0, 8


def attach(tap):
    fd = os.open('/dev/net/tun', os.O_RDWR)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack('16sH22x', tap.encode(), IFF_TAP_NO_PI))
    return fd


def checksum(data):
    total = sum(struct.unpack(f'!{len(data) // 2}H', data if len(data) % 2 == 0 else data[:-1]))
    total += data[-1] << 8 if len(data) % 2 else 0
    total = (total & 0xFFFF) + (total >> 16)
    return struct.pack('!H', ~(total + (total >> 16)) & 0xFFFF)


def answer(frame, mac, address):
    """The frame that the guest sends back, or None."""
    sender, kind, body = frame[6:12], frame[12:14], frame[14:]
    if kind == ARP and body[6:8] == ARP_REQUEST and body[24:28] == address:
        return sender + mac + ARP + body[:6] + ARP_REPLY + mac + address + body[8:18]
    length = (body[0] & 15) * 4 if body else 0
    if kind == IPV4 and body[9] == ICMP and body[16:20] == address and body[length] == ECHO_REQUEST:
        echo = body[length:struct.unpack('!H', body[2:4])[0]]
        unsigned = bytes([ECHO_REPLY, 0, 0, 0]) + echo[4:]
        header = body[:12] + body[16:20] + body[12:16] + body[20:length]
        return sender + mac + IPV4 + header + unsigned[:2] + checksum(unsigned) + unsigned[4:]
    return None


guests = {}
for argument in sys.argv[1:]:
    tap, mac, address = argument.split('=')
    guests[attach(tap)] = bytes.fromhex(mac.replace(':', '')), socket.inet_aton(address)

print('ready', flush=True)
stdin = sys.stdin.fileno()
while True:
    readable, _, _ = select.select([stdin, *guests], [], [])
    if stdin in readable:
        break
    for fd in readable:
        try:
            reply = answer(os.read(fd, 2000), *guests[fd])
            if reply is not None:
                os.write(fd, reply)
        except OSError:  # the device is gone
            del guests[fd]
