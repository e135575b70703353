// Exits with 0 if the agent answers: for the HEALTHCHECK of a container. Node.js images have no curl.
import { request } from 'node:http';
import { readSettings } from './settings.mjs';

const { listen } = readSettings(process.env);
const where = 'path' in listen ? { socketPath: listen.path } : listen;
request({ ...where, path: '/healthz', timeout: 3000 }, ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1))
  .on('timeout', () => process.exit(1))
  .on('error', () => process.exit(1))
  .end();
