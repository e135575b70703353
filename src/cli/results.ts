/** The results of a verb for the items of its input. A failed item does not stop the others. */

/** An item of the input. */
export interface Place {
  /** The place in the input: `vifs.yaml[2]`. */
  readonly where: string;
  /** The id of the VIF, if it is known. */
  readonly id: string | undefined;
}

/** The result of an item. */
export type Result<T> = (Place & { readonly answer: T }) | Failure;

/** An item that is not valid, or for which the verb failed. */
export interface Failure extends Place {
  readonly error: unknown;
}

/** The results in the order of the input. */
export interface Results<T> {
  readonly results: readonly Result<T>[];
  /** Whether the input was a list. The output is then a list too. */
  readonly isList: boolean;
}

/** Whether the item failed. */
export function isFailure<T extends Place>(result: T): result is T & Failure {
  return 'error' in result;
}

/** The result of `work` for an item. */
export async function resultOf<T>(place: Place, work: () => T | Promise<T>): Promise<Result<T>> {
  const { where, id } = place;
  try {
    return { where, id, answer: await work() };
  } catch (error) {
    return { where, id, error };
  }
}

/** The answers of the items that did not fail. */
export function answersOf<T>({ results }: Results<T>): T[] {
  return results.flatMap((result) => (isFailure(result) ? [] : [result.answer]));
}

/**
 * Applies a function to the answer of each item that did not fail. An error of the function is a
 * failure of its item.
 */
export async function mapResults<T, U>(
  { results, isList }: Results<T>,
  work: (answer: T, place: Place) => U | Promise<U>,
): Promise<Results<U>> {
  const mapped: Result<U>[] = [];
  for (const result of results)
    mapped.push(isFailure(result) ? result : await resultOf(result, () => work(result.answer, result)));
  return { results: mapped, isList };
}
