#!/bin/bash
# The guest's first program on the machine's file system: mounts, modules, the tests. Its argument is a file with these variables:
# kernel (folder with lib/modules), modules, insmod (files of modules that Debian has not), node, tests.
# Events go to the second serial line, one JSON object to a line: vm.mjs reads them.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb LANG=C.UTF-8 CI=true NO_COLOR=1
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs shm /dev/shm
ln -sf /proc/self/fd /dev/fd
mount -t tmpfs run /run
mkdir -p /run/lock /run/netns
rm -rf /var/run
ln -s /run /var/run
mount -t cgroup2 cgroup /sys/fs/cgroup
mount -t debugfs debug /sys/kernel/debug
stty -F /dev/ttyS1 raw -echo
exec 3> /dev/ttyS1
# shellcheck source=/dev/null
. "$1"
rm -rf /lib/modules
ln -sfn "$kernel/lib/modules" /lib/modules
ip link set lo up
hostname guest
printf '{"event":"booted","release":"%s"}\n' "$(uname -r)" >&3
# IPv6 is a module of older kernels and a fixed part of newer ones.
[ -d /proc/sys/net/ipv6 ] || modules="ipv6 $modules"
for module in $modules; do
  modprobe -q "$module" || { printf '{"event":"missing","module":"%s"}\n' "$module" >&3; missing=1; }
done
for module in $insmod; do
  insmod "$module" || { printf '{"event":"missing","module":"%s"}\n' "$module" >&3; missing=1; }
done
cd /
status=1
if [ -z "$missing" ]; then
  "$node" --enable-source-maps "$tests" > /dev/console 2>&1 < /dev/null
  status=$?
fi
dmesg | grep -E 'WARNING:|BUG:|Oops|refcount_t' | head -5 | while read -r line; do
  line=${line//[\\\"]/}
  printf '{"event":"kernel","line":"%s"}\n' "$line" >&3
done
printf '{"event":"done","status":%d}\n' "$status" >&3
# vm.mjs ends QEMU. Without it the guest powers off. pid 1 may not end: the kernel would panic.
sleep 5
echo o > /proc/sysrq-trigger
while :; do sleep 1; done
