import type { Attachment } from 'os-vif/host';

declare module 'os-vif/host' {
  interface OsVif {
    watch(
      attachments: Iterable<Attachment>,
      options: { signal: AbortSignal; repair: boolean },
    ): {
      add(attachment: Attachment): void;
      remove(id: string): void;
      [Symbol.asyncIterator](): AsyncIterator<unknown>;
    };
  }
}
