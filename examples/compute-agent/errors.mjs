// The errors of the API, and the answers to failed requests: { code, message } and what more is known.

/** The body of PUT /ports/:id is no port that this host can plug. */
export class InvalidPortError extends Error {
  statusCode = 400;
  code = 'INVALID_PORT';

  /** @param violations each with `path`, a JSON Pointer into the body, and `message` */
  constructor(violations, options) {
    super('the port cannot be plugged: see violations', options);
    this.violations = violations;
  }
}

export class UnknownPortError extends Error {
  statusCode = 404;
  code = 'UNKNOWN_PORT';

  constructor(id) {
    super(`the agent has no port ${id}`);
  }
}

/** The agent starts or stops. */
export class NotReadyError extends Error {
  statusCode = 503;
  code = 'NOT_READY';
}

/** Fastify's error handler. */
export function answerError(error, request, reply) {
  const { status, body } = answerTo(error);
  if (status >= 500) request.log.error({ err: error }, 'the request failed');
  if (status === 503) reply.header('retry-after', '1');
  return reply.code(status).send(body);
}

function answerTo(error) {
  const { code, message, statusCode, validation, violations } = error;
  if (validation !== undefined)
    return {
      status: 400,
      body: { code: 'INVALID_REQUEST', message: 'the request is invalid: see violations', violations: found(error) },
    };
  if (code === 'ERR_OSVIF_CLOSED') return { status: 503, body: { code, message } };
  if (typeof code === 'string' && code.startsWith('ERR_OSVIF_')) return { status: 500, body: failedCall(error) };
  if (statusCode !== undefined) return { status: statusCode, body: { code, message, violations } };
  return { status: 500, body: { code: 'INTERNAL', message: 'internal error: see the log of the agent' } };
}

/** A plug or an unplug that failed: `left` lists the elements that stayed on the host. */
function failedCall({ code, message, element, left, cause }) {
  return { code, message, element, left, cause: cause?.code };
}

/** Errors of ajv. Only the message of additionalProperties does not name the property. */
function found({ validation, validationContext }) {
  return validation.map(({ instancePath, message, params }) => ({
    path: (validationContext === 'body' ? '' : `/${validationContext}`) + instancePath,
    message:
      params.additionalProperty === undefined ? message : `${message}: ${JSON.stringify(params.additionalProperty)}`,
  }));
}
