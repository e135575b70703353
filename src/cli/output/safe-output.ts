/** Escapes control and bidirectional characters in all output of the command, at the output streams. */

/**
 * Control and format characters, separators of lines and paragraphs, lone surrogates (Unicode Cc, Cf, Zl, Zp,
 * Cs). Newline and tab are allowed.
 */
const UNSAFE = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** A sequence of `styleText` for a colour or for bold text. */
const STYLE = new RegExp(`(${String.fromCharCode(27)}\\[\\d+m)`);

type Write = (text: string) => boolean;

/** The original `write` of each guarded stream. */
const unguarded = new Map<NodeJS.WriteStream, Write>();

/**
 * Guards standard output and standard error for the rest of the process: each unsafe character is written
 * as `\u202e`. A JSON text keeps its value, because JSON has such characters only in strings. Node writes
 * warnings past the streams, so this function writes warnings to standard error itself. `run` in
 * program.ts handles uncaught errors.
 */
export function guardOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream);
    unguarded.set(stream, (text) => write(text));
    const guarded = (chunk: string | Uint8Array, ...rest: []): boolean =>
      write(typeof chunk === 'string' ? replaceUnsafe(chunk, escaped) : chunk, ...rest);
    Object.defineProperty(stream, 'write', { value: guarded, configurable: true, writable: true });
  }
  process.removeAllListeners('warning');
  process.on('warning', (warning) => process.stderr.write(`os-vif: ${warning.name}: ${warning.message}\n`));
}

/** Writes text with colours of this command. Outside data in the text must be safe: see `shown`. */
export function writeStyled(stream: NodeJS.WriteStream, text: string): void {
  const safe = text.split(STYLE).map((part) => (STYLE.test(part) ? part : replaceUnsafe(part, escaped)));
  unguardedWrite(stream)(safe.join(''));
}

/** The stream without the guard, for text without outside data. */
export function unguardedStream(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  return Object.create(stream, { write: { value: unguardedWrite(stream) } });
}

/** Replaces each unsafe character. */
export function replaceUnsafe(text: string, replace: (character: string) => string): string {
  return text.replace(UNSAFE, replace);
}

function unguardedWrite(stream: NodeJS.WriteStream): Write {
  return unguarded.get(stream) ?? ((text) => stream.write(text));
}

/** The escape of JSON: `\u` and four digits for each code unit of UTF-16. */
function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, i) => character.charCodeAt(i));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}
