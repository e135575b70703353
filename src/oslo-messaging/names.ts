/** Names and versions in options. */

import { objectWith, type ValueKind } from '../errors/value-kinds.ts';

/**
 * The name of a topic, a server or an exchange. `*` and `#` are wildcards of topic exchanges: a
 * server of such a name would get the messages of others. AMQP 0-9-1: a short string has at most
 * 255 bytes.
 */
export function nameKind(what: string): ValueKind {
  return {
    expected: `a ${what} of 1 to 100 letters, digits and the characters . _ : @ -`,
    accepts: (value) => typeof value === 'string' && /^[\w.:@-]{1,100}$/.test(value),
  };
}

/** A version of methods: `1.0`. */
export const VERSION: ValueKind = {
  expected: 'a version such as 1.0',
  accepts: (value) => typeof value === 'string' && /^\d{1,9}\.\d{1,9}$/.test(value),
};

/** A transport. */
export const TRANSPORT: ValueKind = objectWith('a transport, such as that of osloTransport', 'publish', 'subscribe');
