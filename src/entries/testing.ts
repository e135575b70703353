/**
 * `os-vif/testing`: a kit for tests of versioned objects and plugins.
 * It needs vitest, and fast-check for arbitraries.
 */

export { MissingFastCheckError } from '../errors/testing.ts';
export { type ArbitraryOptions, type ArbitraryTypes, arbitraryObject } from '../testing/arbitrary-object.ts';
export { type ArbitraryVIFOptions, arbitraryVIF } from '../testing/arbitrary-vif.ts';
export { checkVersions, type ExpectedFingerprints } from '../testing/check-versions.ts';
export { describeVIFPlugin } from '../testing/describe-vif-plugin.ts';
export type { PluginExample } from '../testing/plugin-example.ts';
