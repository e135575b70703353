/** Runs the example; `print` gets what it shows. */
export function calicoTap(print?: (...texts: string[]) => void): Promise<{
  readonly toWorld: string;
  readonly toGuest: string;
  readonly arp: string;
  readonly left: string[];
}>;
