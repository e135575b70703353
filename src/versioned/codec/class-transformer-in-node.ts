/**
 * class-transformer in Node.js, where it is loaded when it is used: it takes as long to load as all
 * of the model. Bundlers have `class-transformer.ts` in place of this file, because they do not see
 * what `createRequire` loads.
 */
import { createRequire } from 'node:module';
import type { ClassTransformer } from './class-transformer.ts';

let loaded: ClassTransformer | undefined;

/** The copy of class-transformer that this package shares with the program. */
export function classTransformer(): ClassTransformer {
  loaded ??= load();
  return loaded;
}

function load(): ClassTransformer {
  const require = createRequire(import.meta.url);
  require('reflect-metadata/lite');
  return require('class-transformer');
}
