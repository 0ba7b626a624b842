// The reference service as a process of its own, on loopback, and a client that keeps what it was told.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { verifyAudit } from '@loopwright/logiface/audit'

const PROGRAM = join(import.meta.dirname, '../../../examples/50-script-service/serve.ts')
const KEY = 'a key of the tests only'

/** Members of the service's own options. */
export interface TestOptions {
  readonly sandboxes?: number | undefined
  readonly maxWaiting?: number | undefined
  readonly maxBodyBytes?: number | undefined
  readonly limits?: Readonly<Record<string, number>> | undefined
  /** Name of the queue. */
  readonly queue?: string | undefined
}

export interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

interface AskOptions {
  readonly body?: string | undefined
  readonly id?: string | undefined
  readonly tenant?: string | undefined
  readonly signal?: AbortSignal | undefined
}

export interface OpenedService extends AsyncDisposable {
  readonly url: string
  /** What the service said on standard error before it was ready. */
  readonly told: string
  /** Asks it to stop, as a platform does. Resolves with its exit status. Idempotent. */
  close(): Promise<number | null>
  ask(method: string, path: string, options?: AskOptions): Promise<Answer>
  fetch(path: string, options?: AskOptions): Promise<Response>
  /** Records of the audit trail, after the service has closed. The chain is verified. */
  audited(): Promise<readonly Readonly<Record<string, unknown>>[]>
  /** Lines of the log, after the service has closed. */
  logged(): readonly Readonly<Record<string, unknown>>[]
}

const records = (path: string): readonly Readonly<Record<string, unknown>>[] =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

export async function openTestService({ queue, ...options }: TestOptions = {}): Promise<OpenedService> {
  const folder = mkdtempSync(join(tmpdir(), 'script-service-'))
  const auditPath = join(folder, 'audit.log')
  const logPath = join(folder, 'service.log')
  const config = join(folder, 'config.json')
  // A busy machine must not stop what a test wants to see run.
  const limits = { operationMs: 5000, hardMs: 20_000, wallMs: 60_000, ...options.limits }
  writeFileSync(config, JSON.stringify({ ...options, limits, logPath }))
  const args = [
    PROGRAM,
    '--port',
    '0',
    '--audit',
    auditPath,
    '--config',
    config,
    ...(queue === undefined ? [] : ['--queue', queue]),
  ]
  const child = spawn(process.execPath, args, { env: { ...process.env, AUDIT_KEY: KEY }, stdio: ['ignore', 'pipe', 'pipe'] })
  let told = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (told += text))
  const exited: Promise<number | null> = once(child, 'exit').then(([code]) => code as number | null)
  const ready = once(child.stdout.setEncoding('utf8'), 'data').then(([text]) => String(text).trim())
  const url = await Promise.race([ready, exited.then((code) => Promise.reject(new Error(`ended with ${code}: ${told}`)))])
  const ask = (path: string, { body, id, tenant = 'acme', signal }: AskOptions, method: string): Promise<Response> =>
    fetch(`${url}${path}`, {
      method,
      headers: { 'x-tenant': tenant, ...(id === undefined ? {} : { 'x-request-id': id }) },
      body: body ?? null,
      signal: signal ?? null,
    })
  const close = (): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
    return exited
  }
  return {
    url,
    told,
    close,
    fetch: (path, given = {}) => ask(path, given, 'GET'),
    async ask(method, path, given = {}) {
      const response = await ask(path, given, method)
      return { status: response.status, body: (await response.json()) as Record<string, unknown> }
    },
    async audited() {
      const verdict = await verifyAudit(auditPath, { key: KEY })
      if (!verdict.intact) throw new Error('the audit trail is broken')
      return records(auditPath)
    },
    logged: () => records(logPath),
    async [Symbol.asyncDispose]() {
      await close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
