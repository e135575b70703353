// The document for json-schema-to-typescript and quicktype of docs/schemas.md.
import { bundleSchema } from 'os-vif/schemas';

console.log(JSON.stringify(await bundleSchema('plain/VIFBridge.json', { refs: 'local' })));
