// Reads the body of PUT /ports/:id: a port of Neutron with its binding becomes a VIF.
import { InstanceInfo } from 'os-vif';
import { portWithBinding, validateBinding, validatePortBindings, vifFromPort } from 'os-vif/neutron';
import { InvalidPortError } from './errors.mjs';

const object = { type: 'object' };
const listOf = (items) => ({ type: 'array', items });

/** The outer shape. os-vif validates the port and its binding, and the values of the other objects. */
export const PORT_REQUEST = {
  type: 'object',
  required: ['port', 'network', 'instance'],
  additionalProperties: false,
  properties: {
    port: { type: 'object', required: ['id'], properties: { id: { type: 'string' } } },
    binding: object,
    network: { type: 'object', required: ['id'] },
    subnets: listOf({ type: 'object', required: ['id', 'cidr'] }),
    instance: {
      type: 'object',
      required: ['uuid', 'name'],
      additionalProperties: false,
      properties: { uuid: { type: 'string' }, name: { type: 'string' }, project_id: { type: 'string' } },
    },
  },
};

/**
 * @param id the id of the port in lower case
 * @throws InvalidPortError with all violations, each with its path in the body
 */
export function attachmentOf(id, { port, binding, network, subnets = [], instance }) {
  if (port.id.toLowerCase() !== id)
    throw new InvalidPortError([{ path: '/port/id', message: `expected ${id}, the id in the URL` }]);
  if (binding !== undefined) requireValid('/binding', validatePortBindings([binding]), '/0');
  const bound = binding === undefined ? port : portWithBinding(port, binding);
  requireValid('/port', validateBinding(bound));
  return {
    vif: reading('/network', () => vifFromPort({ ...bound, id }, { network, subnets })),
    instance: reading('/instance', () => {
      const { uuid, name, project_id: projectId } = instance;
      return new InstanceInfo({ uuid, name, ...(projectId !== undefined && { projectId }) });
    }),
  };
}

function requireValid(where, violations, prefix = '') {
  if (violations.length === 0) return;
  throw new InvalidPortError(
    violations.map(({ path, message }) => ({ path: where + path.slice(prefix.length), message })),
  );
}

/** A value of the network, of a subnet or of the instance that os-vif refuses is a violation too. */
function reading(where, read) {
  try {
    return read();
  } catch (error) {
    if (typeof error.code !== 'string' || !error.code.startsWith('ERR_OSVIF_')) throw error;
    throw new InvalidPortError([{ path: where, message: error.message }], { cause: error });
  }
}
