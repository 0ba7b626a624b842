// The Node lines under test: where the binary of each is, installed on first use.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

export const NODE_LINES = ['20', '22', '24', '26'] as const
export type NodeLine = (typeof NODE_LINES)[number]

/** A binary that has been run, or why there is none. */
export type NodeBinary =
  | { readonly line: NodeLine; readonly path: string; readonly version: string }
  | { readonly line: string; readonly notRun: string }

export interface MatrixOptions {
  /** Folder that holds the package.json with the aliases `node20` and so on. Default: the folder of this file. */
  readonly folder?: string | undefined
  /** Install the matrix when the binary is missing. Default `true`. */
  readonly install?: boolean | undefined
}

export function isNodeLine(text: string): text is NodeLine {
  return (NODE_LINES as readonly string[]).includes(text)
}

/** Turns `20,22` into lines; throws a RangeError for one that the matrix does not carry. */
export function parseNodeLines(text: string): readonly NodeLine[] {
  return text.split(',').map((part) => {
    const line = part.trim()
    if (!isNodeLine(line)) throw new RangeError(`the Node lines are ${NODE_LINES.join(', ')}, got "${part}"`)
    return line
  })
}

/**
 * Resolves with the binary of a Node line such as `'20'`. Installs the matrix first when it is missing (15 s and 700 MB the
 * first time); calls at the same time, from several processes too, install it once. Never rejects for a reason of the machine:
 * no network and forbidden install scripts are told in `notRun`.
 */
export async function nodeBinary(line: string, options: MatrixOptions = {}): Promise<NodeBinary> {
  const { folder = import.meta.dirname, install = true } = options
  if (!isNodeLine(line)) return { line, notRun: `the matrix has no Node ${line}, only ${NODE_LINES.join(', ')}` }
  const path = join(folder, 'node_modules', `node${line}`, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  const found = versionOf(path, line)
  if (found !== undefined) return { line, path, version: found }
  if (!install) return { line, notRun: `Node ${line} is not installed: pnpm -C tooling/node-matrix install` }
  const problem = await withLock(join(folder, '.installing'), async () =>
    versionOf(path, line) === undefined ? installMatrix(folder) : undefined,
  )
  if (problem !== undefined) return { line, notRun: `the Node matrix cannot be installed: ${problem}` }
  const version = versionOf(path, line)
  if (version !== undefined) return { line, path, version }
  return { line, notRun: `the install script of the npm package "node" did not run (install scripts are forbidden here)` }
}

function versionOf(path: string, line: NodeLine): string | undefined {
  if (!existsSync(path)) return undefined
  const { status, stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' })
  return status === 0 && stdout.startsWith(`v${line}.`) ? stdout.trim().slice(1) : undefined
}

/** @returns why it failed, or `undefined`. */
async function installMatrix(folder: string): Promise<string | undefined> {
  const flags = ['install', '--frozen-lockfile', '--prefer-offline']
  const direct = await run('pnpm', flags, folder)
  const result = direct === 'absent' ? await run('npx', ['-y', 'pnpm@12', ...flags], folder) : direct
  return result === 'absent' ? 'neither pnpm nor npx is on the PATH' : result
}

function run(command: string, args: readonly string[], cwd: string): Promise<string | 'absent' | undefined> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, CI: 'true' }, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-4000)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.on('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ENOENT' ? 'absent' : error.message))
    child.on('close', (code) =>
      resolve(code === 0 ? undefined : output.trim().split('\n').slice(-5).join('; ') || `exit code ${code}`),
    )
  })
}

/** Runs `body` while this process holds the lock file; one left behind by a dead process is taken over. */
async function withLock<T>(file: string, body: () => Promise<T>): Promise<T> {
  await mkdir(join(file, '..'), { recursive: true })
  for (;;) {
    try {
      await writeFile(file, String(process.pid), { flag: 'wx' })
      break
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    }
    const holder = Number(await readFile(file, 'utf8').catch(() => ''))
    if (holder > 0 && holder !== process.pid && !isAlive(holder)) await rm(file, { force: true })
    else await delay(200)
  }
  try {
    return await body()
  } finally {
    await rm(file, { force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
