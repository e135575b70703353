/** The limits of a helper for its clients. docs/privilege-separation.md has the same figures. */

/** Connections in all. Each takes a descriptor, and 1,024 descriptors are a common limit of a process. */
export const MAX_CONNECTIONS = 768;
/** Connections of the processes of one user. */
export const MAX_CONNECTIONS_OF_USER = 256;

/** Connections that were refused and have not yet read the reason. */
export const MAX_REFUSED = 32;

/** Milliseconds from the connection to the end of the client's greeting. */
export const GREETING_DEADLINE = 3000;
/** Bytes that a client may send before its greeting is complete. One read of a socket has at most 64 KiB. */
export const MAX_UNGREETED = 1 << 16;

/** Requests of one client that wait or run. Further requests stay in the client's socket. */
export const MAX_REQUESTS_OF_CLIENT = 64;
/** Requests of one client that run at once. */
export const MAX_RUNNING_OF_CLIENT = 16;
/**
 * Requests in all that run at once: those that start a program (iptables, nft), and all others. The netlink socket takes one
 * request after the other, so that more of them would only delay the next client.
 */
export const MAX_RUNNING = { program: 2, kernel: 8 } as const;

/** Received bytes of one client from which on the helper reads no more until an answer is out. */
export const MAX_RECEIVED_OF_CLIENT = 1 << 21;
/** Received bytes of all clients: unfinished frames, and requests that are not answered. */
export const MAX_RECEIVED = 1 << 22;
/** Bytes of all answers that clients have not read. A single answer may have as many (MAX_ANSWER). */
export const MAX_UNSENT = 1 << 26;
/** Bytes that a waiting request takes besides its frame. */
export const REQUEST_OVERHEAD = 512;

/**
 * Received bytes after which the helper collects garbage. V8 does so for buffers only when about 64 MiB have come together.
 * Ordinary clients send this much in thousands of requests.
 */
export const COLLECT_AFTER = 1 << 24;
