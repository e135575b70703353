/** Messages of the library in the words of the command. */

import { models } from '../../versioned/registry.ts';

/**
 * The message with wire names in place of the names of properties, and with options of the command
 * in place of members of the library. Quoted text stays: it is from the input.
 */
export function inWordsOfCommand(message: string): string {
  const wireNames = new Map(models().flatMap(({ fields }) => fields.map((field) => [field.name, field.wireName])));
  const inWireNames = (text: string): string => text.replace(WORD, (word) => wireNames.get(word) ?? word);
  const parts = message.split(QUOTED).map((part) => (part.startsWith('"') ? part : inWireNames(part)));
  return PHRASES.reduce((text, [phrase, words]) => text.replace(phrase, words), parts.join(''));
}

/** A string as `describeValue` writes it. */
const QUOTED = /("(?:[^"\\]|\\.)*")/;
/** A word with an upper case letter after a lower case letter. */
const WORD = /\b[a-z]+[A-Z]\w*\b/g;

/** Each advice of the library to programs, with the advice to users of the command. */
const PHRASES: readonly (readonly [phrase: RegExp, words: string])[] = [
  [
    /import the module that declares it, or correct/,
    'name the module that declares it in `objects` of the configuration, or correct',
  ],
  [
    /ask the sender to backport it \(toPrimitive.*?\)/,
    'ask the sender for one of these, as os-vif backport writes them',
  ],
  [/allow the loss \(onLoss: 'drop'\)/, 'leave out --refuse-loss'],
  [/LinuxHost works on Linux, this is (\w+): use MemoryHost/, 'this needs Linux, and the system is $1: use --memory'],
  [
    /LinuxHost needs the optional dependency koffi, which cannot be loaded: run `npm install koffi`; .*/,
    'the package koffi, which calls the kernel, cannot be loaded: run `npm install koffi` beside os-vif, or use --memory',
  ],
  [/interfaceNameOf returned no device for ([\w:.]+)/, 'sysfs has no device of $1, name it by --interface-of $1=NAME'],
];
