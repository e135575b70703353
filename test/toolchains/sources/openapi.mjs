// The recipe for OpenAPI 3.1 of docs/schemas.md.
import { Validator } from '@seriousme/openapi-schema-validator';
import { bundleSchema } from 'os-vif/schemas';

const { $defs, $schema: _, ...anyVif } = await bundleSchema('plain/any/VIFBase.json', { refs: 'local' });
const components = JSON.parse(
  JSON.stringify({ schemas: { ...Object($defs), AnyVIF: anyVif } }).replaceAll('#/$defs/', '#/components/schemas/'),
);
const content = { 'application/json': { schema: { $ref: '#/components/schemas/AnyVIF' } } };
const post = { requestBody: { content }, responses: { 204: { description: 'plugged' } } };
const document = { openapi: '3.1.0', info: { title: 'VIFs', version: '1' }, paths: { '/vifs': { post } }, components };
const validator = new Validator();
const { valid, errors } = await validator.validate(document);
const unresolved = JSON.stringify(document)
  .match(/#\/components\/schemas\/\w+/g)
  .filter((ref) => !(ref.slice(21) in components.schemas));
console.log(valid, errors ?? '', unresolved.length, JSON.stringify(validator.resolveRefs()).includes('vif_name'));
