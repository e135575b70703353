/**
 * The advice in messages of errors, by name. A message of the library advises a program. Another
 * user of the library, such as the command, can put its own words in place of the advice.
 */

import { printable } from './printable.ts';

/** Each advice, with the facts that its words need. */
export interface AdviceFacts {
  /** An object is not declared. `wrong`: the part of its full name that may be misspelt. */
  readonly 'declare-the-object': { readonly wrong: 'name' | 'namespace' };
  /** A version of an object is too new. */
  readonly 'ask-for-a-backport': object;
  /** A peer does not support fields that are set. */
  readonly 'allow-the-loss': object;
  /** No plugin of this class takes the VIF. `vif`: the class of the VIF. */
  readonly 'choose-another-plugin': { readonly vif: string };
  /** The system is not Linux. */
  readonly 'use-another-host': { readonly platform: string };
  /** The package koffi cannot be loaded. */
  readonly 'install-koffi': object;
  /** The network namespace of a host was deleted. */
  readonly 'open-the-host-again': object;
  /** The network device of a PCI function is unknown. */
  readonly 'name-the-interface': { readonly address: string };
  /** The vDPA device of a PCI function is unknown. */
  readonly 'name-the-vdpa-device': { readonly address: string };
}

/** The words of each advice, for one kind of user. */
export type AdviceWords = { readonly [Name in keyof AdviceFacts]: (facts: AdviceFacts[Name]) => string };

/** An advice that a message contains. */
export interface Advice {
  /** The text in the message. */
  readonly text: string;
  /** The same advice in other words. */
  readonly inWords: (words: AdviceWords) => string;
}

/** An advice in the words of the library. */
export function adviceTo<Name extends keyof AdviceFacts>(name: Name, text: string, facts: AdviceFacts[Name]): Advice {
  return { text: printable(text), inWords: (words) => words[name](facts) };
}

/**
 * The advice of errors and violations. They do not have it as a property: it is neither printed nor
 * compared.
 */
const given = new WeakMap<object, Advice>();

/** Records the advice in the message of an error or a violation, which it returns. */
export function advised<T extends object>(told: T, advice: Advice | undefined): T {
  if (advice !== undefined) given.set(told, advice);
  return told;
}

/** The advice that the message of this error or violation contains. */
export function adviceOf(told: object): Advice | undefined {
  return given.get(told);
}
