// The agent: the ports, their API and their metrics, from the start to the end.
import { setMaxListeners } from 'node:events';
import Fastify from 'fastify';
import { OsVif } from 'os-vif/host';
import { portRoutes } from './api.mjs';
import { answerError } from './errors.mjs';
import { healthRoutes } from './health.mjs';
import { openMetrics } from './metrics.mjs';
import { PortFiles } from './port-files.mjs';
import { Ports } from './ports.mjs';

/** Violations name values as they were sent: nothing is converted or removed. */
const AJV = { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false, allErrors: true } };

/** Milliseconds that a client gets for its whole request. */
const TIME_TO_SEND = 30_000;
/** Milliseconds for the answers to requests that the deadline ended. Then connections are cut. */
const TIME_TO_ANSWER = 3000;

/**
 * Opens the agent on a host, which it closes at its end. `app` is the Fastify application, not yet listening.
 * `start()` plugs the ports of the state directory. `stop()` waits for the requests under way.
 */
export async function openAgent(host, { stateDirectory, collectGarbage, logLevel, stopTimeout }) {
  const app = Fastify({ logger: { level: logLevel }, ajv: AJV, requestTimeout: TIME_TO_SEND });
  const files = await PortFiles.open(stateDirectory);
  const osVif = await OsVif.open({ host, closeHost: true });
  const [starting, calls] = [new AbortController(), new AbortController()];
  setMaxListeners(0, starting.signal, calls.signal);

  const metrics = openMetrics(() => ports.list());
  const onEvent = (event) => {
    metrics.countEvent(event);
    logEvent(app.log, event);
  };
  const ports = new Ports({ osVif, files, log: app.log, signal: calls.signal, onEvent });
  app.setErrorHandler(answerError);
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ code: 'UNKNOWN_PATH', message: 'no such path' }));
  // Otherwise a client's connection would stay open after the answer, and the stop would wait for it.
  app.addHook('onSend', async (_request, reply) => {
    if (stopped !== undefined) reply.header('connection', 'close');
  });
  app.register(portRoutes, { ports });
  app.register(healthRoutes, { host, ports, registry: metrics.registry });

  let stopped;
  return {
    app,
    start: (onEnd) => ports.start({ collectGarbage, signal: starting.signal, onEnd }),
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };

  async function stop() {
    starting.abort(new Error('the agent stops'));
    // A plug that has not ended by then rolls back. The next start plugs the port.
    const deadline = setTimeout(() => calls.abort(new Error('the agent stops')), stopTimeout);
    const end = setTimeout(() => app.server.closeAllConnections(), stopTimeout + TIME_TO_ANSWER);
    await app.close();
    clearTimeout(deadline);
    clearTimeout(end);
    await ports.stop();
    await osVif.close();
    metrics.stop();
  }
}

const MESSAGES = {
  drift: 'the host of a port has changed',
  restored: 'the host of a port is right again',
  repaired: 'the host of a port was repaired',
};

function logEvent(log, { type, vif, drifts, result, error, retryIn, reason }) {
  const port = vif?.id;
  if (type === 'failed') log.error({ port, err: error, retryIn }, 'a check or a repair failed');
  else if (type === 'resynchronized')
    log[reason === 'interval' ? 'debug' : 'info']({ reason }, 'all ports are checked');
  else log.warn({ port, drifts, steps: result?.steps }, MESSAGES[type]);
}
