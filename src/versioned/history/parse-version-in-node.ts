/**
 * The parser of semver for Node.js. The build puts its seven files into one, because Node.js takes as
 * long to load them as the rest of the model.
 */
export { default as parseVersion } from 'semver/functions/parse.js';
