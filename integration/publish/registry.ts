// A package registry on a free loopback port that knows nothing but what is published to it.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

export interface Registry extends AsyncDisposable {
  /** Ends in `/`. */
  readonly url: string
  /** Two lines for an `.npmrc`: our scope comes from here, with a token that stands for nobody. */
  readonly npmrc: string
  /** The server's process, for a caller that must end at once. */
  readonly pid: number | undefined
}

const startLimitMs = 20_000

/** Writes below `folder`, which the caller deletes after disposal. Rejects with what the server said when it is not up in 20 s. */
export async function openRegistry(folder: string): Promise<Registry> {
  await mkdir(folder, { recursive: true })
  const port = await freePort()
  const config = join(folder, 'config.json')
  await writeFile(config, JSON.stringify(registryConfig(folder)))
  const main = join(dirname(createRequire(import.meta.url).resolve('verdaccio/package.json')), 'bin/verdaccio')
  const child = spawn(process.execPath, [main, '--config', config, '--listen', `127.0.0.1:${port}`], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  const keep = (chunk: Buffer): void => {
    said = (said + chunk.toString()).slice(-4000)
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const url = `http://127.0.0.1:${port}/`
  try {
    await waitUntilUp(child, `${url}-/ping`)
  } catch (error) {
    await stop(child)
    throw new Error(`the loopback registry did not start: ${said.trim()}`, { cause: error })
  }
  return {
    url,
    npmrc: `@loopwright:registry=${url}\n//127.0.0.1:${port}/:_authToken=dummy\n`,
    pid: child.pid,
    [Symbol.asyncDispose]: () => stop(child),
  }
}

/** No uplinks: a package of ours that was not published here is not found anywhere else. */
function registryConfig(folder: string): object {
  return {
    storage: join(folder, 'storage'),
    auth: { htpasswd: { file: join(folder, 'htpasswd'), max_users: -1 } },
    uplinks: {},
    packages: { '@loopwright/*': { access: '$all', publish: '$all', unpublish: '$all' } },
    publish: { allow_offline: true },
    max_body_size: '50mb',
    web: { enable: false },
    middlewares: {},
    log: { type: 'stdout', format: 'pretty', level: 'warn' },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('a TCP server without a port')
  return address.port
}

async function waitUntilUp(child: ChildProcess, url: string): Promise<void> {
  const untilMs = performance.now() + startLimitMs
  let reason: unknown
  while (performance.now() < untilMs) {
    if (child.exitCode !== null) throw new Error(`it ended with exit code ${child.exitCode}`)
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(2000) })
      await answer.body?.cancel()
      if (answer.ok) return
      reason = `HTTP ${answer.status}`
    } catch (error) {
      reason = error
    }
    await delay(100)
  }
  throw new Error(`no answer within ${startLimitMs} ms`, { cause: reason })
}

/** Ends the process that was started here, and waits for it. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 3000)
  await ended
  clearTimeout(timer)
}
