/** Keeps control and bidirectional characters out of all that the command prints, at the streams themselves. */

/**
 * Control and format characters, separators of lines and paragraphs, lone surrogates (Unicode Cc, Cf, Zl, Zp, Cs).
 * Newline and tab are allowed.
 */
const UNSAFE = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** One sequence for a colour or for bold text, as styleText makes them. */
const STYLE = new RegExp(`(${String.fromCharCode(27)}\\[\\d+m)`);

type Write = (text: string) => boolean;

/** The streams as they were before they were guarded. */
const unguarded = new Map<NodeJS.WriteStream, Write>();

/**
 * Guards standard output and standard error for the rest of the process: each unsafe character is written as
 * `\u202e`. A JSON text keeps its value, because JSON has such characters only in strings.
 * Node writes warnings and uncaught errors past the streams. They are written to standard error here.
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

/** Writes text whose colours this command made. Outside text in it must be safe already: see `shown`. */
export function writeStyled(stream: NodeJS.WriteStream, text: string): void {
  const safe = text.split(STYLE).map((part) => (STYLE.test(part) ? part : replaceUnsafe(part, escaped)));
  unguardedWrite(stream)(safe.join(''));
}

/** The stream without its guard, for what has no text of others. */
export function unguardedStream(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  return Object.create(stream, { write: { value: unguardedWrite(stream) } });
}

/** Writes each unsafe character in another way. */
export function replaceUnsafe(text: string, replace: (character: string) => string): string {
  return text.replace(UNSAFE, replace);
}

function unguardedWrite(stream: NodeJS.WriteStream): Write {
  return unguarded.get(stream) ?? ((text) => stream.write(text));
}

/** As JSON writes it: a code unit of UTF-16 is `\u` and four digits. */
function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, i) => character.charCodeAt(i));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}
