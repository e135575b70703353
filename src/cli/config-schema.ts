/** The JSON Schema of the configuration file. The options of plugins have their own schemas. */

const text = { description: 'a string that is not empty', type: 'string', minLength: 1 };

/** The schema of the configuration file. */
export const CONFIG_SCHEMA = {
  description: 'an object with netns, ovsdb, sysfsRoot, plugins or objects',
  type: 'object',
  properties: {
    netns: text,
    sysfsRoot: text,
    ovsdb: {
      description: 'an object with connection, timeout or tls',
      type: 'object',
      properties: {
        connection: text,
        timeout: { description: 'a whole number of milliseconds', type: 'integer', minimum: 0 },
        tls: {
          description: 'an object with the files key, cert and ca',
          type: 'object',
          properties: { key: text, cert: text, ca: text },
          additionalProperties: false,
        },
      },
      additionalProperties: false,
    },
    plugins: { description: 'an object of plugins by name', type: 'object' },
    objects: { description: 'an array of names of modules', type: 'array', items: text },
  },
  additionalProperties: false,
};
