// The recipe for Fastify of docs/schemas.md.
import { Ajv2020 } from 'ajv/dist/2020.js';
import fastify from 'fastify';
import { bundleSchema } from 'os-vif/schemas';

const body = await bundleSchema('plain/any/VIFBase.json', { refs: 'local' });
const ajv = new Ajv2020();
const app = fastify();
app.setValidatorCompiler(({ schema }) => ajv.compile(schema));
app.post('/vifs', { schema: { body } }, (request) => request.body);
const post = (payload) => app.inject({ method: 'POST', url: '/vifs', payload });
const good = await post({ type: 'VIFBridge', vif_name: 'tap0' });
const bad = await post({ type: 'VIFBridge', vif_nmae: 'tap0' });
console.log(good.statusCode, good.json().vif_name, bad.statusCode);
