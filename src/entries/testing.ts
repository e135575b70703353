/** `os-vif/testing`: for the tests of those who declare objects or write plugins; needs vitest, and fast-check where arbitraries are asked for. */

export { MissingFastCheckError } from '../errors/testing.ts';
export { type ArbitraryOptions, type ArbitraryTypes, arbitraryObject } from '../testing/arbitrary-object.ts';
export { type ArbitraryVIFOptions, arbitraryVIF } from '../testing/arbitrary-vif.ts';
export { checkVersions, type ExpectedFingerprints } from '../testing/check-versions.ts';
export { describeVIFPlugin, type PluginExample } from '../testing/describe-vif-plugin.ts';
