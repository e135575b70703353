/** Declares the objects of other packages that the configuration names. Imported on demand. */

import { InputError } from '../errors/command.ts';
import { loadModule } from '../plugins/load-module.ts';
import { messageOf } from '../text/message-of.ts';
import { models } from '../versioned/registry.ts';
import { readConfig } from './config.ts';

/**
 * Loads each module that `objects` of the configuration names. A module declares its objects when
 * it is loaded, or in the function `declareObjects`, which it exports and which receives the
 * exports of this copy of os-vif.
 *
 * @param option the value of --config
 * @throws InputError if a module cannot be loaded, or declares no object for this copy of os-vif
 */
export async function declareObjects(option: string | undefined): Promise<void> {
  const { objects, folder, where } = await readConfig(option);
  if (objects.length === 0) return;
  // The classes of os-vif itself are declared here, so that they do not count below.
  const library: unknown = await import(import.meta.resolve('os-vif'));
  for (const name of objects) {
    const failure = (message: string, options?: ErrorOptions) => new InputError(where, `objects: ${message}`, options);
    const before = models().length;
    const { declareObjects: declare } = await loadModule(name, folder, { what: 'module', failure });
    try {
      if (typeof declare === 'function') await Reflect.apply(declare, undefined, [library]);
    } catch (cause) {
      throw failure(`declareObjects() of the module ${name} failed: ${messageOf(cause)}`, { cause });
    }
    if (models().length === before) throw failure(NOTHING.replace('%', name));
  }
}

const NOTHING =
  'the module % declares no object for this copy of os-vif; it may import another copy: ' +
  'export a function declareObjects(osVif) from the module, which receives this one';
