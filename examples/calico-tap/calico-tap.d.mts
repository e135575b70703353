/** Runs the example; `print` gets what it shows. `kind`: what the guest is. Default: `namespace`. */
export function calicoTap(
  print?: (...texts: string[]) => void,
  kind?: 'namespace' | 'vm',
): Promise<{
  readonly toWorld: string;
  readonly toGuest: string;
  readonly arp: string;
  readonly left: string[];
}>;
