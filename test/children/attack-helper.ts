/** Clients that attack a helper until standard input ends: `attack-helper.ts SOCKET ATTACK=COUNT...`. Prints a line when all are at work. */

import { connect, type Socket } from 'node:net';

const HELLO = '{"protocol":"os-vif-helper","version":1}\n';
const ALMOST_A_FRAME = Buffer.alloc((1 << 20) - 1, 0x20);
/** Milliseconds until a client that was sent away is back. */
const RETURN_AFTER = 500;
/** Requests that a flooding client has under way. */
const AT_ONCE = 60;

/** What each client does with its new connection. */
const ATTACKS: Readonly<Record<string, (socket: Socket) => void>> = {
  silent: () => {},
  greeted: (socket) => void socket.write(HELLO),
  halfGreeting: (socket) => void socket.write(HELLO.slice(0, -1)),
  unfinished: (socket) => void socket.write(Buffer.concat([Buffer.from(HELLO), ALMOST_A_FRAME])),
  flood: (socket) => flood(socket, '"verb":"addressing.get","args":[1]'),
  programs: (socket) => flood(socket, '"verb":"filter.list","args":[]'),
  broken: (socket) => flood(socket, '"verb":"no.such","args":[{"a":[[[[]]]]}]'),
  unread: (socket) => void socket.pause().write(HELLO + requestOf('"verb":"links.list","args":[]').repeat(20_000)),
  large: (socket) => flood(socket, `"verb":"links.deleteAll","args":[[${Array(50_000).fill(9)}]]`),
  refused: (socket) => flood(socket, `"verb":"links.deleteAll","args":[[${Array(50_000).fill(9)},-1]]`),
  churn: (socket) => void setImmediate(() => socket.destroy()),
};

const [path = '', ...wanted] = process.argv.slice(2);
let waiting = 0;
for (const each of wanted) {
  const [name = '', count] = each.split('=');
  const attack = ATTACKS[name];
  if (attack === undefined) throw new Error(`no attack ${name}`);
  waiting += Number(count);
  for (let i = 0; i < Number(count); i++) start(attack, () => --waiting === 0 && console.log('attacking'));
}
process.stdin.resume().on('end', () => process.exit());

/** A client that is sent away comes back. */
function start(attack: (socket: Socket) => void, onStart: () => void): void {
  let isFirst = true;
  const socket = connect(path);
  const begin = (): void => {
    if (isFirst) onStart();
    isFirst = false;
  };
  socket.once('connect', () => {
    attack(socket);
    begin();
  });
  socket.on('error', () => {});
  socket.on('data', () => {});
  socket.on('close', () => {
    begin();
    setTimeout(() => start(attack, () => {}), RETURN_AFTER);
  });
}

function requestOf(verb: string): string {
  return `{"id":1,${verb}}\n`;
}

/** Sends the next request when an answer comes. */
function flood(socket: Socket, request: string): void {
  const line = requestOf(request);
  socket.write(HELLO + line.repeat(AT_ONCE));
  socket.on('data', (chunk: Buffer) => {
    const answers = chunk.filter((byte) => byte === 0x0a).length;
    if (socket.writable) socket.write(line.repeat(answers));
  });
}
