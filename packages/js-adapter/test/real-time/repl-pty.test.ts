// The conversation at a terminal: a pseudo-terminal of util-linux's script, keys as a person presses them.
import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const built = join(import.meta.dirname, '../../dist/cli.js')
/** The options below are those of util-linux; the script of BSD has others. */
const hasTerminal = spawnSync('script', ['--version']).stdout?.toString().includes('util-linux') === true
let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'js-adapter-pty-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Of a test that would fail in any case: a busy machine is waited for. */
const PATIENCE_MS = 20_000
const UP = '\u001b[A'
const CTRL_C = '\u0003'
const CTRL_D = '\u0004'

/** The prompt, and the cursor behind it: only then are keys the conversation's, and not the terminal's own line. */
const READY = /> \u001b\[3G$/
const answered = (text: string): RegExp => new RegExp(`\\n${text}\\r\\n[^]*> \\u001b\\[3G$`)

class Terminal {
  readonly #child: ChildProcess
  screen = ''
  readonly code: Promise<number | null>
  constructor(history: string) {
    // In the shell's place: a shell that has seen Ctrl+C as well would end as if by it.
    const command = `exec ${JSON.stringify(process.execPath)} ${JSON.stringify(built)} repl --operation-timeout 60000 --hard-timeout 120000`
    this.#child = spawn('script', ['-qefc', command, '/dev/null'], {
      cwd: folder,
      env: { ...process.env, JS_ADAPTER_HISTORY: history, TERM: 'xterm', NO_COLOR: '1', SHELL: '/bin/sh' },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      this.screen += chunk.toString()
    })
    this.code = new Promise((resolve, reject) => {
      this.#child.on('error', reject)
      this.#child.on('close', resolve)
    })
  }
  /** Presses keys, and waits until the screen shows, after what it showed before, what they bring. */
  async press(keys: string, shown: RegExp): Promise<string> {
    const before = this.screen.length
    this.#child.stdin?.write(keys)
    return this.shows(shown, before)
  }
  async shows(shown: RegExp, before = 0): Promise<string> {
    const untilMs = performance.now() + PATIENCE_MS
    while (!shown.test(this.screen.slice(before))) {
      if (performance.now() > untilMs) throw new Error(`${shown} was not shown:\n${JSON.stringify(this.screen.slice(before))}`)
      if (this.#child.exitCode !== null) throw new Error(`the terminal ended:\n${this.screen}`)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    return this.screen.slice(before)
  }
  end(): void {
    this.#child.kill('SIGKILL')
  }
}

describe('js-adapter repl at a terminal', { timeout: 120_000 }, () => {
  test('shows a prompt, edits lines, recalls them, drops one at Ctrl+C, stops an endless loop at Ctrl+C, and ends at Ctrl+D', async (context) => {
    if (!hasTerminal) context.skip('needs the script command of util-linux for a pseudo-terminal')
    const history = join(folder, 'history')
    const terminal = new Terminal(history)
    try {
      await terminal.shows(READY)
      await terminal.press('40 + 2\r', answered('42'))
      // Backspace and the arrow keys act on the line: what runs is 6 * 7. (Node 20.20 adds at its end what is typed into it.)
      await terminal.press('6 * 47\u001b[D\u007f\r', answered('42'))
      await terminal.press('function twice(n) {\r', /\| \u001b\[3G$/)
      await terminal.press('return n * 2 }\r', answered('undefined'))
      await terminal.press('twice(21) + 1\r', answered('43'))
      await terminal.press(UP, /twice\(21\) \+ 1/)
      await terminal.press('00\r', answered('142'))
      await terminal.press('this is not finished', /finished$/)
      await terminal.press(CTRL_C, READY)
      await terminal.press('"still " + "here"\r', answered("'still here'"))
      await terminal.press('console.log("it " + "runs"); for (;;);\r', /it runs/)
      await terminal.press(CTRL_C, /\(interrupted\)[^]*a new guest[^]*> \u001b\[3G$/)
      await terminal.press('"after" + 1\r', answered("'after1'"))
      await terminal.press(CTRL_D, /(?:)/)
      expect(await terminal.code).toBe(0)
      expect(readFileSync(history, 'utf8')).toContain('twice(21) + 1')
    } finally {
      terminal.end()
    }
  })
})
