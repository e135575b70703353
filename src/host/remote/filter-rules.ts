/**
 * Checks rules of iptables from clients of the helper.
 * It parses each rule, and writes the rule again from its parts.
 */

import { HelperRefusalError } from '../../errors/helper.ts';
import { requireFilterableName } from '../../host-contract/link-values.ts';

/** Targets without effects on other chains or programs (iptables(8), "TARGETS"; iptables-extensions(8)). */
const TARGETS = ['ACCEPT', 'DROP', 'REJECT', 'RETURN'];

/** A rule for packets by their incoming device, their outgoing device, or both. */
export interface DeviceRule {
  readonly input?: string;
  readonly output?: string;
  readonly target: string;
}

/**
 * The rules of the chain of a bridge, as `iptables -S` prints them.
 *
 * @param furtherTargets targets that the configuration of the helper allows
 * @throws HelperRefusalError for a rule without the bridge, for another form, and for a target
 *   that is not allowed
 * @throws LinkValueError for a device name that iptables does not read as one device
 */
export function permittedRules(
  bridge: string,
  rules: readonly string[],
  furtherTargets: ReadonlySet<string>,
): string[] {
  return rules.map((text) => {
    const rule = parse(text);
    const { input, output, target } = rule;
    for (const device of [input, output]) if (device !== undefined) requireFilterableName(device);
    if (input !== bridge && output !== bridge)
      throw new HelperRefusalError(`the rule ${JSON.stringify(text)} is not about ${bridge}`);
    if (!TARGETS.includes(target) && !furtherTargets.has(target))
      throw new HelperRefusalError(
        `the rule ${JSON.stringify(text)} has the target ${target}: the helper allows ${[...TARGETS, ...furtherTargets].join(', ')}; --filter-target allows more`,
      );
    return textOf(rule);
  });
}

function parse(text: string): DeviceRule {
  const words = text.split(' ');
  const [input, output, target] = [optionIn(words, '-i'), optionIn(words, '-o'), optionIn(words, '-j')];
  if (target === undefined || words.length > 0)
    throw new HelperRefusalError(
      `the rule ${JSON.stringify(text)} has another form than -i DEVICE -o DEVICE -j TARGET`,
    );
  return { ...(input !== undefined && { input }), ...(output !== undefined && { output }), target };
}

/** Removes an option and its value from the start of the words, and returns the value. */
function optionIn(words: string[], option: string): string | undefined {
  return words[0] === option ? words.splice(0, 2)[1] : undefined;
}

function textOf({ input, output, target }: DeviceRule): string {
  const options = [input !== undefined && `-i ${input}`, output !== undefined && `-o ${output}`, `-j ${target}`];
  return options.filter((option) => option !== false).join(' ');
}
