/** The message of a thrown value. JavaScript can throw values other than errors. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
