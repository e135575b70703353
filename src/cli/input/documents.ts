/** Reads the input of the command: files or standard input, JSON or YAML. */

import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { InputError, UsageError } from '../../errors/command.ts';
import { messageOf } from '../../text/message-of.ts';

/** One value of the input. */
export interface Document {
  /** The place of the value, for messages: `vifs.yaml[2]`. */
  readonly where: string;
  readonly value: unknown;
  /** The reason if the file cannot be read. It then has no value. */
  readonly error?: unknown;
}

/** The values of several files. */
export interface Documents {
  readonly documents: readonly Document[];
  /** Whether the input is a list: several files, an array, or several documents in one YAML file. */
  readonly isList: boolean;
}

/**
 * Every value in the files. An array counts as its elements. Without a file, or for `-`, it reads
 * standard input. Of several files, one that cannot be read becomes a document with an error.
 *
 * @throws InputError if the only file cannot be read, or is neither JSON nor YAML
 * @throws UsageError if no file is given and standard input is a terminal
 */
export async function readDocuments(files: readonly string[]): Promise<Documents> {
  const documents: Document[] = [];
  let isList = files.length > 1;
  for (const file of files.length === 0 ? ['-'] : files) {
    const values = await readAll(file).catch((error: unknown) => {
      if (files.length < 2 || error instanceof UsageError) throw error;
      documents.push({ where: nameOf(file), value: undefined, error });
      return [];
    });
    const [only] = values;
    const elements = values.length === 1 && Array.isArray(only) ? only : values;
    isList ||= elements !== values || values.length > 1;
    const isOne = elements === values && values.length === 1;
    elements.forEach((value: unknown, i) => {
      documents.push({ where: isOne ? nameOf(file) : `${nameOf(file)}[${i}]`, value });
    });
  }
  return { documents, isList };
}

/**
 * The value of a file that has exactly one.
 * Throws as {@link readDocuments}, and InputError for several values.
 */
export async function readDocument(file: string): Promise<Document> {
  const [value, ...more] = await readAll(file);
  if (more.length > 0) throw new InputError(nameOf(file), `expected one document, found ${more.length + 1}`);
  return { where: nameOf(file), value };
}

async function readAll(file: string): Promise<unknown[]> {
  return valuesOf(file, await contentOf(file));
}

/**
 * The values in the content of a file. A file whose name ends in `.json` has one.
 *
 * @throws InputError for content that is neither JSON nor YAML, for a file without a value, and for more than
 *   100 levels of arrays and objects
 */
export async function valuesOf(file: string, content: string): Promise<unknown[]> {
  if (content.trim() === '') throw new InputError(nameOf(file), 'expected JSON or YAML, found nothing');
  const values = await parsed(file, content);
  if (values.length === 0) throw new InputError(nameOf(file), 'expected JSON or YAML, found nothing');
  if (isTooDeep(values))
    throw new InputError(nameOf(file), `expected at most ${DEEPEST} levels of arrays and objects, found more`);
  return values;
}

async function parsed(file: string, content: string): Promise<unknown[]> {
  try {
    return [JSON.parse(content)];
  } catch (cause) {
    if (file.endsWith('.json')) throw new InputError(nameOf(file), `not JSON: ${reasonOf(cause)}`, { cause });
  }
  const { parseYaml } = await import('./yaml.ts');
  try {
    return parseYaml(content, DEEPEST);
  } catch (cause) {
    throw new InputError(nameOf(file), `neither JSON nor YAML: ${reasonOf(cause)}`, { cause });
  }
}

/** Ten times more than the objects of this library need, and few enough for recursive functions. */
export const DEEPEST = 100;

/**
 * Whether arrays and objects within `values` have more than 100 levels.
 * The function is not recursive: it checks level by level.
 */
export function isTooDeep(values: readonly unknown[]): boolean {
  let level = new Set(values.filter(isContainer));
  for (let depth = 0; level.size > 0; depth++) {
    if (depth === DEEPEST) return true;
    const below = new Set<object>();
    for (const container of level)
      for (const member of Object.values(container)) if (isContainer(member)) below.add(member);
    level = below;
  }
  return false;
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

async function contentOf(file: string): Promise<string> {
  if (file === '-') {
    if (process.stdin.isTTY) throw new UsageError('no input: name a file, or pipe data to standard input; see --help');
    return text(process.stdin);
  }
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw unreadable(nameOf(file), cause);
  }
}

/** The error for a file that cannot be read. */
export function unreadable(name: string, cause: unknown): InputError {
  return new InputError(name, READ_FAILURES[codeOf(cause)] ?? `cannot be read: ${reasonOf(cause)}`, { cause });
}

const READ_FAILURES: Readonly<Record<string, string>> = {
  ENOENT: 'the file does not exist',
  EISDIR: 'is a folder, not a file',
  EACCES: 'this user has no permission to read it',
};

function nameOf(file: string): string {
  return file === '-' ? 'standard input' : file;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function reasonOf(error: unknown): string {
  return messageOf(error);
}
