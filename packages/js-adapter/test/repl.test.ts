// The conversation: input by lines, values, errors, limits, keys.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { parseArguments } from '../src/cli/arguments.ts'
import { isIncomplete } from '../src/cli/completeness.ts'
import { converse } from '../src/cli/repl.ts'
import { sharedEngine } from './support/open.ts'

interface Talk {
  readonly out: string
  readonly err: string
  readonly screen: string
  readonly code: number
}

/** Says each part in turn, once what the one before it is answered with has been printed. */
async function talk(
  parts: readonly (string | readonly [text: string, answer: RegExp])[],
  {
    words = [],
    interactive = false,
    historyFile,
  }: { readonly words?: readonly string[]; readonly interactive?: boolean; readonly historyFile?: string } = {},
): Promise<Talk> {
  const parsed = parseArguments(['repl', ...words])
  if (parsed.kind !== 'repl') throw new Error(`not understood: ${JSON.stringify(parsed)}`)
  const input = new PassThrough()
  const output = new PassThrough()
  let out = ''
  let err = ''
  let screen = ''
  let log = ''
  output.on('data', (chunk: Buffer) => {
    screen += chunk.toString()
    log += chunk.toString()
  })
  const over = converse(
    parsed.repl,
    {
      stdout: (text) => {
        out += text
        log += text
      },
      stderr: (text) => {
        err += text
        log += text
      },
    },
    { input, output, interactive, historyFile },
  )
  let ended = false
  void over.finally(() => {
    ended = true
  })
  for (const part of parts) {
    const [text, answer] = typeof part === 'string' ? [part, /(?:)/] : part
    const before = log.length
    input.write(text)
    while (!ended && !answer.test(log.slice(before))) await new Promise((resolve) => setTimeout(resolve, 2))
  }
  if (!interactive) input.end()
  const code = await over
  return { out, err, screen, code }
}

describe.each(['ng', 'bellard'] as const)('%s', (variant) => {
  const words = ['--engine', variant]
  test('a conversation prints values as Node does, keeps definitions, and _ is the last value', async () => {
    const { out, err, code } = await talk(
      ['let a = 20\nconst f = (x) => x * 2\nf(a) + 2\n_ + 1\n[1, { b: "x" }, f]\nPromise.resolve(1)\nundefined\n'],
      { words },
    )
    expect(out).toBe("undefined\nundefined\n42\n43\n[ 1, { b: 'x' }, [Function: f] ]\nPromise { 1 }\nundefined\n")
    expect([err, code]).toEqual(['', 0])
  })

  test('a program over several lines is run when it is whole; .clear drops what was begun; what the input ends in is run as it is', async () => {
    const { out, err } = await talk(
      ['function g(x) {\n  return [\n    x,\n  `a\nb`]\n}\ng({\n  c: 1\n})\nif (1) {\n.clear\n5\nmissing(\n'],
      { words },
    )
    expect(out).toBe("undefined\n[ { c: 1 }, 'a\\nb' ]\n5\n")
    expect(err).toMatch(/SyntaxError/)
  })

  test('errors are told with their place, limits stop one input and the conversation goes on; a guest that is lost is replaced', async () => {
    const { out, err, code } = await talk(
      [
        'throw new TypeError("bad")\nlet 5\n"kept"\nfor (;;);\n6 * 7\nglobalThis.kept = 1\nnew Array(1e9).join("x")\ntypeof kept\n',
      ],
      { words: [...words, '--operation-timeout', '800', '--hard-timeout', '2000'] },
    )
    expect(err).toContain('uncaught TypeError: bad')
    expect(err).toContain('SyntaxError')
    expect(err).toContain('ERR_LIMIT_OPERATION')
    expect(err).toMatch(/ERR_LIMIT_(HARD|MEMORY)[^]*a new guest: what was defined is gone/)
    expect(out).toBe("'kept'\n42\n1\n'undefined'\n")
    expect(code).toBe(0)
  })

  test('an error out of a timer is told and ends nothing; process.exit ends with its code, .exit and the end of input with exit listeners', async () => {
    const late = await talk([['setTimeout(() => { throw new Error("late") }, 1); 0\n', /late/], '1 + 1\n'], { words })
    expect(late.out).toBe('0\n2\n')
    expect(late.err).toContain('Uncaught Error: late')
    expect(await talk(['process.on("exit", (c) => console.log("bye", c)); 0\nprocess.exit(4)\n5\n'], { words })).toMatchObject({
      out: '0\nbye 4\n',
      code: 4,
    })
    expect(await talk(['process.on("exit", (c) => console.log("bye", c)); 0\n.exit\n5\n'], { words })).toMatchObject({
      out: '0\nbye 0\n',
      code: 0,
    })
    expect((await talk(['.help\n'], { words })).out).toContain('.exit')
  })

  test('completeness is the engine’s own: beginnings, whole programs and faults', async () => {
    const engine = await sharedEngine(variant)
    const begun = [
      'function f() {',
      '(1 +',
      '`abc',
      '[1,',
      '/* x',
      'if (a) {',
      'x = {',
      'f(',
      '1 +',
      'foo(1, 2',
      'class A { x',
      '() =>',
      'for (;;)',
      'try {',
      'a ?',
      'x = { a: [',
    ]
    const whole = ['1', '', 'a', 'function f() {}', '"a"', '{ }', 'let x = `a${1}b`']
    const wrong = ['}', ')', 'let 5', '"abc', 'return 1', 'a b', '/abc']
    expect(begun.filter((source) => !isIncomplete(engine, source))).toEqual([])
    expect([...whole, ...wrong].filter((source) => isIncomplete(engine, source))).toEqual([])
  })
})

test('at a terminal: prompts, history that is kept, Ctrl+C drops the line and twice ends', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'repl-'))
  const historyFile = join(folder, 'history')
  try {
    const prompt = /> /
    const first = await talk(
      [
        ['', prompt],
        ['40 + 2\r', /42\n[^]*> /],
        ['function f(\r', /\| /],
        ['\u0003', /> /],
        ['1 + 1\r', /2\n[^]*> /],
        ['half a li', /half a li/],
        ['\u0003', /> /],
        ['\u0003', /Ctrl\+C again/],
        '\u0003',
      ],
      { interactive: true, historyFile },
    )
    expect(first.out).toBe('42\n2\n')
    expect(first.screen).toContain('> ')
    expect(first.screen).toContain('| ')
    expect(first.code).toBe(0)
    expect(readFileSync(historyFile, 'utf8').split('\n')).toEqual(expect.arrayContaining(['40 + 2', '1 + 1']))
    const again = await talk([['', prompt], ['\u001b[A\u001b[A\u001b[A\r', /42\n[^]*> /], '.exit\r'], {
      interactive: true,
      historyFile,
    })
    expect(again.out).toBe('42\n')
    expect(existsSync(historyFile)).toBe(true)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('wrong words are refused in one sentence', () => {
  expect(parseArguments(['repl', 'file.js'])).toEqual({ kind: 'wrong', message: 'repl reads standard input, got also "file.js"' })
  expect(parseArguments(['repl', '--virtual-time'])).toEqual({ kind: 'wrong', message: '--virtual-time is for run' })
})
