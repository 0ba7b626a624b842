// A real Prometheus on loopback, and promtool, where Debian's binaries are on the path.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** Path of a program, or `undefined`. */
export function findProgram(name: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path))
}

export interface PrometheusProcess extends AsyncDisposable {
  /** Runs a PromQL query until `accept` takes its result. @throws Error after `timeoutMs`, with the last answer. */
  query(
    expression: string,
    accept: (result: readonly PromSample[]) => boolean,
    timeoutMs?: number,
  ): Promise<readonly PromSample[]>
}

export interface PromSample {
  readonly metric: Readonly<Record<string, string>>
  readonly value: number
}

/** Starts Prometheus with jobs by name, each scraping one `host:port`. */
export async function openPrometheus(program: string, jobs: Readonly<Record<string, string>>): Promise<PrometheusProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'loopwright-prometheus-'))
  const config = {
    global: { scrape_interval: '500ms', scrape_timeout: '400ms' },
    scrape_configs: Object.entries(jobs).map(([job_name, target]) => ({ job_name, static_configs: [{ targets: [target] }] })),
  }
  await writeFile(join(folder, 'prometheus.yml'), JSON.stringify(config)) // JSON is YAML
  const port = await freePort()
  const address = `127.0.0.1:${port}`
  const child = spawn(
    program,
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}`,
      '--log.level=error',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let log = ''
  child.stderr.on('data', (chunk: Buffer) => {
    log = (log + chunk.toString()).slice(-4000)
  })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  return {
    async query(expression, accept, timeoutMs = 40_000) {
      const url = `http://${address}/api/v1/query?query=${encodeURIComponent(expression)}`
      let last = ''
      for (const until = performance.now() + timeoutMs; performance.now() < until; await sleep(250)) {
        try {
          last = await (await fetch(url)).text()
        } catch (error) {
          last = String(error) // it does not listen yet
          continue
        }
        const answer = JSON.parse(last) as {
          data?: { result?: readonly { metric: Record<string, string>; value: [number, string] }[] }
        }
        const result = (answer.data?.result ?? []).map(({ metric, value }) => ({
          metric,
          value: Number(value[1].replace('+Inf', 'Infinity')),
        }))
        if (accept(result)) return result
      }
      throw new Error(`${expression}: ${last}\n${log}`)
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null) child.kill('SIGKILL')
      await exited
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** What `promtool check metrics` says to a text. */
export function checkWithPromtool(program: string, text: string): { readonly exitCode: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync(program, ['check', 'metrics'], { input: text, encoding: 'utf8' })
  return { exitCode: status, output: stdout + stderr }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
