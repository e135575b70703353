/**
 * The parser of semver. In Node.js the package has `parse-version-in-node.ts` in place of this file:
 * see `imports` in package.json.
 */
export { default as parseVersion } from 'semver/functions/parse.js';
