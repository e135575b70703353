/** The message of a thrown value. JavaScript can throw values other than errors. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The message for a text that has named the subject before: without `subject: ` at its beginning. */
export function messageAfter(subject: string | undefined, error: unknown): string {
  const message = messageOf(error);
  return message.startsWith(`${subject}: `) ? message.slice(`${subject}: `.length) : message;
}
