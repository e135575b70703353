/** The keys of the wire form: `versioned_object.name`. Their prefix is the serial namespace of a class. */

/** The keys of one serial namespace. */
export interface Envelope {
  /** The prefix of the keys: `versioned_object`, `nova_object`. */
  readonly serialNamespace: string;
  /** The key of the object name. */
  readonly name: string;
  /** The key of the namespace. */
  readonly namespace: string;
  /** The key of the version. */
  readonly version: string;
  /** The key of the fields. */
  readonly data: string;
  /** The key of the changed fields. */
  readonly changes: string;
}

/** The keys of a serial namespace. The result is the same object in each call. */
export function envelopeOf(serialNamespace: string): Envelope {
  const known = envelopes.get(serialNamespace);
  if (known !== undefined) return known;
  const key = (part: string) => `${serialNamespace}.${part}`;
  const envelope: Envelope = {
    serialNamespace,
    name: key('name'),
    namespace: key('namespace'),
    version: key('version'),
    data: key('data'),
    changes: key('changes'),
  };
  envelopes.set(serialNamespace, envelope);
  return envelope;
}

/** The keys of a primitive: those of the first declared serial namespace in which it has an object name. */
export function envelopeIn(primitive: Readonly<Record<string, unknown>>): Envelope | undefined {
  for (const envelope of envelopes.values()) if (Object.hasOwn(primitive, envelope.name)) return envelope;
  return undefined;
}

/** Whether a class has another serial namespace than the others. */
export function hasSeveralEnvelopes(): boolean {
  return envelopes.size > 1;
}

const envelopes = new Map<string, Envelope>();

/** The keys of all classes that declare no serial namespace. */
export const DEFAULT_ENVELOPE: Envelope = envelopeOf('versioned_object');
