/** Runs the example; `print` gets what it shows. `kind`: what the guests are. Default: `namespace`. */
export function unaddressedRouter(
  print?: (...texts: string[]) => void,
  kind?: 'namespace' | 'vm',
): Promise<{
  readonly before: string;
  readonly after: string;
  readonly addresses: string;
  readonly left: string[];
}>;
