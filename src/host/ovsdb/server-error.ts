/** The error of a reply, as OvsdbServerError. */
import { OvsdbServerError } from '../../errors/ovs.ts';
import { isRecord } from '../../text/is-record.ts';
import { cutDetails, cutWord, excerptOf } from './excerpt.ts';

/**
 * Reads an error object of RFC 7047 3.1. ovsdb-server sends a bare string where it has no method of that name.
 *
 * @param request for the message: what was asked of the server
 * @param operation index of the operation that failed
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
