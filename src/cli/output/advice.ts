/** The advice of the library in the words of the command. */

import { type AdviceWords, adviceOf } from '../../text/advice.ts';

/** The message of an error or a violation, with the command's words for each advice in it. */
export function withAdviceOfCommand(message: string, told: unknown): string {
  if (typeof told !== 'object' || told === null) return message;
  const advice = adviceOf(told);
  const own = advice === undefined ? message : message.replaceAll(advice.text, () => advice.inWords(WORDS));
  if (isTimeout(told)) return own.replaceAll(told.message, TIMED_OUT);
  return causesOf(told).reduce(withAdviceOfCommand, own);
}

function causesOf(told: object): readonly unknown[] {
  if (told instanceof AggregateError) return told.errors;
  return told instanceof Error ? [told.cause] : [];
}

/** The reason of AbortSignal.timeout(). */
function isTimeout(told: object): told is DOMException {
  return told instanceof DOMException && told.name === 'TimeoutError';
}

const TIMED_OUT = 'the timeout was reached (--timeout)';

const WORDS: AdviceWords = {
  'declare-the-object': ({ wrong }) =>
    `name the module that declares it in \`objects\` of the configuration, or correct the ${wrong}`,
  'ask-for-a-backport': () => 'ask the sender for one of these, as os-vif backport writes them',
  'allow-the-loss': () => 'unset these fields, or leave out --refuse-loss',
  'choose-another-plugin': ({ vif }) =>
    `set \`plugin\` of the VIF to a plugin that takes ${vif} (os-vif host-info lists them)`,
  'use-another-host': ({ platform }) => `this needs Linux, and the system is ${platform}: use --memory for a dry run`,
  'install-koffi': () =>
    'the package koffi, which calls the kernel, cannot be loaded: run `npm install koffi` beside os-vif, or use --memory',
  'open-the-host-again': () => 'run the command again',
  'name-the-interface': ({ address }) => `sysfs has no device of ${address}, name it by --interface-of ${address}=NAME`,
  'name-the-vdpa-device': ({ address }) =>
    `sysfs has none; create it (\`vdpa dev add\`) with the driver vhost_vdpa, or name it by --vdpa-of ${address}=/dev/vhost-vdpa-N`,
};
