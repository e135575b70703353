// The ports over HTTP.
import { vifXml } from './libvirt.mjs';
import { attachmentOf, PORT_REQUEST } from './port-request.mjs';

const UUID = '^[0-9A-Fa-f]{8}-([0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}$';
const params = { type: 'object', properties: { id: { type: 'string', pattern: UUID } } };

/** A plugin of Fastify. */
export async function portRoutes(app, { ports }) {
  app.addHook('onRequest', async () => ports.requireStarted());

  app.put('/ports/:id', { schema: { params, body: PORT_REQUEST } }, async (request, reply) => {
    const attachment = attachmentOf(idOf(request), request.body);
    const { isNew, changed, steps } = await ports.put(attachment);
    reply.code(isNew ? 201 : 200);
    return { id: attachment.vif.id, changed, steps, ...vifXml(attachment.vif) };
  });

  app.delete('/ports/:id', { schema: { params } }, async (request) => {
    const { changed, steps } = await ports.delete(idOf(request));
    return { changed, steps };
  });

  app.get('/ports', async () => ({ ports: ports.list().map(summaryOf) }));

  app.get('/ports/:id', { schema: { params } }, async (request) => {
    const id = idOf(request);
    const drift = await ports.drift(id);
    const port = ports.get(id);
    return { ...summaryOf(port), vif: port.vif.toPlain(), drift };
  });
}

/** URLs may have capital letters, ids of VIFs have none. */
function idOf({ params }) {
  return params.id.toLowerCase();
}

function summaryOf({ vif, instance, state, error }) {
  const { uuid, name } = instance;
  return {
    id: vif.id,
    state,
    ...(error !== undefined && { error: { code: error.code, message: error.message } }),
    plugin: vif.plugin,
    vif_name: vif.vifName,
    instance: { uuid, name },
  };
}
