/** Reads the vectors that real Python peers produced; README.md beside this file gives their formats. */
import { readFileSync } from 'node:fs';

/** The rows of one file. */
export function vectors<T>(file: string): T {
  return JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8'));
}

/** A primitive of any serial namespace with every list of changes as a sorted list: Python emits a set, whose order means nothing. */
export function sortChanges(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortChanges);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      key.endsWith('.changes') && Array.isArray(item) ? [...item].sort() : sortChanges(item),
    ]),
  );
}
