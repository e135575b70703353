/**
 * The versioned objects of os-vif, and the functions to declare further versioned objects.
 * This entry uses no Node module and no native code, so it runs in a browser.
 *
 * @module os-vif
 */
export * from '../errors/base.ts';
export * from '../errors/binding.ts';
export * from '../errors/model.ts';
export * from '../errors/negotiation.ts';
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
export type { ReadOptions } from '../versioned/codec/from-primitive.ts';
export type { PlainForm, PlainOf, PrimitiveForm, PrimitiveOf, WireName } from '../versioned/codec/json-types.ts';
export { declareToClassTransformer, type PlainOptions } from '../versioned/codec/plain.ts';
export type { Primitive } from '../versioned/codec/primitive.ts';
export {
  type CheckedDefinition,
  type DefinedClass,
  type DefinedFields,
  type DefinedValue,
  defineObject,
  type FieldDefinition,
  type FieldDefinitions,
  type ObjectDefinition,
} from '../versioned/define-object.ts';
export type { AnyClass } from '../versioned/extensions.ts';
export { type FieldDecorator, type FieldOptions, field } from '../versioned/field.ts';
export * from '../versioned/fields/addresses.ts';
export * from '../versioned/fields/collections.ts';
export { type DerivedFieldType, fieldType, type NewFieldType } from '../versioned/fields/custom.ts';
export { type EnumerationOptions, oneOf, stateMachine } from '../versioned/fields/enumerations.ts';
export { flexibleBoolean } from '../versioned/fields/flexible-boolean.ts';
export { type JsonValue, jsonText } from '../versioned/fields/json-text.ts';
export { objectOf } from '../versioned/fields/object-of.ts';
export * from '../versioned/fields/scalars.ts';
export { sensitiveString } from '../versioned/fields/secrets.ts';
export { versionPredicate } from '../versioned/fields/version-predicate.ts';
export { type BackportOptions, backport } from '../versioned/history/backport.ts';
export { backportFor } from '../versioned/history/backport-for.ts';
export type { DroppedField, LossOptions } from '../versioned/history/dropped-fields.ts';
export { compareVersions } from '../versioned/history/version.ts';
export { versionManifest } from '../versioned/history/version-manifest.ts';
export type { SchemaOptions } from '../versioned/json-schema.ts';
export type {
  DeclaredClass,
  ElementsOfType,
  FieldType,
  JsonSchema,
  MakeCompatible,
  ObjectReference,
  SchemaContext,
  ValueOf,
} from '../versioned/model.ts';
export { classFor, type ObjectClass, objectClasses } from '../versioned/object-class.ts';
export type { StandardIssue, StandardResult, StandardSchema } from '../versioned/validation/standard-schema.ts';
export { type Violation, validate } from '../versioned/validation/validate.ts';
export {
  type FieldName,
  type FieldValues,
  type NestedValues,
  type NoFieldValues,
  type ResetOptions,
  type SetFields,
  VersionedObject,
} from '../versioned/versioned-object.ts';
export { type VersionedObjectOptions, versionedObject } from '../versioned/versioned-object-decorator.ts';
export { VersionedObjectList } from '../versioned/versioned-object-list.ts';
