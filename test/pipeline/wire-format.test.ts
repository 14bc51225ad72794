import { assert, integer, jsonValue, property, string } from 'fast-check';
import { keyOfLine } from '../../pipeline/wire-format.ts';

describe('the key of a line', () => {
  test.each([
    ['{"ind":7}', '7'],
    ['{"index":7528,"title":"x"}', '7528'],
    ['{"index":1,"ind":2}', '2'],
    ['{"ind":"12"}', '12'],
    ['{"ind":" 12 "}', '12'],
    ['{"ind":null,"index":3}', '3'],
    ['{"ind":""}', undefined],
    ['{"ind":true}', undefined],
    ['{"__proto__":{"ind":7}}', undefined],
    ['{}', undefined],
    ['[7]', undefined],
    ['7', undefined],
    ['null', undefined],
    ['', undefined],
    ['{"ind":7', undefined],
  ])('%s', (line, key) => {
    expect(keyOfLine(line)).toBe(key);
  });

  test('is the number of any row, and no line is too strange', () => {
    assert(property(integer(), (ind) => expect(keyOfLine(JSON.stringify({ a: 1, ind }))).toBe(String(ind))));
    assert(property(string(), (line) => expect(['string', 'undefined']).toContain(typeof keyOfLine(line))));
    assert(
      property(jsonValue(), (value) =>
        expect(['string', 'undefined']).toContain(typeof keyOfLine(JSON.stringify(value))),
      ),
    );
  });
});
