// Draws docs/benchmarks.json, which `npm run bench -- --json docs/benchmarks.json` writes, as docs/pictures/benchmarks.svg.
import { readFileSync, writeFileSync } from 'node:fs';
import Builder from 'fast-xml-builder';

const docs = new URL('../docs/', import.meta.url);
const { groups } = JSON.parse(readFileSync(new URL('benchmarks.json', docs), 'utf8'));
const [WIDTH, NAMES, BAR, LINE] = [1130, 420, 380, 20];
/** The ratios at the two ends of the scale, which is logarithmic. */
const [LEAST, MOST] = [0.1, 1000];

const x = (ratio) => NAMES + (BAR * Math.log(Math.min(Math.max(ratio, LEAST), MOST) / LEAST)) / Math.log(MOST / LEAST);
const number = (value) => (value >= 20 ? value.toFixed(0) : value >= 3 ? value.toFixed(1) : value.toFixed(2));

const shapes = [];
let y = 30;
for (const { title, rows } of groups) {
  y += 14;
  shapes.push(text(10, y, title, { 'font-weight': 'bold' }));
  y += 8;
  for (const one of rows) {
    y += LINE;
    shapes.push(text(NAMES - 8, y, one.name, { 'text-anchor': 'end' }), ...bar(one, y));
  }
  y += 12;
}
const scale = [0.1, 1, 10, 100, 1000].flatMap((ratio) => [
  {
    line: [],
    ':@': attributes({
      x1: x(ratio),
      x2: x(ratio),
      y1: 26,
      y2: y,
      stroke: '#888888',
      'stroke-opacity': ratio === 1 ? 1 : 0.3,
    }),
  },
  text(x(ratio), 20, `${ratio}`, { 'text-anchor': 'middle', fill: '#888888' }),
]);
const picture = {
  svg: [{ title: [{ '#text': 'Benchmarks: ratios to the peer and to the limit' }] }, ...scale, ...shapes],
  ':@': attributes({
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: `0 0 ${WIDTH} ${y + 10}`,
    'font-family': 'sans-serif',
    'font-size': 11,
    role: 'img',
  }),
};
const builder = new Builder({ preserveOrder: true, ignoreAttributes: false, attributeNamePrefix: '@_', format: true });
writeFileSync(new URL('pictures/benchmarks.svg', docs), `${builder.build([picture]).trim()}\n`);

/** From 1 to the ratio, thin where most rounds lie, and the goal as a mark. Blue beside a peer, grey beside a limit. */
function bar({ ratio, spread, as, beside, goal }, at) {
  const colour = as === 'times as fast as' ? '#2f6fb0' : '#7a8896';
  const [from, to] = [x(1), x(ratio)].sort((a, b) => a - b);
  const marks =
    goal === undefined
      ? []
      : [
          {
            line: [],
            ':@': attributes({
              x1: x(goal.atLeast ?? goal.atMost),
              x2: x(goal.atLeast ?? goal.atMost),
              y1: at - 13,
              y2: at + 3,
              stroke: '#c2410c',
              'stroke-width': 2,
            }),
          },
        ];
  return [
    {
      rect: [],
      ':@': attributes({
        x: from,
        y: at - 11,
        width: Math.max(to - from, 1),
        height: 12,
        fill: colour,
        'fill-opacity': 0.75,
      }),
    },
    { line: [], ':@': attributes({ x1: x(spread[0]), x2: x(spread[1]), y1: at - 5, y2: at - 5, stroke: '#222222' }) },
    ...marks,
    text(NAMES + BAR + 10, at, `${number(ratio)} ${as} ${beside}`),
  ];
}

function text(left, top, content, more = {}) {
  return { text: [{ '#text': content }], ':@': attributes({ x: left, y: top, fill: '#666666', ...more }) };
}

function attributes(values) {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      `@_${name}`,
      typeof value === 'number' ? Math.round(value * 100) / 100 : value,
    ]),
  );
}
