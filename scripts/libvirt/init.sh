#!/bin/sh
# The first program of a guest of libvirt. Loads the drivers, and runs the script that the kernel's
# command line has: script=BASE64. The output of the script goes to the console.
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
while read -r module; do insmod "/mods/$module" || echo "insmod $module failed"; done < /mods/order
for word in $(cat /proc/cmdline); do
  case $word in script=*) echo "${word#script=}" | base64 -d > /script ;; esac
done
sh /script
# The first program may not end: the kernel would panic.
while :; do sleep 3600; done
