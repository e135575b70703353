/** Messages of the library in the words of the command. */

import { models } from '../../versioned/registry.ts';
import { withAdviceOfCommand } from './advice.ts';

/**
 * The message with wire names in place of the names of properties, and with the words of the command
 * in place of the advice of the library. Quoted text stays: it is from the input.
 *
 * @param told the error or the violation with this message
 */
export function inWordsOfCommand(message: string, told: unknown): string {
  const wireNames = new Map(models().flatMap(({ fields }) => fields.map((field) => [field.name, field.wireName])));
  const inWireNames = (text: string): string => text.replace(WORD, (word) => wireNames.get(word) ?? word);
  const parts = withAdviceOfCommand(message, told).split(QUOTED);
  return parts.map((part) => (part.startsWith('"') ? part : inWireNames(part))).join('');
}

/** A string as `describeValue` writes it. */
const QUOTED = /("(?:[^"\\]|\\.)*")/;
/** A word with an upper case letter after a lower case letter. */
const WORD = /\b[a-z]+[A-Z]\w*\b/g;
