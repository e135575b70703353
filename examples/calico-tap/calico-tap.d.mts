/** Runs the example; `print` gets what it shows. `kind`: what the guest is. Default: `namespace`. */
export function calicoTap(
  print?: (...texts: string[]) => void,
  kind?: 'namespace' | 'vm',
): Promise<{
  readonly toWorld: string;
  readonly toGuest: string;
  readonly arp: string;
  /** What the ping from the address of another said. */
  readonly spoofed: string;
  /** The number of frames that the source guard dropped meanwhile. */
  readonly drops: number;
  readonly left: string[];
}>;
