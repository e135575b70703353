/** The warning for ports that come without their network. */

import { namesOf } from './failures.ts';
import { printWarning } from './output.ts';

/** Collects the places of ports without their network, and warns of all of them at once. */
export class BareNetworkWarning {
  readonly #places: { readonly where: string }[] = [];

  /** For the readers of ports. */
  readonly onBareNetwork = (where: string): void => void this.#places.push({ where });

  /** Prints the warning, if there is such a port. */
  print(): void {
    if (this.#places.length === 0) return;
    printWarning(
      `${namesOf(this.#places)}: the port has no network beside it, so MTU and subnets are unknown; use {port, network, subnets}`,
    );
  }
}
