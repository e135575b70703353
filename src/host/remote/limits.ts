/** The limits of a helper for its clients. docs/privilege-separation.md contains the same numbers. */

/**
 * Connections of all users. Each needs a descriptor, and a common limit of a process is 1,024 descriptors.
 */
export const MAX_CONNECTIONS = 768;
/** Connections of the processes of one user. */
export const MAX_CONNECTIONS_OF_USER = 256;

/** Refused connections whose clients have not read the reason yet. */
export const MAX_REFUSED = 32;

/** Milliseconds from the connection to the end of the client's greeting. */
export const GREETING_DEADLINE = 3000;
/**
 * Bytes that a client may send before its greeting is complete. One read of a socket returns at most 64 KiB.
 */
export const MAX_UNGREETED = 1 << 16;

/** Waiting and running requests of one client. Further requests stay in the socket of the client. */
export const MAX_REQUESTS_OF_CLIENT = 64;
/** Running requests of one client, without those that wait for changes. */
export const MAX_RUNNING_OF_CLIENT = 16;
/** Running requests of one client that wait for changes. */
export const MAX_WAITS_OF_CLIENT = 8;
/**
 * Running requests of all clients: requests that start a program (iptables, nft), requests that wait
 * for changes, and all others. The netlink socket processes one request after the other, so more
 * running requests would only delay the next client.
 */
export const MAX_RUNNING = { program: 2, kernel: 8, wait: 512 } as const;

/** Received bytes of one client. At this limit the helper stops reading until it has sent an answer. */
export const MAX_RECEIVED_OF_CLIENT = 1 << 21;
/** Received bytes of all clients: incomplete frames and unanswered requests. */
export const MAX_RECEIVED = 1 << 22;
/** Bytes of answers that clients have not read. One answer may have the same size (MAX_ANSWER). */
export const MAX_UNSENT = 1 << 26;
/** Bytes of memory that a waiting request needs besides its frame. */
export const REQUEST_OVERHEAD = 512;

/**
 * Received bytes after which the helper collects garbage. V8 itself collects buffers only after about 64 MiB.
 * Ordinary clients send this number of bytes in thousands of requests.
 */
export const COLLECT_AFTER = 1 << 24;
