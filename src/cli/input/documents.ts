/** Reads what the command is fed: files or standard input, JSON or YAML. */

import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { InputError, UsageError } from '../../errors/command.ts';
import { messageOf } from '../../text/message-of.ts';

/** One value that was read. */
export interface Document {
  /** For messages: `vifs.yaml[2]`. */
  readonly where: string;
  readonly value: unknown;
}

/** What several files held. */
export interface Documents {
  readonly documents: readonly Document[];
  /** Whether there may be any number: several files, an array, or several documents in one YAML file. */
  readonly isList: boolean;
}

/**
 * Every value in the files: an array counts as its elements. No file, or `-`, is standard input.
 *
 * @throws InputError where one cannot be read, or is neither JSON nor YAML
 * @throws UsageError where there is no file, and a person at a terminal in place of standard input
 */
export async function readDocuments(files: readonly string[]): Promise<Documents> {
  const documents: Document[] = [];
  let isList = files.length > 1;
  for (const file of files.length === 0 ? ['-'] : files) {
    const values = await readAll(file);
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

/** The one value in a file. Throws as {@link readDocuments}. */
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
 * @throws InputError for what is neither JSON nor YAML, for a file without a value, and for more than 100 levels of
 *   arrays and objects
 */
export async function valuesOf(file: string, content: string): Promise<unknown[]> {
  if (content.trim() === '') throw new InputError(nameOf(file), 'expected JSON or YAML, found nothing');
  const values = await parsed(file, content);
  if (values.length === 0) throw new InputError(nameOf(file), 'expected JSON or YAML, found nothing');
  if (isDeeperThan(DEEPEST, values))
    throw new InputError(nameOf(file), `expected at most ${DEEPEST} levels of arrays and objects, found more`);
  return values;
}

async function parsed(file: string, content: string): Promise<unknown[]> {
  try {
    return [JSON.parse(content)];
  } catch (cause) {
    if (file.endsWith('.json')) throw new InputError(nameOf(file), `no JSON: ${reasonOf(cause)}`, { cause });
  }
  const { parseYaml } = await import('./yaml.ts');
  try {
    return parseYaml(content, DEEPEST);
  } catch (cause) {
    throw new InputError(nameOf(file), `neither JSON nor YAML: ${reasonOf(cause)}`, { cause });
  }
}

/** No object of this library needs a tenth of these levels. Functions that call themselves can read them all. */
const DEEPEST = 100;

/** Whether arrays and objects within `values` are nested deeper. Looks at one level after the other. */
function isDeeperThan(levels: number, values: readonly unknown[]): boolean {
  let level = new Set(values.filter(isContainer));
  for (let depth = 0; level.size > 0; depth++) {
    if (depth === levels) return true;
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
    if (process.stdin.isTTY) throw new UsageError('name a file, or pipe one in; --help tells more');
    return text(process.stdin);
  }
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new InputError(nameOf(file), READ_FAILURES[codeOf(cause)] ?? `cannot be read: ${reasonOf(cause)}`, { cause });
  }
}

const READ_FAILURES: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'is a folder, not a file',
  EACCES: 'this user may not read it',
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
