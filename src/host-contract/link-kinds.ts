/** Kinds of network devices that plugins add to every host and to the helper. */

import { requireArgument } from '../errors/argument.ts';
import { OsVifError } from '../errors/base.ts';
import { KindDefinitionError } from '../errors/kinds.ts';
import { LinkValueError } from '../errors/link.ts';
import { objectWith } from '../errors/value-kinds.ts';
import { describeValue } from '../text/describe-value.ts';
import { messageOf } from '../text/message-of.ts';
import { attributeReader, type LinkAttributes } from './attribute-values.ts';
import type { DefinedKind, DefinedLink, LinkKindSettings, NamedLink } from './links.ts';

/**
 * An attribute of IFLA_INFO_DATA: its number in linux/if_link.h, and its bytes or the attributes within it.
 */
export type LinkAttribute = readonly [type: number, value: Uint8Array | readonly LinkAttribute[]];

/**
 * A kind of network device: how its settings become attributes of netlink, and attributes become settings.
 */
export interface LinkKindDefinition<S extends LinkKindSettings> {
  /** The kernel's name of the kind (IFLA_INFO_KIND), such as `vxlan`. */
  readonly kind: string;
  /**
   * The attributes (IFLA_INFO_DATA) of a new device. Throws for settings that the kernel would refuse. The
   * functions of `attributeValue` throw LinkValueError for wrong values. The helper calls this method with
   * the settings of a client.
   */
  attributes(settings: S): readonly LinkAttribute[];
  /** The settings of an existing device. Attributes may be absent if another program created the device. */
  read(attributes: LinkAttributes): { readonly [K in keyof S]?: S[K] | undefined };
}

/**
 * A kind of network device that was added, and a function that makes the description of a new
 * device of this kind.
 */
export interface LinkKindOf<S extends LinkKindSettings> {
  readonly kind: DefinedKind;
  /** The description of a new device, for `Links.create` and for `DesiredLink.link`. */
  link(link: NamedLink & { readonly lower?: number }, settings: S): DefinedLink;
}

/** The kernel has one name, `tun`, for the kinds `tap` and `tun` of this library. */
const BUILT_IN: ReadonlySet<string> = new Set(['bridge', 'veth', 'tap', 'tun', 'macvtap', 'vlan']);

const definitions = new Map<string, LinkKindDefinition<LinkKindSettings>>();

/**
 * Adds a kind of network device to LinuxHost and MemoryHost of this process, and to a helper whose
 * configuration allows the kind. The settings of an existing device cannot change: a plug fails with
 * ImmutableLinkError if they differ.
 *
 * @throws KindDefinitionError for a kind that is built in or already defined, and for a name that the
 *   kernel does not accept
 */
export function defineLinkKind<S extends LinkKindSettings>(definition: LinkKindDefinition<S>): LinkKindOf<S> {
  requireArgument('defineLinkKind', definition, DEFINITION);
  const { kind } = definition;
  if (typeof kind !== 'string' || !/^[a-z0-9_-]{1,32}$/.test(kind))
    throw new KindDefinitionError(
      `${describeValue(kind)} cannot name a kind of network device: expected the kernel's name, such as vxlan`,
    );
  if (BUILT_IN.has(kind)) throw new KindDefinitionError(`the kind ${kind} of network devices is built in`);
  if (definitions.has(kind))
    throw new KindDefinitionError(
      `the kind ${kind} of network devices is already defined: use that definition, and define each kind in one module only`,
    );
  definitions.set(kind, definition);
  if (!isDefinedKind(kind)) throw new KindDefinitionError(`the kind ${kind} of network devices is not defined`);
  return {
    kind,
    link: (link, settings) => {
      const present = Object.entries(settings).filter(([, value]) => value !== undefined);
      return { ...link, kind, settings: Object.fromEntries(present) };
    },
  };
}

const DEFINITION = objectWith('an object with kind, attributes and read', 'attributes', 'read');

/** Whether a module of this process has defined this kind of network device. */
export function isDefinedKind(kind: string): kind is DefinedKind {
  return definitions.has(kind);
}

/** Whether the kind is one of this library, and not one of a plugin. */
export function isBuiltInKind(kind: string): boolean {
  return BUILT_IN.has(kind);
}

/**
 * The attributes of a new device of a defined kind.
 *
 * @throws LinkValueError for an unknown kind, and for settings that the definition refuses
 */
export function attributesOf({ kind, name, settings }: DefinedLink): readonly LinkAttribute[] {
  const definition = definitions.get(kind);
  if (definition === undefined) throw unknownKind(name, kind);
  try {
    return definition.attributes(settings);
  } catch (error) {
    if (error instanceof OsVifError && !(error instanceof LinkValueError)) throw error;
    throw new LinkValueError(`${kind} ${name}: ${messageOf(error)}`);
  }
}

/** The error for a device of a kind that this process does not know. */
export function unknownKind(name: string, kind: unknown): LinkValueError {
  return new LinkValueError(
    `${name}: the kind ${describeValue(kind)} of network devices is not known; defineLinkKind adds a kind`,
  );
}

/**
 * The settings of a device. Undefined for a kind that is not defined, and if `read` of the definition throws.
 */
export function settingsOfKind(
  kind: string,
  attributes: ReadonlyMap<number, Uint8Array>,
): LinkKindSettings | undefined {
  const definition = definitions.get(kind);
  if (definition === undefined) return undefined;
  try {
    const settings = Object.entries(definition.read(attributeReader(attributes)));
    return Object.fromEntries(settings.filter(([, value]) => value !== undefined));
  } catch {
    // A list of devices has devices of other programs. A faulty `read` must not hide all other devices.
    return undefined;
  }
}
