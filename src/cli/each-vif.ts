/** Calls OsVif for each VIF in the input. Imported on demand, because it loads the whole library. */

import type { Attachment } from '../call-options.ts';
import type { Host } from '../host-contract/host.ts';
import { type Leniency, readAttachments } from './input/attachments.ts';
import { mapResults, type Results } from './results.ts';
import { type Session, withOsVif } from './session.ts';
import type { WiringOptions } from './verb.ts';

/** A VIF, and the answer for it. */
export interface Answer<T> {
  readonly attachment: Attachment;
  readonly answer: T;
}

/** Calls `ask` for one VIF after the other. For `seenAs` see {@link withOsVif}. */
export async function askEachVif<T>(
  files: readonly string[],
  options: WiringOptions,
  ask: (session: Session, attachment: Attachment) => Promise<T>,
  { seenAs, ...leniency }: Leniency & { readonly seenAs?: (host: Host) => Host } = {},
): Promise<Results<Answer<T>>> {
  const attachments = await readAttachments(files, options, leniency);
  const askAll = (session: Session): Promise<Results<Answer<T>>> =>
    mapResults(attachments, async (attachment) => {
      session.call.signal.throwIfAborted();
      return { attachment, answer: await ask(session, attachment) };
    });
  return withOsVif(options, askAll, seenAs);
}
