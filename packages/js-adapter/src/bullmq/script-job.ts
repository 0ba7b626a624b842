// What a job carries, and its check: whoever may write to the queue may write anything.
import { JsAdapterError } from '../errors.ts'
import type { RunOptions } from '../sandbox/run-options.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'

/** The data of a job, as it lies in the queue. */
export interface ScriptJob {
  /** Run first, as a script. */
  readonly source: string
  /** Called afterwards, by name or dotted path; its result is the job's. Default: the result is that of `source`. */
  readonly entry?: string | undefined
  /** Of `entry`. Default none. */
  readonly args?: readonly unknown[] | undefined
  /** File name in stacks and positions. Default `script.js`. */
  readonly name?: string | undefined
  /** Milliseconds for `source` and for `entry`, each; it lowers the pool's `wallMs` and cannot raise it. */
  readonly timeoutMs?: number | undefined
  /** For reports, audits and rates. */
  readonly tenant?: string | undefined
}

const optional =
  (type: 'string' | 'number') =>
  (value: unknown): boolean =>
    value === undefined || typeof value === type

const MEMBERS: Readonly<Record<keyof ScriptJob, readonly [expected: string, fits: (value: unknown) => boolean]>> = {
  source: ['a string', (value) => typeof value === 'string'],
  entry: ['a string', optional('string')],
  args: ['an array', (value) => value === undefined || Array.isArray(value)],
  name: ['a string', optional('string')],
  timeoutMs: ['a number above 0', (value) => value === undefined || (typeof value === 'number' && value > 0)],
  tenant: ['a string', optional('string')],
}

/** @throws JsAdapterError `ERR_JOB_DATA` that names the member and never shows its value. */
export function checkScriptJob(data: unknown): asserts data is ScriptJob {
  const fail = (member: string, expected: string): never => {
    throw new JsAdapterError('ERR_JOB_DATA', `${member} of a job must be ${expected}`, { context: { member } })
  }
  if (typeof data !== 'object' || data === null || Array.isArray(data)) fail('data', 'an object')
  const record = data as Readonly<Record<string, unknown>>
  for (const [member, [expected, fits]] of Object.entries(MEMBERS)) if (!fits(record[member])) fail(member, expected)
}

/** Runs the script, then calls its entry. */
export async function runScriptJob(sandbox: Sandbox, data: ScriptJob, signal: AbortSignal | undefined): Promise<unknown> {
  const { source, entry, args = [], name, timeoutMs } = data
  const options: RunOptions = { name, timeoutMs, signal }
  const result = await sandbox.run(source, options)
  return entry === undefined ? result : sandbox.call(entry, args, { timeoutMs, signal })
}
