/** Calls OsVif for each VIF in the input. Imported on demand, because it loads the whole library. */

import type { Attachment } from '../call-options.ts';
import type { Host } from '../host-contract/host.ts';
import { readAttachments } from './input/attachments.ts';
import { type Session, withOsVif } from './session.ts';
import type { WiringOptions } from './verb.ts';

/** The results, in the order of the VIFs. */
export interface Answers<T> {
  readonly answers: readonly { readonly attachment: Attachment; readonly answer: T }[];
  /** Whether the input was a list. */
  readonly isList: boolean;
}

/** Calls `ask` for one VIF after the other. For `seenAs` see {@link withOsVif}. */
export async function askEachVif<T>(
  files: readonly string[],
  options: WiringOptions,
  ask: (session: Session, attachment: Attachment) => Promise<T>,
  seenAs?: (host: Host) => Host,
): Promise<Answers<T>> {
  const { attachments, isList } = await readAttachments(files, options);
  const all = async (session: Session): Promise<Answers<T>> => {
    const answers: { attachment: Attachment; answer: T }[] = [];
    for (const attachment of attachments) answers.push({ attachment, answer: await ask(session, attachment) });
    return { answers, isList };
  };
  return withOsVif(options, all, seenAs);
}

/** Data for JSON: a list if the input was a list, else one value. */
export function listOrOnly<T, U>(
  { answers, isList }: Answers<T>,
  shape: (answer: T, id: string | undefined) => U,
): U | U[] | undefined {
  const shaped = answers.map(({ attachment, answer }) => shape(answer, attachment.vif.id));
  return isList ? shaped : shaped[0];
}
