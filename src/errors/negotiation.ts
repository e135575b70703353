/** Errors of version negotiation. */

import { adviceTo, advised } from '../text/advice.ts';
import { listed } from '../text/bounds.ts';
import { OsVifError } from './base.ts';

/** A host supports no version in which the VIF can be written. `ERR_OSVIF_NEGOTIATION`. */
export class NegotiationError extends OsVifError {
  constructor(message: string, code = 'ERR_OSVIF_NEGOTIATION') {
    super(code, message);
  }
}

/** A peer supports only versions without some of the set fields. `ERR_OSVIF_NEGOTIATION_LOSS`. */
export class NegotiationLossError extends NegotiationError {
  /** The fields that would be left out. `path` has wire names: `port_profile.create_port`. */
  readonly dropped: readonly {
    readonly path: string;
    readonly object: string;
    readonly version: string;
    readonly value: unknown;
  }[];

  constructor(dropped: NegotiationLossError['dropped']) {
    const fields = listed(dropped.map(({ path, object, version }) => `${path} (not in ${object} ${version})`));
    super(
      `the peer supports only versions without fields that are set: ${fields}; ${ALLOW_LOSS.text}`,
      'ERR_OSVIF_NEGOTIATION_LOSS',
    );
    advised(this, ALLOW_LOSS);
    this.dropped = dropped;
  }
}

const ALLOW_LOSS = adviceTo('allow-the-loss', "unset these fields, or allow the loss (onLoss: 'drop')", {});
