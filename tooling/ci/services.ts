// The servers that tests talk to: looked for on loopback, started where they are installed and down.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

interface Service {
  readonly name: string
  readonly port: number
  /** The command that starts it, or `undefined` where it is not installed. */
  start(): readonly [string, ...string[]] | undefined
}

const SERVICES: readonly Service[] = [
  {
    name: 'postgresql',
    port: 5432,
    start() {
      const version = existsSync('/etc/postgresql') ? readdirSync('/etc/postgresql')[0] : undefined
      return version === undefined ? undefined : ['pg_ctlcluster', '--skip-systemctl-redirect', version, 'main', 'start']
    },
  },
  {
    name: 'mariadb',
    port: 3306,
    start: () =>
      existsSync('/usr/sbin/mariadbd')
        ? ['start-stop-daemon', '--start', '--oknodo', '--background', '--exec', '/usr/sbin/mariadbd']
        : undefined,
  },
  {
    name: 'redis',
    port: 6379,
    start: () =>
      existsSync('/usr/bin/redis-server')
        ? ['redis-server', '--daemonize', 'yes', '--bind', '127.0.0.1', '--port', '6379', '--save', '', '--appendonly', 'no']
        : undefined,
  },
]

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    const finish = (open: boolean): void => {
      socket.destroy()
      resolve(open)
    }
    socket.setTimeout(1000, () => finish(false))
    socket.once('connect', () => finish(true))
    socket.once('error', () => finish(false))
  })
}

const START_ATTEMPTS = 60

/** @returns `undefined` when the service answers, else one line that says why not. */
async function ensure({ name, port, start }: Service): Promise<string | undefined> {
  if (await answers(port)) return undefined
  const command = start()
  if (command === undefined) return `${name} is not installed, and nothing listens on 127.0.0.1:${port}`
  const [program, ...args] = command
  const started = spawnSync(program, args, { encoding: 'utf8' })
  if (started.status !== 0) return `${name} could not be started: ${started.error?.message ?? started.stderr.trim()}`
  for (let attempt = 0; attempt < START_ATTEMPTS; attempt++) {
    if (await answers(port)) return undefined
    await delay(500)
  }
  return `${name} was started, but nothing listens on 127.0.0.1:${port}`
}

/** Lines about services that cannot be used; empty when all answer. */
export async function ensureServices(): Promise<readonly string[]> {
  const problems: string[] = []
  for (const service of SERVICES) {
    const problem = await ensure(service)
    if (problem !== undefined) problems.push(problem)
  }
  return problems
}
