/** Converts the error of a reply to an OvsdbServerError. */
import { OvsdbServerError } from '../../errors/ovs.ts';
import { isRecord } from '../../text/is-record.ts';
import { cutDetails, cutWord, excerptOf } from './excerpt.ts';

/**
 * Converts an error object of RFC 7047 3.1. For an unknown method, ovsdb-server sends a string instead.
 *
 * @param request the name of the request, for the message
 * @param operation the index of the failed operation
 */
export function serverError(request: string, error: unknown, operation?: number): OvsdbServerError {
  const { error: word, details } = isRecord(error) ? error : { error, details: '' };
  return new OvsdbServerError(
    request,
    typeof word === 'string' ? cutWord(word) : excerptOf(word ?? error),
    typeof details === 'string' ? cutDetails(details) : '',
    operation,
  );
}
