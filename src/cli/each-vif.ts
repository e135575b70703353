/** Calls OsVif for each VIF in the input. Imported on demand, because it loads the whole library. */

import type { Attachment } from '../call-options.ts';
import { OsVifError } from '../errors/base.ts';
import { DocumentError } from '../errors/command.ts';
import { UnsetFieldError } from '../errors/model.ts';
import type { Host } from '../host-contract/host.ts';
import { type Leniency, readAttachments } from './input/attachments.ts';
import { type Session, withOsVif } from './session.ts';
import type { WiringOptions } from './verb.ts';

/** The results, in the order of the VIFs. */
export interface Answers<T> {
  readonly answers: readonly { readonly attachment: Attachment; readonly answer: T }[];
  /** Whether the input was a list. */
  readonly isList: boolean;
}

/**
 * Calls `ask` for one VIF after the other. For `seenAs` see {@link withOsVif}.
 *
 * @throws DocumentError with the place of the VIF in the input, for an error of `ask`
 */
export async function askEachVif<T>(
  files: readonly string[],
  options: WiringOptions,
  ask: (session: Session, attachment: Attachment) => Promise<T>,
  { seenAs, ...leniency }: Leniency & { readonly seenAs?: (host: Host) => Host } = {},
): Promise<Answers<T>> {
  const { attachments, places, isList } = await readAttachments(files, options, leniency);
  const all = async (session: Session): Promise<Answers<T>> => {
    const answers: { attachment: Attachment; answer: T }[] = [];
    for (const [i, attachment] of attachments.entries()) {
      const answer = await ask(session, attachment).catch((error: unknown) => failAt(places[i] ?? '', error));
      answers.push({ attachment, answer });
    }
    return { answers, isList };
  };
  return withOsVif(options, all, seenAs);
}

/** Throws the error with the place of its VIF in the input. */
function failAt(where: string, error: unknown): never {
  if (!(error instanceof OsVifError)) throw error;
  const isGuest = error instanceof UnsetFieldError && error.objectName === 'InstanceInfo';
  throw new DocumentError(where, error, isGuest ? GUEST_ADVICE : '');
}

const GUEST_ADVICE =
  '; describe the guest by --instance-uuid and --instance-name, by --instance, or as {vif, instance}';

/** Data for JSON: a list if the input was a list, else one value. */
export function listOrOnly<T, U>(
  { answers, isList }: Answers<T>,
  shape: (answer: T, id: string | undefined) => U,
): U | U[] | undefined {
  const shaped = answers.map(({ attachment, answer }) => shape(answer, attachment.vif.id));
  return isList ? shaped : shaped[0];
}
