// Runs one tool of the workspace and keeps what it printed.
import { spawn } from 'node:child_process'
import { delimiter, join } from 'node:path'

export interface CommandResult {
  /** `undefined` when it was stopped by the time limit. */
  readonly code: number | undefined
  readonly stdout: string
  readonly stderr: string
}

export interface CommandOptions {
  readonly cwd: string
  /** Folder whose `node_modules/.bin` comes first on the PATH. Default: `cwd`. */
  readonly toolsOf?: string | undefined
  readonly env?: Readonly<Record<string, string>> | undefined
  /** Milliseconds until the tool is killed. Default 300 000. */
  readonly timeoutMs?: number | undefined
}

export function runCommand(command: string, args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  const { cwd, toolsOf = cwd, env = {}, timeoutMs = 300_000 } = options
  const PATH = [join(toolsOf, 'node_modules', '.bin'), process.env['PATH'] ?? ''].join(delimiter)
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, TURBO_TELEMETRY_DISABLED: '1', ...env, PATH },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let timedOut = false
    const timer = setTimeout(() => {
      timedOut = true
      child.kill('SIGKILL')
    }, timeoutMs)
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
    child.on('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve({
        code: timedOut ? undefined : (code ?? 1),
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString(),
      })
    })
  })
}

/** Runs `work` on each item, at most `width` at a time; results keep the order of the items. */
export async function inParallel<T, R>(items: readonly T[], width: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  const pending = items.entries()
  const lane = async (): Promise<void> => {
    for (const [index, item] of pending) results[index] = await work(item)
  }
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane))
  return results
}

/** What a tool printed, as findings: its lines without colours and blanks; the time limit when that stopped it. */
export function outputLines({ code, stdout, stderr }: CommandResult): string[] {
  const lines = `${stdout}\n${stderr}`
    .replaceAll(/\u001b\[[0-9;]*m/g, '')
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
  return code === undefined ? ['stopped by its time limit', ...lines] : lines
}
