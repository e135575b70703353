/**
 * The forms of a PCI address, `domain:bus:slot.function` such as `0000:3b:00.1`.
 * Slots are 00 to 1f, because the number of a slot has 5 bits (Linux, include/uapi/linux/pci.h, PCI_SLOT()).
 */

/** The form in sysfs: lower case. */
export const PCI_ADDRESS = /^(?:[0-9a-f]{4}:[0-9a-f]{2}:[01][0-9a-f]\.[0-7])$/;
/** The form of an input: upper case or lower case. */
export const PCI_ADDRESS_INPUT = /^(?:[0-9a-fA-F]{4}:[0-9a-fA-F]{2}:[01][0-9a-fA-F]\.[0-7])$/;
