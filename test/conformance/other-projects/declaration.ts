/** The form of a field in the data; README.md beside the data explains each key. */
export interface FieldData {
  readonly field: string;
  readonly type: string;
  readonly extends: readonly string[];
  /** Whether the type is oslo's own type. */
  readonly oslo?: boolean;
  readonly nullable: boolean;
  readonly default?: unknown;
  readonly read_only?: boolean;
  readonly values?: readonly (string | number)[];
  readonly values_kind?: 'list' | 'tuple';
  readonly object?: { readonly name: string; readonly subclasses: boolean };
  readonly element?: FieldData;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly declared_as_class?: boolean;
}

/** A field of a class. */
export interface ClassFieldData extends FieldData {
  readonly name: string;
  /** The field as the fingerprint sees it. */
  readonly repr: string;
}

/** A class of a project, as far as the tests of fields need it. */
export interface ClassData {
  readonly class: string;
  readonly fields: readonly ClassFieldData[];
}

/** A value that Python takes or refuses. */
export interface FieldRow {
  readonly value: unknown;
  /** The primitive of the stored value. Absent if Python refuses the value. */
  readonly stored?: unknown;
  readonly error?: string;
}

/** A distinct field type of a project, with values. */
export interface FieldTypeData extends FieldData {
  readonly where: readonly string[];
  readonly taken?: readonly FieldRow[];
  readonly refused?: readonly FieldRow[];
  readonly wire?: readonly FieldRow[];
}
