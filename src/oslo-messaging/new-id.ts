/** The form of ids and of names of queues in oslo.messaging: a random UUID without dashes. */
export function newId(): string {
  return crypto.randomUUID().replaceAll('-', '');
}
