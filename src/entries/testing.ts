/** `os-vif/testing`: for the tests of those who declare objects or write plugins; needs vitest. */

export { checkVersions, type ExpectedFingerprints } from '../testing/check-versions.ts';
export { describeVIFPlugin, type PluginExample } from '../testing/describe-vif-plugin.ts';
