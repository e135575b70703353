/** Python values in the data as values of JavaScript. */
import { UnsupportedObjectError, VersionedObject } from '../../../src/entries/index.ts';

/** Stands for a Python value that JavaScript does not have, such as a tuple. */
class OnlyInPython {
  constructor(readonly value: unknown) {}
}

/** The value of JavaScript. Objects are read from their primitives, so their classes must be declared. */
export function valueOf(data: unknown): unknown {
  if (Array.isArray(data)) return data.map(valueOf);
  if (typeof data !== 'object' || data === null) return data;
  const entries = Object.entries(data);
  const [[key, value] = ['', undefined]] = entries;
  if (entries.length === 1 && key.startsWith('$')) return (FORMS[key] ?? onlyInPython)(value);
  return Object.fromEntries(entries.map(([name, item]) => [name, valueOf(item)]));
}

const FORMS: Readonly<Record<string, (value: unknown) => unknown>> = {
  $set: (items) => new Set(Array.isArray(items) ? items.map(valueOf) : []),
  $datetime: (text) => new Date(/[Z+]|-\d\d:\d\d$/.test(String(text).slice(10)) ? String(text) : `${text}Z`),
  $float: (text) => Number(String(text).replace('inf', 'Infinity')),
  $object: objectOf,
  $IPNetwork: String,
  $IPAddress: String,
  $EUI: String,
  $AuthenticIPNetwork: String,
  $AuthenticEUI: String,
};

/** An object of a class that the data does not declare is a value that no field takes. */
function objectOf(primitive: unknown): unknown {
  try {
    return VersionedObject.fromPrimitive(primitive);
  } catch (error) {
    if (error instanceof UnsupportedObjectError) return onlyInPython(primitive);
    throw error;
  }
}

function onlyInPython(value: unknown): OnlyInPython {
  return new OnlyInPython(value);
}
