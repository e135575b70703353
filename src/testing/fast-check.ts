/** fast-check, which only those need to have who ask for arbitraries: it is loaded where it is installed. */
import { OsVifError } from '../errors/base.ts';

type FastCheck = typeof import('fast-check');

/** Throws {@link OsVifError} where it is not installed. */
export function fastCheck(): FastCheck {
  if (installed !== undefined) return installed;
  const message = 'arbitraries are made with fast-check, which is not installed: npm install --save-dev fast-check';
  throw new OsVifError('ERR_OSVIF_MISSING_PACKAGE', message);
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
