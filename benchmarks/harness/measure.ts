// Runs the subjects of one workload by turns, each in a fresh process, and reads their figures back.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import type { Description } from './describe.ts'

export interface Process {
  /** Path of the Node binary under test. */
  readonly node: string
  /** Folder made by `bundleWorkloads`. */
  readonly build: string
}

const TIMEOUT_MS = 300_000
/** How long a process that has written its figure may take to end. */
const EXIT_GRACE_MS = 5_000

function runChild({ node, build }: Process, workload: string, subject: string, execArgv: readonly string[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const args = [...execArgv, join(build, 'child.mjs'), join(build, `${workload}.mjs`), subject]
    let figure: unknown
    let grace: NodeJS.Timeout | undefined
    const child = execFile(node, args, { cwd: build, timeout: TIMEOUT_MS, maxBuffer: 64 << 20 }, (error, _stdout, stderr) => {
      clearTimeout(grace)
      if (figure !== undefined) {
        resolve(figure)
        return
      }
      const why =
        error === null
          ? 'wrote no figure'
          : error.killed
            ? `took longer than ${TIMEOUT_MS} ms`
            : stderr.trim().split('\n').slice(-8).join('\n')
      reject(new Error(`${workload}, ${subject}: ${why}`, { cause: error ?? undefined }))
    })
    // The figure is out with its line. The end of the process is not waited for: Node can hang for good in `process.exit()` when V8 still
    // compiles in the background (its worker waits for a collection, the main thread for the worker: nodejs/node issue 54918).
    let text = ''
    child.stdout?.on('data', (chunk: unknown) => {
      text += String(chunk)
      const line = text.endsWith('\n') ? text.trim().split('\n').at(-1) : undefined
      if (line === undefined || !line.startsWith('{') || figure !== undefined) return
      figure = JSON.parse(line) as unknown
      grace = setTimeout(() => child.kill('SIGKILL'), EXIT_GRACE_MS)
    })
  })
}

export async function describe(process: Process, workload: string): Promise<Description> {
  return (await runChild(process, workload, '--describe', [])) as Description
}

/** Figures by subject, one a round. Rounds are interleaved, so that a slow minute of the machine hits all subjects alike. */
export async function measure(
  process: Process,
  workload: string,
  { subjects, execArgv }: Description,
  rounds: number,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const values = new Map<string, number[]>(subjects.map((subject) => [subject, []]))
  for (let round = 0; round < rounds; round++) {
    // Every other round runs backwards: whoever runs second is not always the same.
    for (const subject of round % 2 === 0 ? subjects : subjects.toReversed()) {
      const { value } = (await runChild(process, workload, subject, execArgv)) as { readonly value: number }
      values.get(subject)?.push(value)
    }
  }
  return values
}
