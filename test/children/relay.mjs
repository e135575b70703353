/**
 * Copies frames between the descriptors 3 and 4, as a hypervisor does between its guest and a
 * device. Tells the parent the size of the largest frame from descriptor 3, with its header.
 */
import { read, write } from 'node:fs';

/** A frame with its header: virtio_net.h, and 64 KiB of a packet before segmentation. */
const LARGEST = 66_000;
let largest = 0;

function copy(from, to, tell) {
  const frame = Buffer.allocUnsafe(LARGEST);
  read(from, frame, 0, LARGEST, null, (error, length) => {
    if (error) process.exit(1);
    tell(length);
    // The device is down, or refuses the frame: as a NIC without carrier, drop it.
    write(to, frame, 0, length, null, () => copy(from, to, tell));
  });
}

copy(3, 4, (length) => {
  if (length <= largest) return;
  largest = length;
  process.send?.(length);
});
copy(4, 3, () => {});
// The parent has ended.
process.once('disconnect', () => process.exit());
