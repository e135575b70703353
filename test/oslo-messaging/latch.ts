/** A promise that a test settles. */

export class Latch<T = void> {
  readonly promise: Promise<T>;
  open: (value: T) => void = () => {};

  constructor() {
    this.promise = new Promise((resolve) => {
      this.open = resolve;
    });
  }
}
