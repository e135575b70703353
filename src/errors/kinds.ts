/** Errors of kinds of elements and of network devices that plugins define. */

import { listed } from '../text/bounds.ts';
import { describeValue } from '../text/describe-value.ts';
import { didYouMean } from '../text/nearest.ts';
import { OsVifError } from './base.ts';

/** A kind of element or of network device is defined twice, or its name is not allowed. */
export class KindDefinitionError extends OsVifError {
  constructor(message: string) {
    super('ERR_OSVIF_KIND_DEFINITION', message);
  }
}

/** A wiring has an element of a kind that no module of this process has defined. Import the module first. */
export class UnknownElementError extends OsVifError {
  constructor(kind: string, known: readonly string[]) {
    super(
      'ERR_OSVIF_UNKNOWN_ELEMENT',
      `no element is of kind ${describeValue(kind)}${didYouMean(kind, known) || ';'} there are: ${listed(known)}; ` +
        'the module that defines the kind must be imported first',
    );
  }
}
