// One step of the gate: a command, how its output adds to the totals, and what it took.
import { spawn } from 'node:child_process'

export interface Count {
  readonly passed: number
  readonly failed: number
}

export interface Step {
  readonly name: string
  readonly command: readonly [string, ...string[]]
  readonly env?: Readonly<Record<string, string>> | undefined
  /** Reads the step's counts from its standard output. A step that exits non-zero has failed at least once, whatever this says. */
  count(stdout: string): Count
}

export interface StepResult extends Count {
  readonly name: string
  readonly seconds: number
}

/** Runs a step, passing its output on with an indent, so that no line of it can be taken for the closing one. */
export function runStep({ name, command: [program, ...args], env, count }: Step, cwd: string): Promise<StepResult> {
  const startedAt = performance.now()
  process.stdout.write(`== ${name}: ${[program, ...args].join(' ')}\n`)
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString()
      process.stdout.write(indent(chunk.toString()))
    })
    child.stderr.on('data', (chunk: Buffer) => process.stdout.write(indent(chunk.toString())))
    const finish = (exitCode: number | null): void => {
      const counted = count(stdout)
      const ok = exitCode === 0
      const failed = ok ? counted.failed : Math.max(1, counted.failed)
      const passed = ok && failed === 0 && counted.passed === 0 ? 1 : counted.passed
      const seconds = (performance.now() - startedAt) / 1000
      process.stdout.write(
        `\n== ${name}: ${failed === 0 ? 'ok' : 'FAILED'}, ${passed} passed and ${failed} failed in ${seconds.toFixed(1)} s\n`,
      )
      resolve({ name, passed, failed, seconds })
    }
    child.on('error', (error) => {
      process.stdout.write(indent(`${error.message}\n`))
      finish(null)
    })
    child.on('close', finish)
  })
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '  ')
}

/** The last `N passed, N failed` of a runner; what printed none has passed nothing. */
export function countTotals(stdout: string): Count {
  const match = [...stdout.matchAll(/^(\d+) passed, (\d+) failed$/gm)].at(-1)
  return { passed: Number(match?.[1] ?? 0), failed: Number(match?.[2] ?? 1) }
}

/** One line a check: `ok NAME …` or `FAILED NAME …`. */
export function countChecks(stdout: string): Count {
  return { passed: (stdout.match(/^ok\b/gm) ?? []).length, failed: (stdout.match(/^FAILED\b/gm) ?? []).length }
}

/** One JSON object a line, as `pnpm conformance --json` writes them. */
export function countConformance(stdout: string): Count {
  const rows = jsonLines(stdout) as readonly { readonly passed: number; readonly failed: number }[]
  return { passed: sum(rows.map((row) => row.passed)), failed: sum(rows.map((row) => row.failed)) }
}

/** One JSON object a figure: that it could be measured at all is what a smoke run shows. */
export function countFigures(stdout: string): Count {
  return { passed: jsonLines(stdout).length, failed: 0 }
}

/** A step without counts of its own: passed if it exits with 0. */
export function countNone(): Count {
  return { passed: 0, failed: 0 }
}

function jsonLines(stdout: string): readonly unknown[] {
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as unknown)
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
