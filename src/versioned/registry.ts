/** The models of all declared classes of versioned objects, by namespace, name and version. */

import { DeclarationError, IncompatibleVersionError, UnsupportedObjectError } from '../errors/model.ts';
import { adviceTo, advised } from '../text/advice.ts';
import { listed } from '../text/bounds.ts';
import { describeValue } from '../text/describe-value.ts';
import { didYouMean } from '../text/nearest.ts';
import { compareVersions, isCompatible, isVersion, minorVersionsUpTo } from './history/version.ts';
import type { ObjectModel } from './model.ts';

/** One object name in one namespace. */
interface Entry {
  /** The models, newest version first. */
  readonly models: ObjectModel[];
  /** The model for each `major.minor` that a class can read. */
  readonly readers: Map<string, ObjectModel>;
}

let registered = 0;
const namespaces = new Map<string, Map<string, Entry>>();

/**
 * Registers a model. Throws {@link DeclarationError} if the namespace already has this version of this name.
 */
export function register(model: ObjectModel): void {
  const names = namespaces.get(model.namespace) ?? new Map<string, Entry>();
  const entry: Entry = names.get(model.name) ?? { models: [], readers: new Map() };
  if (entry.models.some((other) => compareVersions(other.version, model.version) === 0)) {
    throw new DeclarationError(
      `${model.namespace} has ${model.name} ${model.version} already; a change needs a new version`,
    );
  }
  entry.models.push(model);
  entry.models.sort((a, b) => compareVersions(b.version, a.version));
  for (const reader of [...entry.models].reverse()) {
    for (const version of minorVersionsUpTo(reader.version)) entry.readers.set(version, reader);
    entry.readers.set(reader.version, reader);
  }
  for (const exact of entry.models) entry.readers.set(exact.version, exact);
  names.set(model.name, entry);
  namespaces.set(model.namespace, names);
  registered += 1;
}

/** The number of classes that are registered. */
export function registrations(): number {
  return registered;
}

/**
 * The model that reads an object of a name and version: the model of that version, or else the newest
 * compatible one (same major version, not older).
 *
 * @throws UnsupportedObjectError if no class has the name
 * @throws IncompatibleVersionError if no class can read that version
 */
export function modelFor(name: string, version: string, namespace?: string): ObjectModel {
  const entry = entryFor(name, namespace);
  const known = entry.readers.get(version);
  if (known !== undefined) return known;
  const reader = isVersion(version)
    ? (entry.models.find((model) => compareVersions(version, model.version) === 0) ??
      entry.models.find((model) => isCompatible(version, model.version)))
    : undefined;
  if (reader === undefined) {
    throw new IncompatibleVersionError(name, version, [...entry.models.map((model) => model.version)]);
  }
  return reader;
}

/** The newest version of a name. Throws {@link UnsupportedObjectError}. */
export function newestModel(name: string, namespace?: string): ObjectModel {
  const [newest] = entryFor(name, namespace).models;
  if (newest === undefined) throw unsupported(name, namespace);
  return newest;
}

/**
 * The newest version of a name: that of the namespace if it has the name, or else that of another namespace.
 * Throws {@link UnsupportedObjectError}.
 */
export function newestModelNear(name: string, namespace: string | undefined): ObjectModel {
  const isOwn = namespace !== undefined && namespaces.get(namespace)?.has(name) === true;
  return newestModel(name, isOwn ? namespace : undefined);
}

/** All models; for each name, the newest version first. */
export function models(namespace?: string): ObjectModel[] {
  const chosen = namespace === undefined ? [...namespaces.values()] : [namespaces.get(namespace)];
  return chosen.flatMap((names) => [...(names?.values() ?? [])].flatMap((entry) => entry.models));
}

function entryFor(name: string, namespace: string | undefined): Entry {
  if (namespace !== undefined) {
    const entry = namespaces.get(namespace)?.get(name);
    if (entry === undefined) throw unsupported(name, namespace);
    return entry;
  }
  const owners = [...namespaces].filter(([, names]) => names.has(name));
  const entry = owners[0]?.[1].get(name);
  if (entry === undefined) throw unsupported(name, namespace);
  if (owners.length > 1) {
    const candidates = listed(
      owners.map(([owner]) => owner),
      ' and ',
    );
    throw new UnsupportedObjectError(name, `${candidates} both have ${name}: name the namespace`);
  }
  return entry;
}

function unsupported(name: string, namespace: string | undefined): UnsupportedObjectError {
  const where = namespace === undefined ? '' : ` in namespace ${describeValue(namespace)}`;
  const known =
    namespaces.get(namespace ?? '')?.keys() ?? [...namespaces.values()].flatMap((names) => [...names.keys()]);
  const isNamespaceKnown = namespace === undefined || namespaces.has(namespace);
  const meant = isNamespaceKnown ? didYouMean(name, known) : didYouMean(namespace, namespaces.keys());
  const wrong = isNamespaceKnown ? 'name' : 'namespace';
  const advice = adviceTo('declare-the-object', `import the module that declares it, or correct the ${wrong}`, {
    wrong,
  });
  return advised(
    new UnsupportedObjectError(
      name,
      `no object ${describeValue(name)} is declared${where}${meant || ';'} ${advice.text}`,
    ),
    advice,
  );
}
