#!/bin/sh
# The guest's first program, in its initramfs. Mounts the machine's file system read-only (9p), puts a writable layer in memory above
# it, and changes to that. Kernel command line: setup=FILE, written by vm.mjs.
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
while read -r module; do insmod "/mods/$module" || echo "insmod $module failed"; done < /mods/order
for word in $(cat /proc/cmdline); do
  case $word in setup=*) setup=${word#setup=} ;; pid1=*) pid1=${word#pid1=} ;; esac
done
mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=512000,cache=loose host /ro || {
  echo 'the file system of the machine can not be mounted'
  echo o > /proc/sysrq-trigger
  sleep 60
}
mount -t tmpfs -o size=70% tmpfs /rw
mkdir /rw/up /rw/work
mount -t overlay -o lowerdir=/ro,upperdir=/rw/up,workdir=/rw/work overlay /new
exec switch_root /new /bin/bash "$pid1" "$setup"
