// Health and metrics. /healthz tells whether the process answers, /readyz whether it can do its work.
import { setTimeout as wait } from 'node:timers/promises';

/** Milliseconds in which the host and the database have to answer. */
const PATIENCE = 2000;
const quiet = { logLevel: 'warn' };

/** A plugin of Fastify. */
export async function healthRoutes(app, { host, ports, registry }) {
  app.get('/healthz', quiet, async () => ({ status: 'ok' }));

  app.get('/readyz', quiet, async (_request, reply) => {
    const needsOvs = ports.list().some(({ vif }) => vif.plugin === 'ovs');
    const checks = {
      watch: ports.isWatched ? 'ok' : 'the agent is starting or stopping',
      host: await answerOf(() => host.links.get('lo')),
      ...(needsOvs && { ovsdb: await answerOf(() => host.ovsdb.view({ timeout: PATIENCE })) }),
    };
    const isReady = Object.values(checks).every((answer) => answer === 'ok');
    return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ok' : 'not ready', checks });
  });

  app.get('/metrics', quiet, async (_request, reply) => {
    reply.type(registry.contentType);
    return registry.metrics();
  });
}

async function answerOf(call) {
  const late = wait(PATIENCE, `no answer within ${PATIENCE} ms`, { ref: false });
  const answer = call().then(
    () => 'ok',
    (error) => error.message,
  );
  return Promise.race([answer, late]);
}
