/** Loads the optional peer dependency fast-check. Only arbitraries need it. */
import { MissingFastCheckError } from '../errors/testing.ts';

type FastCheck = typeof import('fast-check');

/** The module fast-check. Throws {@link MissingFastCheckError} if it is not installed. */
export function fastCheck(): FastCheck {
  if (installed !== undefined) return installed;
  throw new MissingFastCheckError();
}

const installed = await load();

async function load(): Promise<FastCheck | undefined> {
  try {
    return await import('fast-check');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}
