/** fast-check, which only those need to have who ask for arbitraries: it is loaded where it is installed. */
import { MissingFastCheckError } from '../errors/testing.ts';

type FastCheck = typeof import('fast-check');

/** Throws {@link MissingFastCheckError}. */
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
