/**
 * The model: os-vif's versioned objects, and all that one's own are made with. Pure: no Node built-in, no native code; runs in a browser.
 *
 * @module os-vif
 */
export * from '../errors/base.ts';
export * from '../errors/binding.ts';
export * from '../errors/host.ts';
export * from '../errors/model.ts';
export * from '../errors/ovs.ts';
export * from '../errors/plugin.ts';
export * from '../objects/datapath-offload.ts';
export * from '../objects/fixed-ip.ts';
export * from '../objects/host-info.ts';
export * from '../objects/instance-info.ts';
export { negotiate } from '../objects/negotiate.ts';
export * from '../objects/network.ts';
export * from '../objects/port-profile.ts';
export * from '../objects/route.ts';
export * from '../objects/subnet.ts';
export * from '../objects/vif.ts';
export * from '../versioned/addresses.ts';
export { type BackportOptions, backport } from '../versioned/backport.ts';
export * from '../versioned/collections.ts';
export { type FieldDecorator, type FieldOptions, field } from '../versioned/field.ts';
export type { FieldType, ValueOf } from '../versioned/field-type.ts';
export type { JsonSchema, SchemaContext, SchemaOptions } from '../versioned/json-schema.ts';
export type { ObjectClass } from '../versioned/model.ts';
export { type ObjectReference, objectOf } from '../versioned/object-of.ts';
export type { PlainOptions } from '../versioned/plain.ts';
export type { Primitive } from '../versioned/primitive.ts';
export { classFor, objectClasses } from '../versioned/registry.ts';
export * from '../versioned/scalars.ts';
export { type Violation, validate } from '../versioned/validate.ts';
export { versionManifest } from '../versioned/version-manifest.ts';
export {
  type FieldName,
  type FieldValues,
  type ResetOptions,
  type SetFields,
  VersionedObject,
} from '../versioned/versioned-object.ts';
export { type VersionedObjectOptions, versionedObject } from '../versioned/versioned-object-decorator.ts';
export { VersionedObjectList } from '../versioned/versioned-object-list.ts';
