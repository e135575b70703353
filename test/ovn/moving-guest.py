"""A guest that moves between hosts: `IP MAC` are its arguments, and its devices nic-a and nic-b lead to the hosts.

Its bridge br0 stands for its NIC. For each line `FROM TO`, the guest leaves the device FROM and uses the device TO,
as a virtual machine does at the end of a live migration, and announces itself by RARP, as QEMU does. It answers `moved`.
"""
import socket
import subprocess
import sys
import time

RARP = 0x8035
address, mac = sys.argv[1:]
setup = f"""link add br0 address {mac} mtu 1400 type bridge forward_delay 0 ageing_time 0 mcast_snooping 0
link set br0 up
address add {address}/24 dev br0
"""
subprocess.run(['ip', '-batch', '-'], input=setup, text=True, check=True)
sender = bytes.fromhex(mac.replace(':', ''))
frame = b'\xff' * 6 + sender + RARP.to_bytes(2, 'big') + bytes.fromhex('0001080006040003')
frame += sender + bytes(4) + sender + bytes(4)

print('ready', flush=True)
for line in sys.stdin:
    before, after = line.split()
    move = f'link set {after} master br0\n'
    if before != 'none':
        move = f'link set {before} nomaster\n{move}'
    subprocess.run(['ip', '-batch', '-'], input=move, text=True, check=True)
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as link:
        link.bind(('br0', 0))
        for pause in 0, 0.05, 0.1:
            time.sleep(pause)
            link.send(frame.ljust(60, b'\0'))
    print('moved', flush=True)
