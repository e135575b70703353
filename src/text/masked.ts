/** Secret values in output for people. */

/** The text in place of a secret value. */
export const MASK = '***';

/** Stands for a secret value in an error. */
export class Masked {}

/** The `$comment` in the JSON Schema of secret values. Messages about such a value do not show it. */
export const SENSITIVE_COMMENT = 'sensitive: messages do not show the value';
