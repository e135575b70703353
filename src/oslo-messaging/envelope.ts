/** The envelope of oslo.messaging: JSON text within JSON, with a version. */

import { RpcProtocolError } from '../errors/rpc.ts';
import { describeValue } from '../text/describe-value.ts';
import { isRecord } from '../text/is-record.ts';

/**
 * The largest message, in bytes. RabbitMQ 4 refuses larger messages by default
 * (`max_message_size`).
 */
const LARGEST_MESSAGE = 16 * 1024 * 1024;

/** The keys of the envelope, and its version. oslo_messaging._drivers.common: `serialize_msg`. */
const VERSION = 'oslo.version';
const MESSAGE = 'oslo.message';
const ENVELOPE_VERSION = '2.0';

/**
 * Encodes the JSON text of a message.
 *
 * @throws RpcProtocolError if the message is too large
 */
export function encode(text: string): Uint8Array {
  const body = Buffer.from(JSON.stringify({ [VERSION]: ENVELOPE_VERSION, [MESSAGE]: text }));
  if (body.length <= LARGEST_MESSAGE) return body;
  throw new RpcProtocolError(
    `a message would have ${body.length} bytes, expected at most ${LARGEST_MESSAGE}; it was not sent`,
  );
}

/**
 * Decodes a message. The errors tell nothing of its contents, because it may contain tokens.
 *
 * @throws RpcProtocolError if the message is too large, no JSON, or has no such envelope
 */
export function decode(body: Uint8Array): Record<string, unknown> {
  if (body.length > LARGEST_MESSAGE)
    throw new RpcProtocolError(
      `a message has ${body.length} bytes, expected at most ${LARGEST_MESSAGE}; it was dropped`,
    );
  const envelope = parsed(Buffer.from(body).toString());
  const version = envelope[VERSION];
  const text = envelope[MESSAGE];
  if (typeof version !== 'string' || !/^2\.\d+$/.test(version))
    throw new RpcProtocolError(
      `a message has the envelope version ${describeValue(version)}, expected ${ENVELOPE_VERSION}; it was dropped`,
    );
  return parsed(text);
}

function parsed(text: unknown): Record<string, unknown> {
  let value: unknown;
  try {
    value = typeof text === 'string' ? JSON.parse(text) : undefined;
  } catch {
    // The message of JSON.parse quotes the text, which may contain tokens.
  }
  if (isRecord(value)) return value;
  throw new RpcProtocolError('a message is no JSON object in the envelope of oslo.messaging 2.0; it was dropped');
}
