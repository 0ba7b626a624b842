// When lines are made for people without being asked for.
import { expect, test } from 'vitest'
import { isForPeople } from '../src/pretty/pretty-line.ts'

test.each<[boolean, Readonly<Record<string, string>>, boolean]>([
  [true, {}, true],
  [true, { NO_COLOR: '', CI: '' }, true],
  [false, {}, false],
  [true, { NO_COLOR: '1' }, false],
  [true, { CI: 'true' }, false],
])('O-4 auto: a terminal %s with %j is for people: %s', (isTerminal, env, expected) => {
  expect(isForPeople(isTerminal, env)).toBe(expected)
})
