#!/bin/sh
# Starts libvirtd with files and devices of its own. libvirtd.ts starts this script in a network
# namespace, as the first process of new namespaces for mounts and processes.
# Argument: a folder for sockets, and for files that must be seen outside.
set -e
own=$1
mkdir -p "$own/layer"
mount -t tmpfs tmpfs "$own/layer"
# What libvirtd writes here is gone with its namespaces.
for folder in etc var/lib var/log var/cache; do
  mkdir -p "$own/layer/$folder" "$own/layer/work/$folder"
  mount -t overlay -o "lowerdir=/$folder,upperdir=$own/layer/$folder,workdir=$own/layer/work/$folder" overlay "/$folder"
done
mount -t tmpfs tmpfs /run
mount -t proc proc /proc
mount -t sysfs sysfs /sys
# A macvtap device has the name /dev/tapINDEX in all network namespaces. A shared /dev may have the
# device of another namespace.
dev=$own/layer/dev
mkdir -p "$dev/net" "$dev/pts" "$dev/shm"
for device in null zero full random urandom net/tun; do cp -a "/dev/$device" "$dev/$device"; done
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$dev/pts"
ln -s pts/ptmx "$dev/ptmx"
mount --rbind "$dev" /dev
# libvirtd does not start without this user and these groups.
echo 'libvirt-qemu:x:64055:64055::/var/lib/libvirt:/usr/sbin/nologin' >> /etc/passwd
printf '%s\n' 'libvirt-qemu:x:64055:' 'kvm:x:64056:' >> /etc/group
mkdir -p /etc/libvirt
cat > /etc/libvirt/qemu.conf << 'END'
security_driver = "none"
user = "root"
group = "root"
cgroup_controllers = [ ]
namespaces = [ ]
remember_owner = 0
stdio_handler = "file"
END
cat > "$own/libvirtd.conf" << END
unix_sock_dir = "$own"
auth_unix_rw = "none"
log_outputs = "3:file:$own/libvirtd.log"
END
libvirtd --config "$own/libvirtd.conf" --pid-file "$own/libvirtd.pid" &
libvirtd=$!
# libvirt opens the file of its own macvtap device within 0.2 s.
while sleep 0.02 && kill -0 "$libvirtd" 2> /dev/null; do
  for file in /sys/class/net/*/macvtap/tap*/dev; do
    node=/dev/$(basename "$(dirname "$file")")
    [ ! -r "$file" ] || [ -e "$node" ] || mknod "$node" c $(tr : ' ' < "$file")
  done
done
