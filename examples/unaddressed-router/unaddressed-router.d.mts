/** Runs the example; `print` gets what it shows. */
export function unaddressedRouter(print?: (...texts: string[]) => void): Promise<{
  readonly before: string;
  readonly after: string;
  readonly addresses: string;
  readonly left: string[];
}>;
